"""From a Vega-Lite chart to the Vega specification that the browser runs; Vega-Lite itself stays on the server."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any, Protocol

import vl_convert

# Where a chart is silent: the page shines through, marks carry no spoken text (the player says one for the whole
# picture), axes line up with the heading.
DEFAULTS: dict[str, Any] = {
    "background": "transparent",
    "aria": False,
    "padding": {"left": 0, "right": 2, "top": 2, "bottom": 4},
}
# A view over categories is as wide as its neighbours, not so many pixels a category: the player sets the width.
VIEW_DEFAULTS = {"discreteWidth": 300}


class Chart(Protocol):
    """Anything that turns into a Vega-Lite specification, such as an Altair chart."""

    def to_dict(self, *, validate: bool = True) -> dict[str, Any]:
        """Return the specification."""


Spec = Chart | Mapping[str, Any]


def compile_spec(spec: Spec) -> str:
    """Compile a chart or its Vega-Lite specification to Vega and return it as JSON."""
    given = dict(spec) if isinstance(spec, Mapping) else spec.to_dict(validate=False)
    config = {**DEFAULTS, **given.get("config", {})}
    config["view"] = {**VIEW_DEFAULTS, **config.get("view", {})}
    return _compile(json.dumps({**given, "config": config}, sort_keys=True))


@functools.lru_cache(maxsize=256)
def _compile(text: str) -> str:
    """Compile one specification, once."""
    return json.dumps(vl_convert.vegalite_to_vega(text), separators=(",", ":"))
