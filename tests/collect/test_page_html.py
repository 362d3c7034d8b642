"""Messages in HTML: cut at plain tags, or read by the standard library's parser, with one result."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.collect import page_html
from hubbub.collect.page_html import TwitchDownloaderHtml, read_body
from hubbub.collect.rows import Notes

PIECES = st.one_of(
    st.sampled_from([
        "<pre class='cr'>", "</pre>", "[0:05:07] ", "<a href='https://twitch.tv/ann'>", "</a>",
        "<span class='th'>", "</span>", "<span>: ", "<img class='ei x' title='Kappa'>",
        "<img class='badge-subscriber-12 b' title=\"Sub\">", "<img alt='Cheer100' src='x'>",
        "<strong class='cheer-amount'>", "100", "</strong>", "a &amp; b", "&lt", "&#x1F600;", "<b>",
        "<IMG TITLE='x'>", "<img title=x>", "<img title='&quot;'>", "<img title='a'title='b'>", "<br/>", "< ",
        "<a", "<span class='body--highlighted'>", "<img\u00a0title='x'>", "<img title='x' title='y'>",
        "<!-- x -->", "<script>", "</ a>", "<img title=''>", "<img  title='x'>", "hi", " ", "Ann",
    ]),
    st.text(max_size=4),
)  # fmt: skip


def parse(html: str) -> object:
    found = TwitchDownloaderHtml(notes := Notes()).parse(html)
    body, is_highlighted = read_body(html)
    return found, notes, body.text, body.spans, body.bits, is_highlighted


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=12), st.booleans())
def test_a_message_cut_at_its_tags_gives_what_the_parser_gives(pieces: list[str], is_whole: bool):
    begin = "<pre class='cr'>[0:05:07] <a href='https://twitch.tv/ann'><span class='c'>Ann</span></a><span>: "
    html = (begin if is_whole else "") + "".join(pieces)
    cut = parse(html)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page_html, "_PLAIN_TAG", re.compile("((?!))"))
        if "<" in html:
            assert cut == parse(html)


def test_what_the_tool_writes_is_cut():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page_html._Message, "feed", lambda self, html: pytest.fail(f"parsed: {html}"))
        body, _ = read_body("hi &lt;3 <img class='ei' title='Kappa'><span class='th'>Kappa</span> 1")
    assert (body.text, body.spans) == ("hi <3 Kappa 1", [6, 11])
