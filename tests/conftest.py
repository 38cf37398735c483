"""What all tests share: a second chance for those that share the machine's time with a browser or other processes."""

from __future__ import annotations

import pytest

TIMED = ("tests/browser/", "tests/runs/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a test that waits for other processes be tried twice; the summary names every such test."""
    for item in items:
        if item.nodeid.startswith(TIMED):
            item.add_marker(pytest.mark.flaky(reruns=1))
