"""Runs shared by all sessions of a server."""

from bnviz.runs.store import Run, RunStore, run_name, shared_store

__all__ = ["Run", "RunStore", "run_name", "shared_store"]
