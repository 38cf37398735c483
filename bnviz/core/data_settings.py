"""Which rows a network sees: the data part of an experiment."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from bnviz.core.fields import Choice, FieldError, ListOf, Number, check_fields, setting
from bnviz.core.own_settings import MOST_OWN_ROWS, OWN, SetName, TableName, own_shape

TOYS = ("blobs", "circles", "moons", "spirals", "xor", "flowers")
WITH_SUBSETS = ("flowers",)
SCALES = ("ranges", "thousands", "signals", "normal")
DRAWN = (*TOYS, *SCALES)
TABLE_ROWS: Mapping[str, int] = {"digits": 1797, "wine": 178, "breast_cancer": 569, "diabetes": 442, "textures": 1900}
TABLE_FEATURES: Mapping[str, int] = {"digits": 64, "wine": 13, "breast_cancer": 30, "diabetes": 10, "textures": 768}
SELECTABLE = ("wine", "breast_cancer", "diabetes")
REGRESSIONS = (*SCALES, "diabetes")
TOY_ROWS, TOY_FEATURES = 500, 2
PREPROCESSES = ("raw", "minmax", "zscore", "whitened")
PER_FEATURE = ListOf(Number(-1e9, 1e9), 0, 64, "features")


@dataclass(frozen=True)
class Data:
    """Which rows the networks see.

    Attributes:
        name: a toy set (two features, two classes), two features on different scales with a number to predict
            (`toys.py` and `flowers.py` have their formulas), or a table: a real one, the drawn pictures `textures`, or
            `own`, a reader's.
        n: rows in all, training and test; 0 means all of a real table and 500 of a set that is drawn.
        noise: spread of a toy set, as a share of its size; of the sets on different scales, the standard deviation of
            the noise on the target (of the signals: on both copies, times 1.5); real tables ignore it.
        balance: share of the rows of a toy set that belong to class 1; real tables ignore it.
        preprocess: fitted on the training rows, applied to all. Images are scaled by one number for all pixels.
        test_fraction: share of the rows kept for testing, rounded up to whole rows.
        scale: factor for each feature before preprocessing; empty means 1 for each.
        offset: added to each feature after `scale`; empty means 0 for each.
        features: columns of a real table to use, counted from 0; empty means all. Digits always use all pixels;
            of a reader's own table they are always named, because its target may be one of its columns.
        table: the name of a reader's own table (`own_tables.keep` gives it), empty for every other set.
    """

    name: str = setting("digits", SetName((*DRAWN, *TABLE_ROWS)))
    n: int = setting(0, Number(0, 5000, integer=True))
    noise: float = setting(0.1, Number(0.0, 2.0))
    balance: float = setting(0.5, Number(0.05, 0.95))
    preprocess: str = setting("zscore", Choice(PREPROCESSES))
    test_fraction: float = setting(0.25, Number(0.05, 0.95))
    scale: tuple[float, ...] = setting((), PER_FEATURE)
    offset: tuple[float, ...] = setting((), PER_FEATURE)
    features: tuple[int, ...] = setting((), ListOf(Number(0, 63, integer=True), 0, 64, "features"))
    table: str = setting("", TableName())

    def __post_init__(self) -> None:
        check_fields(self, "data")
        self._check_table()
        most = min(own_shape(self.table).rows, MOST_OWN_ROWS) if self.table else TABLE_ROWS.get(self.name, 5000)
        if self.n and not 16 <= self.n <= most:
            raise FieldError("data.n", f"{self.n} rows came; {self.name} has 16 to {most}. Use 0 for all of them.")
        features = self._checked_features()
        for name in ("scale", "offset"):
            if (given := len(getattr(self, name))) > features:
                problem = f"{given} numbers came, but {self.name} has {features} features. Give fewer."
                raise FieldError(f"data.{name}", problem)

    def _check_table(self) -> None:
        if (self.name == OWN) != bool(self.table):
            problem = (
                f"{self.table!r} came with data.name {self.name!r}; a table's name and {OWN!r} are needed together."
            )
            raise FieldError("data.table", problem)
        if self.table and not self.features:
            raise FieldError(
                "data.features", "No feature came; at least one column of your table is needed. Choose some."
            )

    def _checked_features(self) -> int:
        """How many features the networks see before preprocessing."""
        there = own_shape(self.table).features if self.table else TABLE_FEATURES.get(self.name, TOY_FEATURES)
        if not self.features:
            return there
        if self.name not in (*SELECTABLE, OWN):
            problem = f"Features {self.features} came, but {self.name} is used whole. Choose none, or another table."
            raise FieldError("data.features", problem)
        if max(self.features) >= there or len(set(self.features)) < len(self.features):
            problem = f"Features {self.features} came; different numbers from 0 to {there - 1} are needed."
            raise FieldError("data.features", problem)
        return len(self.features)

    @property
    def planar(self) -> bool:
        """Whether a row is a point in the plane that belongs to one of two classes."""
        if self.table:
            return own_shape(self.table).classes == 2 and len(self.features) == 2
        return self.name in TOYS or (self.name == "breast_cancer" and len(self.features) == 2)

    @property
    def has_subsets(self) -> bool:
        """Whether every row belongs to one of two subsets."""
        return self.name in WITH_SUBSETS

    @property
    def regression(self) -> bool:
        """Whether the target is a number, not a class."""
        return own_shape(self.table).classes == 0 if self.table else self.name in REGRESSIONS

    @property
    def rows(self) -> int:
        """Rows in all."""
        if self.table:
            return self.n or min(own_shape(self.table).rows, MOST_OWN_ROWS)
        return self.n or TABLE_ROWS.get(self.name, TOY_ROWS)

    @property
    def test_rows(self) -> int:
        """Rows kept for testing."""
        return min(self.rows - 2, math.ceil(self.rows * self.test_fraction - 1e-9))

    @property
    def train_rows(self) -> int:
        """Rows that training sees."""
        return self.rows - self.test_rows
