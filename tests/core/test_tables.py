"""Own tables: what can be read, and the sentence that every bad file gets."""

import numpy as np
import pytest

from bnviz.core.tables import MAX_ROWS, OwnTable, read_csv
from bnviz.core.tables_text import TableError, separator_of


def csv_of(rows=20, *, names="a,b,kind", change=()):
    """A good table of two numbers and a class, with cells replaced: (row, column, text)."""
    cells = [[f"{i * 1.5}", f"{(i * 7) % 20 - 3}", "xy"[i % 2]] for i in range(rows)]
    for row, column, text in change:
        cells[row][column] = text
    return "\n".join([names, *(",".join(row) for row in cells)])


def test_a_good_table():
    own = read_csv(csv_of())
    assert own.names == ("a", "b")
    assert own.x[2].tolist() == [3.0, 11.0]
    assert [target.name for target in own.targets] == ["kind", "b", "a"]
    assert (own.targets[0].class_names, own.targets[0].y[:3].tolist()) == (("x", "y"), [0, 1, 0])
    assert own.targets[2].class_names == ()
    table = own.table((1, 0), 0)
    assert (table.feature_names, table.classes, table.x.shape) == (("b", "a"), 2, (20, 2))
    assert "“kind” holds text" in own.notes[0]


@pytest.mark.parametrize("separator", [";", "\t", "|", ", "])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\n\n"])
def test_separators_endings_and_marks(separator, ending):
    text = csv_of().replace(",", separator).replace("\n", ending)
    for given in (text, text.encode(), b"\xef\xbb\xbf" + text.encode()):
        assert read_csv(given).names == ("a", "b")


def test_a_separator_that_leaves_cells_too_long_is_not_taken():
    text = ";".join(["a" * 70_000, "b" * 70_000]) + "\n" + "1;2\n" * 20
    assert separator_of(text) == ";"


def test_quotes_keep_a_separator_in_a_name():
    assert read_csv(csv_of(names='"a, in m",b,kind')).names == ("a, in m", "b")


def test_headers_are_text_and_nothing_else():
    name = "<img src=x onerror=alert(1)>"
    assert read_csv(csv_of(names=f"{name},**b**,kind")).names == (name, "**b**")
    assert read_csv(csv_of(names="a\u202e\x07,b,kind")).names[0] == "a"


def test_few_whole_numbers_are_classes():
    target = read_csv(csv_of(change=[(i, 2, str(i % 3)) for i in range(20)])).targets[0]
    assert (target.name, target.class_names, target.y[:4].tolist()) == ("kind", ("0", "1", "2"), [0, 1, 2, 0])


def test_a_constant_column_is_left_out_and_told():
    own = read_csv(csv_of(names="a,b,c", change=[(i, 2, "3") for i in range(20)]))
    assert own.names == ("a", "b")
    assert own.notes == ("Column “c” is 3 in every row: it has no spread and is left out.",)


BAD = {
    "empty": (b"", "The file is empty"),
    "blank": ("  \n \n", "The file is empty"),
    "a byte order mark alone": (b"\xef\xbb\xbf", "The file is empty"),
    "a mark and a newline": (b"\xef\xbb\xbf\n", "The file is empty"),
    "a pasted mark": ("\ufeff", "The file is empty"),
    "no-break spaces": ("\u00a0\n\u00a0\u2003", "The file is empty"),
    "a name without an end": ("a" * 140_000 + ",b\n1,2", "Row 1 cannot be read"),
    "a name in quotes without an end": ('"' + "a" * 140_000 + '",b\n1,2', "Row 1 cannot be read"),
    "only separators": (",,,\n,,\n", "nothing in this table"),
    "binary": (b"a,b\n1,\x00\x07\x01", "row 2 holds a zero byte"),
    "workbook": (b"PK\x03\x04" + bytes(40), "a workbook or a zip archive"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(30), "a picture"),
    "utf-16": (csv_of().encode("utf-16"), "encoded in UTF-16"),
    "utf-16 without a mark": (csv_of().encode("utf-16-le"), "encoded in UTF-16"),
    "latin-1": (csv_of(change=[(3, 2, "é")]).encode("latin-1"), "Row 5 is not encoded in UTF-8 (byte 0xE9)"),
    "one column": ("a\n" + "\n".join("123"), "Only one column was found in row 1 (“a”)"),
    "spaces": (csv_of().replace(",", " "), "Separate the cells by commas, semicolons or tabs"),
    "one row": (csv_of(1), "1 row below the row of names"),
    "no rows": ("a,b", "0 rows below"),
    "too many rows": ("a,b\n" + "1,2\n" * (MAX_ROWS + 1), "50,0"),
    "too many columns": (",".join(f"c{i}" for i in range(10_000)) + "\n1", "10,000 columns; at most 64"),
    "too large": (b"a,b\n" + b"1234567,1234567\n" * 400_000, "6.4 MB; at most 5 MB"),
    "duplicate names": (csv_of(names="a,b,a"), "Columns 1 and 3 are both named “a”"),
    "no name": (csv_of(names="a,,c"), "Column 2 has no name"),
    "no header": (csv_of(names="1,2,3"), "Row 1 holds numbers only"),
    "missing": (csv_of(change=[(4, 1, "")]), "Row 6, column “b”: the cell is empty"),
    "missing word": (csv_of(change=[(4, 1, "NA")]), "Row 6, column “b”: “NA” stands for a missing value"),
    "text among numbers": (csv_of(change=[(0, 0, "many")]), "Row 2, column “a”: “many” is no number"),
    "decimal comma": (csv_of(change=[(0, 0, '"1,5"')]), "Row 2, column “a”: “1,5” has a comma"),
    "infinity": (csv_of(change=[(2, 0, "inf")]), "Row 4, column “a”: “inf” is no finite number"),
    "huge": (csv_of(change=[(2, 0, "1e300")]), "Row 4, column “a”: “1e300” is too large"),
    "formula": (csv_of(change=[(2, 0, "=1+1")]), "Row 4, column “a”: “=1+1” is a formula"),
    "formula among text": (csv_of(change=[(2, 2, "=LINK(1)")]), "Row 4, column “kind”: “=LINK(1)” is a formula"),
    "ragged": (csv_of() + "\n1,2", "Row 22 has 2 cells, but the row of names has 3"),
    "open quote": (csv_of() + '\n1,2,"' + "x" * 200_000, "Row 2"),
    "text only": (csv_of(change=[(i, 1, f"w{i}") for i in range(20)]), "this table has 1. Column “b” holds text"),
    "all constant": ("a,b\n" + "1,2\n" * 20, "this table has 0. Column “a” is 1 in every row"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_every_bad_file_gets_a_sentence(case):
    given, words = BAD[case]
    with pytest.raises(TableError) as caught:
        read_csv(given)
    told = str(caught.value)
    assert words in told
    assert told[0].isupper()
    assert told.endswith((".", ")."))
    assert len(told) < 400


def test_the_largest_table_is_read():
    rng = np.random.default_rng(0)
    body = "\n".join(f"{a:.4f},{b:.2f}" for a, b in rng.normal(size=(MAX_ROWS, 2)).tolist())
    own = read_csv(f"a,b\n{body}")
    assert isinstance(own, OwnTable)
    assert own.x.shape == (MAX_ROWS, 2)
