"""Sharing what is on screen: the full address, the same as a QR code for the wall, and a teacher's switches."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from urllib.parse import urlencode, urlsplit, urlunsplit

import segno
import streamlit as st

from bnviz.ui import hiding, links, notation, presenter, quiz_score
from bnviz.ui.messages import plain, text

MOST_TEXT = 1200
"""Characters of an address up to which a QR code can be read from a wall; more make its squares too small."""
MOST_PASTED = 2000
"""Characters of an address that every chat and mail program lets through in one piece."""
_OPENED = "share.opened"
QUIET = 4  # squares of white around a code, as its standard asks for


def head(page: str) -> None:
    """The title of a lab, beside it the button that shares it, and what of the address no page understands."""
    hiding.veil(())
    with st.container(horizontal=True, vertical_alignment="center", key=f"head_{page}"):
        st.title(text(f"app.{page}_title"), width="stretch", anchor=False)
        share_panel(page)
    _say_what_is_unknown()


def share_panel(page: str) -> None:
    """The button that opens the panel, unless a teacher has hidden it."""
    if hiding.shown("share"):
        label, icon = text("share.button"), ":material/share:"
        st.button(label, icon=icon, key=f"share.open.{page}", on_click=_open, args=(page,), help=text("share.help"))
    if st.session_state.get(_OPENED) == page:  # in every rerun, also when a training ends, until it is closed
        st.dialog(text("share.title"), width="large", icon=":material/share:", on_dismiss=_close)(_panel)(page)
    else:
        _close()


def _open(page: str) -> None:
    st.session_state[_OPENED] = page


def _close() -> None:
    st.session_state.pop(_OPENED, None)


def _say_what_is_unknown() -> None:
    names = hiding.unknown()
    told = [text("share.unknown", names=", ".join(plain(name[:30]) for name in names[:8]))] if names else []
    said = links.kept()
    if said.get("notation", "keras") not in notation.CONVENTIONS:
        told.append(
            text("share.bad_notation", given=plain(said["notation"][:30]), known=", ".join(notation.CONVENTIONS))
        )
    if said.get(presenter.PRESENT, "1") != "1":
        told.append(text("share.bad_present", given=plain(said[presenter.PRESENT][:30])))
    if not quiz_score.read(said.get(quiz_score.KEY, ""))[1]:
        told.append(text("quiz.bad_link"))
    if told:
        st.warning("  \n".join(told), icon=":material/link_off:")


def address(page: str) -> str:
    """The full address of what is on screen; without its host where no browser has told it."""
    scheme, host, path, *_ = urlsplit(st.context.url or f"/{page}")
    return urlunsplit((scheme, host, path, query(st.query_params.to_dict()), ""))


def query(params: dict[str, str]) -> str:
    """Parameters as an address has them, with what a query may hold left as it is, which is shorter and readable."""
    return urlencode(params, safe=",:~")


def _panel(page: str) -> None:
    """What the dialog holds."""
    links.tell()
    there = address(page)
    words, wall = st.columns(2, gap="large")
    with words:
        st.markdown(text("share.address", length=len(there)))
        st.code(there, language=None, wrap_lines=True)
        if len(there) > MOST_PASTED:
            st.warning(text("share.long", most=MOST_PASTED), icon=":material/info:")
        _switches(page)
    with wall:
        _wall(there)


def _wall(there: str) -> None:
    """The QR code, as large as there is room, and who can use it."""
    picture = code_svg(there)
    if picture is None:
        st.info(text("share.too_long", length=len(there), most=MOST_TEXT), icon=":material/info:")
        return
    st.image(picture, width="stretch", alt=text("share.alt", address=there))
    here = urlsplit(there).hostname in ("localhost", "127.0.0.1", "::1")
    st.caption(text("share.local" if here else "share.wall"))


def _switches(page: str) -> None:
    st.session_state["share.present"] = presenter.presenting()
    st.toggle(
        text("share.present"),
        key="share.present",
        on_change=lambda: presenter.present(bool(st.session_state["share.present"])),
        help=text("share.present_help"),
    )
    parts = list(hiding.parts_of(page))
    st.session_state["share.hide"] = [name for name in hiding.named() if name in parts]
    st.multiselect(
        text("share.hide"),
        parts,
        key="share.hide",
        format_func=lambda name: text(f"share.part.{name}"),
        on_change=lambda: hiding.hide(list(st.session_state["share.hide"]), page=page),
        placeholder=text("share.hide_none"),
        help=text("share.hide_help"),
    )


def code(words: str) -> segno.QRCode | None:
    """The QR code of a text that survives a quarter of its squares being lost where it fits, or None if it is too long.

    Source: ISO/IEC 18004:2015, error correction levels L, M, Q and H.
    """
    if not 0 < len(words) <= MOST_TEXT:
        return None
    return segno.make_qr(words, error="m", boost_error=True)


def code_svg(words: str) -> str | None:
    """A QR code as an SVG picture, black on a white ground of its own with the white margin that readers need."""
    made = code(words)
    if made is None:
        return None
    sink = BytesIO()
    made.save(sink, kind="svg", scale=10, border=QUIET, dark="#000000", light="#ffffff", xmldecl=False, omitsize=True)
    return f"data:image/svg+xml;base64,{b64encode(sink.getvalue()).decode()}"
