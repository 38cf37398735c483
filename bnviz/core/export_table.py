"""A table as the bytes of a file: CSV with every digit, or Parquet that also says where its numbers come from."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping

import pandas as pd
import pyarrow
import pyarrow.parquet

ABOUT = b"bnviz"
"""Under this name the schema of a Parquet file holds, as JSON, what the table is about."""


def csv(table: pd.DataFrame) -> bytes:
    """The table as UTF-8 text with a line of names; a number has the digits that give exactly it back."""
    return str(table.to_csv(index=False)).encode()


def parquet(table: pd.DataFrame, about: Mapping[str, object]) -> bytes:
    """The table as a Parquet file; a column of words and numbers becomes one of words.

    Args:
        table: one column a kind of number or word.
        about: what the numbers are of, such as the settings; it goes into the metadata of the schema.
    """
    words = {name: table[name].map(str, na_action="ignore") for name in table.columns if _is_mixed(table[name])}
    made = pyarrow.Table.from_pandas(table.assign(**words), preserve_index=False)
    metadata = {**(made.schema.metadata or {}), ABOUT: json.dumps(dict(about), ensure_ascii=False).encode()}
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(made.replace_schema_metadata(metadata), buffer)
    return buffer.getvalue()


def _is_mixed(column: pd.Series) -> bool:
    """Whether a column holds values of several kinds."""
    return column.dtype == object and len({type(cell) for cell in column.dropna()}) > 1
