"""What the reader has chosen in the lab of rates; part of the link."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from bnviz.core.codec import group_from_link
from bnviz.core.rates import Choices, fitted
from bnviz.ui.page_settings import PageSettings
from bnviz.ui.scenarios import Scenario, of_lab, scenario

PAGE = "rates"


@lru_cache(maxsize=32)
def choices_of(name: str) -> Choices:
    """What a claim sets."""
    found: Choices = group_from_link(PAGE, Choices(), scenario(name).settings, [])
    return fitted(found)


def claims_of(part: str) -> list[Scenario]:
    """The claims that a part of the lab puts to the test."""
    return [one for one in of_lab(PAGE) if choices_of(one.id).part == part]


def _of_part(chosen: Choices) -> Choices:
    """The same with a claim that belongs to the open part."""
    there = [one.id for one in claims_of(chosen.part)]
    return chosen if not there or chosen.claim in there else replace(chosen, claim=there[0])


class _Page(PageSettings[Choices]):
    def settled(self, read: Choices) -> Choices:
        """What a link said, made to fit, with a claim of the part that it opens."""
        return _of_part(self.fitted(read))


_page = _Page(PAGE, Choices(), always="part", fitted=fitted)
key_of, show, current, named, take_link, write_link = (
    _page.key_of, _page.show, _page.current, _page.named, _page.take_link, _page.write_link,
)  # fmt: skip
put, back_button = _page.put, _page.back_button


def to_part(part: str) -> None:
    """Open another part, as its first claim wants it."""
    there = claims_of(part)
    show(choices_of(there[0].id) if there else replace(Choices(), part=part))
