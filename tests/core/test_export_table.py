"""Tables as files: every digit is there, and a Parquet file says what it is about."""

from __future__ import annotations

import io
import json

import numpy as np
import pandas as pd
import pyarrow.parquet

from bnviz.core import export_table

TABLE = pd.DataFrame(
    {"name": ["a", "b", None], "value": [1 / 3, 1e-300, np.nan], "step": [1, 2, 3], "mixed": ["x", 1.5, None]}
)


def test_csv_and_parquet_hold_the_numbers_exactly() -> None:
    from_csv = pd.read_csv(io.BytesIO(export_table.csv(TABLE)))
    from_parquet = pd.read_parquet(io.BytesIO(export_table.parquet(TABLE, {})))
    for found in (from_csv, from_parquet):
        np.testing.assert_array_equal(found["value"].to_numpy(), TABLE["value"].to_numpy())
        assert found["step"].tolist() == [1, 2, 3]
    assert from_parquet["step"].dtype == np.int64
    assert from_parquet["mixed"].tolist()[:2] == ["x", "1.5"]


def test_a_parquet_file_says_what_it_is_about() -> None:
    about = {"lab": "Ravine and bowl", "settings": ["seed 3", "λ"], "address": "http://here/ravine?seed=3"}
    schema = pyarrow.parquet.read_schema(io.BytesIO(export_table.parquet(TABLE, about)))
    assert json.loads(schema.metadata[export_table.ABOUT]) == about
