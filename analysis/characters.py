"""Texts in traditional characters read as simplified ones, character for character, so that every offset holds."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

# characters of which a report in traditional characters has some in every line, and one in simplified none
_COMMON = re.compile("[縣區鄉鎮處會訴訟調紛員開發關對實門務機級設業條證書總貫徹導]")
_FEW = 8  # a name or a quoted line in traditional characters makes no traditional report


@cache
def _simplified() -> dict[int, str]:
    traditional, simplified = (files(__package__) / "traditional.txt").read_text("utf-8").splitlines()
    return str.maketrans(traditional, simplified)


def simplified(text: str) -> str:
    """The text in simplified characters, as long as before; a text in simplified characters comes back as it is.

    The table ``traditional.txt`` is from OpenCC (``benchmarks/freeze_characters.py``).
    """
    for number, _ in enumerate(_COMMON.finditer(text), 1):
        if number == _FEW:
            return text.translate(_simplified())
    return text
