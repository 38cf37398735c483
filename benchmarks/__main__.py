"""All benchmarks, one table after the other: `python -m benchmarks`, or `make bench`."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

for name in ("engine", "app"):
    sys.argv = [f"{name}.py"]
    print(f"\n## {name}\n", flush=True)
    runpy.run_path(str(Path(__file__).with_name(f"{name}.py")), run_name="__main__")
