"""Two ways to write the same formulas, one switch for all labs, and the glossary beside it."""

from __future__ import annotations

import streamlit as st

from bnviz.ui import links
from bnviz.ui.hiding import shown
from bnviz.ui.messages import text

KEY = "notation.symbols"
CONVENTIONS = ("torch", "keras")
NAMES = ("h", "mean", "var", "x_hat", "y", "gamma", "beta", "eps", "momentum", "running_mean", "running_var",
         "grad_y", "grad_beta", "grad_gamma", "grad_x", "loss", "hat")  # fmt: skip
LATEX = ("mean", "var", "x_hat", "gamma", "beta", "eps", "running_mean", "running_var")
ROWS = ("scale", "momentum", "eps", "variance", "sample", "running", "weights", "tanh")


def convention() -> str:
    """The one that the reader has chosen: torch or keras."""
    chosen = links.kept().get("notation")
    return chosen if chosen in CONVENTIONS else CONVENTIONS[0]


def _take_over() -> None:
    """The switch was moved: the link carries it from page to page."""
    chosen = str(st.session_state[KEY])
    links.keep("notation", None if chosen == CONVENTIONS[0] else chosen)


def symbols() -> dict[str, str]:
    """What each quantity is called in formulas, by the name that the code gives it."""
    return {name: text(f"notation.symbols.{convention()}.{name}") for name in NAMES}


def signed(words: str) -> str:
    """The words with the symbol of a quantity in the place of its name in angle brackets, such as <gamma>."""
    return _filled(words, symbols())


def formula(key: str) -> str:
    """Markdown that shows a formula of the messages, with the symbols in the place of names in angle brackets.

    It stands in a line of text, not in a block of its own: Streamlit gives such blocks a bar to scroll that the
    keyboard cannot reach.
    """
    symbol_of = {name: text(f"notation.latex.{convention()}.{name}") for name in LATEX}
    return f"$\\displaystyle {_filled(text(key), symbol_of)}$"


def _filled(words: str, symbol_of: dict[str, str]) -> str:
    for name, symbol in symbol_of.items():
        words = words.replace(f"<{name}>", symbol)
    return words


def average_formula() -> str:
    """How a running average moves: the momentum weighs the new batch (torch) or the old value (Keras)."""
    return text(f"notation.average.{convention()}")


def left_formula(step: int) -> str:
    """What share of its initial value a running average still holds after so many updates."""
    return text(f"notation.left.{convention()}", step=step)


def momentum_shown(momentum: float) -> float:
    """The momentum of torch (weight of the new batch) as the chosen convention states it."""
    return momentum if convention() == "torch" else 1.0 - momentum


@st.fragment
def notation_panel_alone() -> None:
    """The panel on a page whose own formulas have no symbols to switch: the rest of the page is left as it is."""
    notation_panel()


def notation_panel() -> None:
    """The switch and the glossary, in a panel that can be opened, once at the foot of a lab."""
    if not shown("notation"):
        return
    links.tell()
    with st.expander(text("notation.title"), icon=":material/translate:"):
        notation_switch()
        st.markdown(text("notation.intro"))
        head = f"| {text('notation.head.here')} | {text('notation.head.elsewhere')} |\n|---|---|\n"
        rows = [f"| {text(f'notation.{row}.here')} | {text(f'notation.{row}.elsewhere')} |" for row in ROWS]
        st.markdown(head + "\n".join(rows))


def notation_switch() -> None:
    """The switch alone."""
    st.session_state[KEY] = convention()
    st.segmented_control(
        text("notation.switch"),
        list(CONVENTIONS),
        key=KEY,
        on_change=_take_over,
        required=True,
        format_func=lambda name: text(f"notation.names.{name}"),
        help=text("notation.help"),
    )
