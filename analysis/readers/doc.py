"""Documents of old Word and of WPS (doc, wps): turned into docx, then read as such.

Other files in the same container, old Excel's and PowerPoint's say, are refused by name.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from analysis.readers import Reading, Unreadable, word

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = (  # a stream of the container -> reason, what the file is
    ("EncryptedPackage", "encrypted", "an Office document that is locked with a password"),
    ("Workbook", "format", "an old Excel workbook (xls, et)"),
    ("Book", "format", "an old Excel workbook (xls)"),
    ("PowerPoint Document", "format", "an old PowerPoint file (ppt, dps)"),
    ("HwpSummaryInformation", "format", "a Hangul document (hwp)"),
    ("__properties_version1.0", "format", "a mail of Outlook (msg)"),
)
_MOST_ENTRIES = 100_000


def is_doc(data: bytes) -> bool:
    """Whether a file is in the container of old Office."""
    return data.startswith(_MAGIC)


def read(data: bytes) -> Reading:
    """Read a document of old Word or WPS. Raises Unreadable: damaged, encrypted, format, too_large, unsafe."""
    from doc2docx import errors

    try:
        _refuse_others(data)
        return word.read(_docx(data))
    except errors.EncryptedDocumentError as error:
        raise Unreadable("", "encrypted", "The document is locked with a password.") from error
    except errors.Doc2DocxError as error:
        raise Unreadable("", "damaged", f"The document cannot be read as one of Word 97 to 2003: {error}.") from error


def _refuse_others(data: bytes) -> None:
    from doc2docx.cfb import CompoundFile, CompoundFileLimits

    opened = CompoundFile(data, limits=CompoundFileLimits(max_directory_entries=_MOST_ENTRIES))
    streams = {entry.name for entry in opened.entries}
    if "WordDocument" in streams:
        return
    for stream, reason, name in _OTHERS:
        if stream in streams:
            raise Unreadable("", reason, f"The file is {name}.")
    raise Unreadable("", "format", "The file is in the container of old Office, but no document of Word or WPS.")


def _docx(data: bytes) -> bytes:
    """The document as docx. The converter knows paths alone."""
    from doc2docx import convert

    with tempfile.TemporaryDirectory(prefix="fazhi-") as folder:
        source, target = Path(folder, "report.doc"), Path(folder, "report.docx")
        source.write_bytes(data)
        convert(source, target)
        return target.read_bytes()
