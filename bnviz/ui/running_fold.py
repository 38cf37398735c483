"""Folding: batch norm in eval mode written into the linear layer before it."""

from __future__ import annotations

import streamlit as st

from bnviz.core import inference
from bnviz.core.moment import in_double
from bnviz.plots import running_inference
from bnviz.plots.theme import number
from bnviz.ui.charts import running as draw
from bnviz.ui.hiding import shown
from bnviz.ui.messages import text
from bnviz.ui.notation import formula, signed
from bnviz.ui.running_controls import choose_unit
from bnviz.ui.running_run import Study
from bnviz.ui.running_settings import Settings, current


def fold(study: Study, settings: Settings, *, dark: bool) -> Settings:
    """The formula, one unit's numbers, the outputs before and after, and the largest difference."""
    run = study.run
    place = run.place(settings.after)
    moment, stats = run.moments[place], run.tracked(settings.momentum)[place]
    single = inference.folding(moment, stats, run.data.x_test)
    double = inference.folding(in_double(moment), stats, run.data.x_test)
    for column, name in zip(st.columns(2), ("factor", "folded"), strict=True):  # one below the other on a phone
        column.markdown(formula(f"running.fold.formula_{name}"))
    left, right = st.columns([6, 5], gap="medium")
    with left:
        draw(running_inference.fold_scatter(single, dark=dark))
    with right:
        for name, found in (("float32", single), ("float64", double)) if shown("folded") else ():
            st.metric(text("running.fold.largest", precision=name), number(found.largest))
        choose_unit(settings, biased=False)
        settings = current()
        if shown("folded"):
            _one_unit(single, study, settings)
        st.caption(signed(text("running.fold.counts", norms=4 * settings.width * settings.layers)))
    return settings


def _one_unit(found: inference.Folding, study: Study, settings: Settings) -> None:
    """gamma, beta and statistics of one unit, and what becomes of its bias and weights."""
    layer, unit = settings.layer - 1, settings.unit - 1
    place = study.run.place(settings.after)
    moment, (mean, var) = study.run.moments[place], study.run.tracked(settings.momentum)[place][layer]
    before, after = moment.linears[layer], found.moment.linears[layer]
    values = {
        "gamma": moment.gammas[layer][unit].item(),
        "beta": moment.betas[layer][unit].item(),
        "running_mean": float(mean[unit]),
        "running_var": float(var[unit]),
        "weight": before.weight[unit].norm().item(),
        "folded_weight": after.weight[unit].norm().item(),
        "bias": before.bias[unit].item(),
        "folded_bias": after.bias[unit].item(),
    }
    rows = {signed(text(f"running.fold.{name}")): number(value, 4) for name, value in values.items()}
    table = {text("running.fold.what"): list(rows), text("running.fold.value"): list(rows.values())}
    st.table(table, hide_index=True)
