"""Runs shared by all sessions of a server."""

from bnviz.runs.run import Run, run_name
from bnviz.runs.store import RunStore, shared_store

__all__ = ["Run", "RunStore", "run_name", "shared_store"]
