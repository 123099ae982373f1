"""Documents of old Word and of WPS (doc, wps): turned into docx, then read as such.

Other files in the same container, old Excel's and PowerPoint's say, are refused by name.
"""

from __future__ import annotations

import struct
from dataclasses import replace
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
_MOST_CHARACTERS = 1_000_000


def is_doc(data: bytes) -> bool:
    """Whether a file is in the container of old Office."""
    return data.startswith(_MAGIC)


def read(data: bytes) -> Reading:
    """Read a document of old Word or WPS. Raises Unreadable: damaged, encrypted, format, too_large, unsafe."""
    from doc2docx import errors

    try:
        _refuse_others(data)
        converted, warnings = _docx(data)
    except Unreadable:
        raise
    except errors.EncryptedDocumentError as error:
        raise Unreadable("", "encrypted", "The document is locked with a password.") from error
    except errors.Doc2DocxError as error:
        raise Unreadable("", "damaged", f"The document cannot be read as one of Word 97 to 2003: {error}.") from error
    except Exception as error:  # what Python says when a converter comes upon bytes that it does not expect
        raise Unreadable("", "damaged", f"The document is damaged: {type(error).__name__} in its converter.") from error
    reading = word.read(converted)
    return replace(reading, warnings=reading.warnings + warnings)


def _refuse_others(data: bytes) -> None:
    from doc2docx.cfb import CompoundFile, CompoundFileLimits

    opened = CompoundFile(data, limits=CompoundFileLimits(max_directory_entries=_MOST_ENTRIES))
    streams = {entry.name for entry in opened.entries}
    if "WordDocument" in streams:
        _refuse_longest(opened.open_stream("WordDocument"))
        return
    for stream, reason, name in _OTHERS:
        if stream in streams:
            raise Unreadable("", reason, f"The file is {name}.")
    raise Unreadable("", "format", "The file is in the container of old Office, but no document of Word or WPS.")


def _refuse_longest(stream: bytes) -> None:
    """The converter takes ten seconds for a million characters; their number stands in the head of the document."""
    if len(stream) >= 80 and (count := struct.unpack_from("<i", stream, 76)[0]) > _MOST_CHARACTERS:
        raise Unreadable("", "too_large", f"The document has {count:,} characters; a million is the most that is read.")


def _docx(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """(the document as docx, warnings). The converter knows paths alone."""
    import tempfile

    from doc2docx import convert

    with tempfile.TemporaryDirectory(prefix="fazhi-") as folder:
        source, target = Path(folder, "report.doc"), Path(folder, "report.docx")
        source.write_bytes(data)
        report = convert(source, target).report
        lost = any("TEXTBOX" in one.code and one.severity != "info" for one in report.diagnostics)
        return target.read_bytes(), ("a text box could not be read",) if lost else ()
