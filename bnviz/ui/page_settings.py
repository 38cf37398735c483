"""The settings of a lab as its widgets, its session and its link hold them: one frozen dataclass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Generic, TypeVar, cast

import streamlit as st

from bnviz.core.codec import group_from_link, group_to_link
from bnviz.ui import links
from bnviz.ui.hiding import ask
from bnviz.ui.link_words import unfit
from bnviz.ui.messages import text

Settings = TypeVar("Settings")


class PageSettings(Generic[Settings]):
    """How the settings of one page get from the address to the widgets and back.

    Args:
        page: its name: of its part of the link, and in front of the keys of its widgets.
        usual: what counts where the link says nothing; a dataclass whose fields are all made by `fields.setting`.
        always: a setting whose widget is there whatever else is chosen.
        fitted: makes settings fit one another; `link_words.unfit` says what of a link could not be used, and why.
    """

    def __init__(
        self, page: str, usual: Settings, *, always: str, fitted: Callable[[Settings], Settings] | None = None
    ) -> None:
        self.page, self.usual = page, usual
        self._always, self._last, self._problems = always, f"{page}_last", f"{page}_problems"
        self._before = f"{page}_before"
        self._fitted = fitted

    def key_of(self, name: str) -> str:
        """The session key of a setting's widget."""
        return f"{self.page}.{name}"

    def fitted(self, settings: Settings) -> Settings:
        """The same settings, made to fit one another."""
        return settings if self._fitted is None else self._fitted(settings)

    def settled(self, read: Settings) -> Settings:
        """What a link said, as it can be shown."""
        return self.fitted(read)

    @property
    def last(self) -> Settings:
        """What was on screen last."""
        return cast(Settings, st.session_state.get(self._last, self.usual))

    def show(self, settings: Settings) -> None:
        """Let every widget show these settings, with a way back to those of before."""
        last = st.session_state.get(self._last)
        if last is not None and last != settings:
            st.session_state[self._before] = last
        self.put(settings)

    def back_button(self) -> None:
        """A button that brings back what was set before a claim, an example or a link has set every control."""
        before = st.session_state.get(self._before)
        if before is not None and before != self.current():
            ask(
                st.button, text("claims.undo"), key=f"{self.page}_back", name="back", icon=":material/undo:",
                type="tertiary", on_click=self.show, args=(before,),
            )  # fmt: skip

    def put(self, settings: Settings) -> None:
        """Let every widget show these settings: those that a control of the reader's has come to."""
        for name, value in _values(settings).items():
            st.session_state[self.key_of(name)] = list(value) if isinstance(value, tuple) else value
        st.session_state[self._last] = settings

    def current(self) -> Settings:
        """What the widgets say, made to fit; where one says nothing, what was on screen last."""
        last, values = self.last, dict[str, Any]()
        for name, before in _values(last).items():
            value = st.session_state.get(self.key_of(name))
            values[name] = (tuple(value or ()) or before) if isinstance(before, tuple) else value
            values[name] = before if values[name] is None else values[name]
        return self.fitted(type(last)(**values))

    def read(self, params: Mapping[str, str], problems: list[str]) -> Settings:
        """What a link names, made to fit; `problems` takes a sentence for all of it that could not be used."""
        read: Settings = group_from_link(self.page, self.usual, params, problems)
        wanted = self.settled(read)
        for name, used in _values(wanted).items():
            if getattr(read, name) != used and self.key_of(name) in params:
                problems.append(unfit(self.page, name, params[self.key_of(name)], wanted))
        return wanted

    def take_link(self) -> None:
        """Show what the address names if it says something new; explain what of it could not be used."""
        if links.arrived(self.page):
            problems: list[str] = []
            self.show(self.read(st.query_params.to_dict(), problems))
            st.session_state[self._problems] = problems
        if self.key_of(self._always) not in st.session_state:
            self.show(self.last)
        links.show_problems(st.session_state.get(self._problems, []))

    def named(self, settings: Settings) -> dict[str, str]:
        """The parameters of a link to these settings."""
        return group_to_link(self.page, settings, self.usual)

    def write_link(self, settings: Settings) -> None:
        """Let the address name what is on screen."""
        st.session_state[self._last] = settings
        links.write(self.page, self.named(settings))


def _values(settings: Any) -> dict[str, Any]:
    """The settings by their names."""
    return {item.name: getattr(settings, item.name) for item in fields(settings)}
