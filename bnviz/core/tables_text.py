"""From the bytes of a file to text whose cells are separated by a known character."""

from __future__ import annotations

import csv
import io

MAX_BYTES = 5_000_000
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
# How files that are no text begin, and what they are.
KINDS = {
    b"PK\x03\x04": "a workbook or a zip archive",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\xd0\xcf\x11\xe0": "an old workbook",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a compressed file",
}
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
EMPTY = "The file is empty. Give a row of names and rows of numbers."
SAVE = "Save it as CSV in UTF-8 and load it again."


class TableError(ValueError):
    """A table that cannot be used; the message is for the reader."""


def quoted(text: str) -> str:
    """A piece of the reader's own text in quotation marks, cut where it is long."""
    clean = "".join(char if char.isprintable() else "␣" for char in text)
    return f"“{clean if len(clean) <= 40 else clean[:39] + '…'}”"


def decoded(given: bytes | str) -> str:
    """The text of a file, without its byte order mark.

    Raises:
        TableError: if it is too large, empty, or no text in UTF-8.
    """
    raw = given.encode("utf-8", "replace") if isinstance(given, str) else given
    if len(raw) > MAX_BYTES:
        raise TableError(
            f"The table has {len(raw) / 1e6:.1f} MB; at most {MAX_BYTES / 1e6:.0f} MB can be used. Keep fewer rows."
        )
    if not raw.strip():
        raise TableError(EMPTY)
    for start, kind in KINDS.items():
        if raw.startswith(start):
            raise TableError(f"This is {kind}, not a CSV file. Export the table as CSV in UTF-8 and load that.")
    if raw.startswith(UTF_16) or _looks_wide(raw):
        raise TableError(f"This text is encoded in UTF-16, not in UTF-8. {SAVE}")
    if b"\0" in raw:
        row = raw[: raw.index(b"\0")].count(b"\n") + 1
        raise TableError(f"This is not a text file: row {row} holds a zero byte. Export the table as CSV in UTF-8.")
    text = _utf_8(raw)
    if not text.strip():  # a byte order mark, or spaces that are no ASCII
        raise TableError(EMPTY)
    return text


def _utf_8(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        byte = f"0x{raw[error.start]:02X}"
        raise TableError(f"Row {row} is not encoded in UTF-8 (byte {byte}); it may be Latin-1. {SAVE}") from None


def _looks_wide(raw: bytes) -> bool:
    """Whether every other byte is 0, as in plain text written as UTF-16 without a mark."""
    start = raw[:200]
    return len(start) >= 8 and (not any(start[1::2]) or not any(start[::2]))


def separator_of(text: str) -> str:
    """The character that cuts the first row that is not empty into most cells."""
    first = next(line for line in text.splitlines() if line.strip())

    def cells(separator: str) -> int:
        try:
            return len(next(csv.reader(io.StringIO(first[:200_000]), delimiter=separator), []))
        except csv.Error:  # a cell that is too long; the reading of the whole table tells the row
            return 0

    return max(SEPARATORS, key=cells)
