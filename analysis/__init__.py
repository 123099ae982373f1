"""Rule-of-law reports of China's governments, turned into a tidy table of indicators."""
