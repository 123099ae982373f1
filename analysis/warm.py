"""Imported by the process that workers are forked off: what every reading needs is then loaded once, not once a worker."""

from analysis.mentions import find
from analysis.reports import report_from_text

find(report_from_text("全县调解纠纷512件。", year="2024"))
