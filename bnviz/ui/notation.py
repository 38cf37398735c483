"""Two ways to write the same formulas, one switch for all labs, and the glossary beside it."""

from __future__ import annotations

import streamlit as st

from bnviz.ui.messages import text

KEY = "notation.symbols"
CONVENTIONS = ("torch", "keras")
ROWS = ("scale", "momentum", "eps", "variance", "sample", "running", "weights", "tanh")


def convention() -> str:
    """The one that the reader has chosen: torch or keras."""
    chosen = st.session_state.get(KEY)
    return chosen if chosen in CONVENTIONS else CONVENTIONS[0]


def symbols() -> dict[str, str]:
    """What each quantity is called in formulas, by the name that the code gives it."""
    names = ("h", "mean", "var", "x_hat", "y", "gamma", "beta", "eps", "momentum", "running_mean", "running_var",
             "grad_y", "grad_beta", "grad_gamma", "grad_x", "loss")  # fmt: skip
    return {name: text(f"notation.symbols.{convention()}.{name}") for name in names}


def momentum_shown(momentum: float) -> float:
    """The momentum of torch (weight of the new batch) as the chosen convention states it."""
    return momentum if convention() == "torch" else 1.0 - momentum


def notation_panel(*, expanded: bool = False) -> None:
    """The switch and the glossary, in a panel that can be opened. Any lab may show it once."""
    with st.expander(text("notation.title"), icon=":material/translate:", expanded=expanded):
        notation_switch()
        st.markdown(text("notation.intro"))
        head = f"| {text('notation.head.here')} | {text('notation.head.elsewhere')} |\n|---|---|\n"
        rows = [f"| {text(f'notation.{row}.here')} | {text(f'notation.{row}.elsewhere')} |" for row in ROWS]
        st.markdown(head + "\n".join(rows))


def notation_switch() -> None:
    """The switch alone."""
    st.session_state.setdefault(KEY, CONVENTIONS[0])
    st.segmented_control(
        text("notation.switch"),
        list(CONVENTIONS),
        key=KEY,
        persist_state="session",
        required=True,
        format_func=lambda name: text(f"notation.names.{name}"),
        help=text("notation.help"),
    )
