"""The table of results on the page: no raw None, numbers that can be sorted, and room for every column."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from bnviz.core.experiment import Experiment
from bnviz.plots import waiting
from bnviz.ui import results_table

PAGE = 984  # px of a window of 1440 beside the sidebar
LONG_ARM = 150
ROWS = pd.DataFrame(
    {
        "arm": ["no norm", "batch norm before"],
        "status": ["diverged at step 4", "finished"],
        "train loss": [math.nan, 0.1],
        "test loss": [math.nan, 0.2],
        "test accuracy": [math.nan, 0.95],
        "best test accuracy": [0.4, 0.96],
        "updates to 90 %": [math.nan, 1300],
        "cost of an update": ["—", "1.3 ×"],
        "updates per second": [math.nan, 1234],
    }
)


@pytest.fixture
def drawn(monkeypatch):
    """What Streamlit is asked to draw: the styled rows, and how."""
    asked = []
    monkeypatch.setattr(results_table.st, "dataframe", lambda styled, **how: asked.append((styled, how)))
    return asked


def test_what_is_never_reached_is_said_and_sorted_last(drawn):
    results_table.show(ROWS)
    styled, how = drawn[0]
    html = styled.to_html()
    assert html.count("not reached") == 1
    assert "1,300" in html
    assert "None" not in html
    assert "nan" not in html
    assert "inf" not in html
    assert styled.data.sort_values("updates to 90 %")["arm"].tolist() == ["batch norm before", "no norm"]
    assert how["placeholder"] == "—"


def test_all_columns_are_in_sight_beside_the_sidebar(drawn):
    results_table.show(ROWS)
    columns = drawn[0][1]["column_config"]
    widths = [columns[name]["width"] for name in ROWS.columns if name != "arm"]
    assert sum(widths) + LONG_ARM <= PAGE


def test_while_a_run_goes_on_there_are_dots(drawn):
    results_table.show(waiting(Experiment()))
    assert "not reached" not in drawn[0][0].to_html()
