"""Words of a reader or of a link, shown as they are."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from bnviz.ui.messages import plain

WORDS = [
    "![](//evil.example/a.png)", "[here](https://evil.example)", "<img src=x>", "*a* _b_ **c** `d` ~~e~~", "a|b|c",
    "# head", "- item", "1. item", "+ item", "= x", "$x^2$", "&lt;b&gt;", ":red[x] :material/home:", "back\\slash",
    "running_mean: 60 came; 1 - 2 = -1", "https://evil.example/",
]  # fmt: skip


@pytest.mark.parametrize("words", WORDS)
def test_markdown_shows_the_words_and_nothing_else(words):
    (_, inline, _) = MarkdownIt("gfm-like", {"linkify": False}).parse(plain(words))
    assert [child.type for child in inline.children if child.type not in ("text", "text_special")] == []
    assert "".join(child.content for child in inline.children) == words


def test_what_only_streamlit_reads_is_escaped_too():
    assert plain(":red[x] $x$ https://a.b") == r"\:red\[x\] \$x\$ https\://a.b"
    assert plain("Unit: 60 came") == "Unit: 60 came"
