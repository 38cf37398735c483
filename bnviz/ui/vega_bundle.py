"""The Vega runtime for the browser, written once from the installed vl-convert package."""

from __future__ import annotations

import functools
import os
import sys
import tempfile
from importlib import metadata
from pathlib import Path

import vl_convert

BUNDLE_PATH = Path(__file__).resolve().parent.parent / "assets" / "player" / "vega.js"


def bundle_stamp() -> str:
    """Return the first line of a bundle that the installed vl-convert would write."""
    return f"// Vega {vl_convert.get_vega_version()} from vl-convert {metadata.version('vl-convert-python')}"


def bundle_source() -> str:
    """Return the runtime as one ES module that exports only what the player needs.

    vl-convert carries the Vega sources inside itself, so nothing is fetched. Its default bundle holds the
    Vega-Lite compiler and an editor as well and leaves `window.vega` empty; a snippet of our own does not.
    """
    names = "View, parse, changeset, version"
    snippet = f'export {{ {names} }} from "/npm/vega@{vl_convert.get_vega_version()}/+esm";'
    return f"{bundle_stamp()}\n{vl_convert.javascript_bundle(snippet)}"


def ensure_bundle(path: Path = BUNDLE_PATH) -> Path:
    """Write the bundle unless it is there and of the installed version.

    Args:
        path: Where the browser will look for it.

    Returns:
        The same path.

    Raises:
        RuntimeError: If the folder cannot be written.
    """
    if not _is_current(path):
        try:
            _write_whole(path, bundle_source())
        except OSError as error:
            raise RuntimeError(
                f"The Vega runtime could not be written to {path} ({error.strerror}). Make that folder writable, "
                "or run `python -m bnviz.ui.vega_bundle` once as a user who may write there."
            ) from error
    return path


@functools.cache
def ensure_bundle_once() -> Path:
    """Do as `ensure_bundle` does, but look at the disk only once in the life of the process."""
    return ensure_bundle()


def _is_current(path: Path) -> bool:
    """Tell whether the file at `path` begins with today's stamp."""
    try:
        with path.open(encoding="utf-8") as file:
            return file.readline().rstrip("\n") == bundle_stamp()
    except FileNotFoundError:
        return False


def _write_whole(path: Path, text: str) -> None:
    """Write beside the target and rename, so that no reader ever sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".vega-", suffix=".js")
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        draft.chmod(0o644)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.stdout.write(f"{ensure_bundle()}\n")
