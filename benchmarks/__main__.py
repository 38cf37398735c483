"""Every figure that is to be reached, with today's beside it: `python -m benchmarks`, or `make bench`.

Prints one Markdown table, and exits with 1 where a figure falls short.
"""

from __future__ import annotations

import argparse
import importlib
import sys

from benchmarks.report import Row, table

MODULES = ("engine", "sweep", "app")


def main() -> None:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    measured: list[Row] = []
    for name in MODULES:
        print(f"measuring: {name} ...", file=sys.stderr, flush=True)
        measured += importlib.import_module(f"benchmarks.{name}").rows(rounds)
    print(table(measured))
    sys.exit(0 if all(row.ok for row in measured) else 1)


if __name__ == "__main__":
    main()
