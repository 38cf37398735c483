"""Runs shared by all sessions of a server."""

from bnviz.runs.store import Run, RunStore, shared_store

__all__ = ["Run", "RunStore", "shared_store"]
