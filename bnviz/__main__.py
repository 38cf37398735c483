"""The command line.

python -m bnviz app              starts the app
python -m bnviz run FILE.json    trains an experiment without the app; --out keeps it as numbers, page or script
python -m bnviz compile          makes the machine code of the fast engine beforehand
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from bnviz.core.experiment import Experiment
from bnviz.core.fields import FieldError

if TYPE_CHECKING:
    from bnviz.core.recording import Recording

BAR = 30
COMPILED = "The compiled engine is ready.\n"
NOT_COMPILED = (
    "The compiled engine cannot be kept, because neither the program's folder nor the cache of this user can be "
    "written. Nothing is lost: the torch engine serves until each start has compiled it anew.\n"
)
NOT_KEPT = "{path} could not be written: {reason}. The results above are complete; run again with another --out.\n"


def read_experiment(path: Path) -> Experiment:
    """The experiment in a JSON file.

    Raises:
        FieldError: when the file cannot be read, or names what cannot be run.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise FieldError("file", f"{path} cannot be read: {reason}. Give what Experiment.to_json() writes.") from None
    return Experiment.from_json(text)


def show_progress(done: int, total: int) -> None:
    """A bar on standard error."""
    full = BAR * done // total
    end = "\n" if done >= total else ""
    sys.stderr.write(f"\r[{'#' * full}{'.' * (BAR - full)}] update {done} of {total}{end}")
    sys.stderr.flush()


def run(file: Path, out: Path | None) -> tuple[Recording, dict[str, object]]:
    """Train the experiment in `file`, if it could be kept in `out`; return the recording and the summary."""
    from bnviz.core.summary import summary
    from bnviz.runs.compiled import train

    experiment = read_experiment(file)
    if out is not None:
        check_out(experiment, out)
    recording = train(experiment, progress=show_progress)
    return recording, {"arms": summary(recording)}


def check_out(experiment: Experiment, out: Path) -> None:
    """Refuse, before any training, what could not be kept.

    Raises:
        FieldError: for a file that cannot be written, or a run that cannot be taken home in this form.
    """
    from bnviz.core.export import check_target
    from bnviz.core.export_script import NotExportedError, check_own

    check_target(out)
    try:
        if out.suffix in (".py", ".ipynb"):
            check_own(experiment)
    except NotExportedError as error:
        raise FieldError("--out", str(error)) from None


def keep(recording: Recording, out: Path) -> None:
    """Write a run to a file: its numbers, a page that plays, a PyTorch script or a notebook, as the ending says."""
    from bnviz.core import export, export_notebook, export_script

    if out.suffix == ".html":
        from bnviz.ui.standalone import standalone
        from bnviz.ui.view import View

        out.write_text(standalone(recording, View(show=())), encoding="utf-8")
    elif out.suffix == ".py":
        out.write_text(export_script.script(recording.experiment), encoding="utf-8")
    elif out.suffix == ".ipynb":
        out.write_text(export_notebook.notebook(recording.experiment), encoding="utf-8")
    else:
        export.save(recording, out)


def compile_engine(*, background: bool = False) -> int:
    """Compile the fast engine, unless that is done; returns the exit status: 1 where it cannot be kept.

    Args:
        background: give way to whatever else the machine is doing.
    """
    from bnviz.runs.compiled import compile_once

    if background and hasattr(os, "nice"):
        os.nice(10)
    kept = compile_once()
    sys.stderr.write(COMPILED if kept else NOT_COMPILED)
    return 0 if kept else 1


def serve() -> None:
    """Start the app, and the default run with it; Streamlit reads its options as for `streamlit run`."""
    from streamlit.web import cli

    from bnviz.ui.frame import ROOT, warm_up

    threading.Thread(target=warm_up, name="bnviz-warm-up", daemon=True).start()
    sys.argv = ["streamlit", "run", str(ROOT / "app.py")]
    cli.main()


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status: 0, 1 where nothing could be kept, 2 for input that cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m bnviz", description="What normalization does to a neural network.")
    commands = parser.add_subparsers(dest="command", required=True)
    runner = commands.add_parser("run", help="train the experiment in a JSON file and print its results as JSON")
    runner.add_argument("file", type=Path, metavar="FILE.json", help="what Experiment.to_json() writes")
    runner.add_argument(
        "--out",
        type=Path,
        metavar="FILE.npz|.parquet|.csv|.zip|.html|.py|.ipynb",
        help="keep the run: its numbers, a page that plays, a PyTorch script, a notebook",
    )
    commands.add_parser("app", help="start the app")
    compiler = commands.add_parser("compile", help="compile the fast engine now (half a minute, once)")
    compiler.add_argument("--background", action="store_true", help="give way to whatever else the machine is doing")
    given = parser.parse_args(arguments)
    if given.command == "app":
        serve()
        return 0
    if given.command == "compile":
        return compile_engine(background=given.background)
    try:
        recording, result = run(given.file, given.out)
    except FieldError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(json.dumps(result, allow_nan=False) + "\n")
    if given.out is not None:
        try:
            keep(recording, given.out)
        except OSError as error:
            sys.stderr.write(NOT_KEPT.format(path=given.out, reason=error.strerror or error))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
