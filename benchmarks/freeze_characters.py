"""Write `analysis/traditional.txt`: traditional characters and, below each, the simplified one.

A development tool; nothing imports it at run time. Source: OpenCC (Apache-2.0, https://github.com/BYVoid/OpenCC),
configuration t2s. Run, in an environment of your own:

    pip install opencc==1.4.2
    python benchmarks/freeze_characters.py

Only characters that simplified texts never hold are in it (GB 2312 lacks them): 著 is not, for it stands in 显著.
"""

from __future__ import annotations

from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "analysis" / "traditional.txt"


def _in_gb2312(character: str) -> bool:
    try:
        return len(character.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


def main() -> None:
    from opencc import OpenCC

    converter = OpenCC("t2s")
    found = {}
    for code in range(0x4E00, 0xA000):
        character = chr(code)
        simplified = converter.convert(character)
        if len(simplified) == 1 and not _in_gb2312(character) and _in_gb2312(simplified):
            found[character] = simplified
    TARGET.write_text(f"{''.join(found)}\n{''.join(found.values())}\n", "utf-8")
    print(f"{len(found)} characters -> {TARGET.name}")


if __name__ == "__main__":
    main()
