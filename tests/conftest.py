"""What all tests share: a compiled kernel, so that every run is made by the same engine from its first update on."""

import pytest

from bnviz.core import kernel


@pytest.fixture(scope="session", autouse=True)
def compiled_kernel():
    kernel.warm_up("float32")
    kernel.warm_up("float64")
