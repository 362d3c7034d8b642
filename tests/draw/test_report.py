"""The report's text: what stands in the file, before any browser reads it."""

from __future__ import annotations

import base64
import hashlib
import html.parser
import json
import re

import pytest

from hubbub.draw import layout, report


class Scripts(html.parser.HTMLParser):
    """Collect what stands in the elements of a page that hold no markup."""

    def __init__(self):
        super().__init__()
        self.found, self.tags, self.inside = [], [], None

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.inside = [tag, dict(attrs), ""] if tag in ("script", "style") else None

    def handle_data(self, data):
        if self.inside:
            self.inside[2] += data

    def handle_endtag(self, tag):
        if self.inside and tag == self.inside[0]:
            self.found.append(tuple(self.inside))
            self.inside = None


@pytest.fixture(scope="module")
def parsed(fake):
    pages = [fake.make_page(), *(fake.make_hostile(text, i) for i, text in enumerate(fake.PAYLOADS))]
    text = report.render_report(pages, title="</title><script>1</script>", version="1<b>")
    parser = Scripts()
    parser.feed(text)
    return text, parser


def test_the_page_holds_its_own_elements_and_no_other(parsed, fake):
    _, parser = parsed
    tags = [tag for tag, _ in parser.tags]
    assert set(tags) == {"html", "head", "meta", "title", "style", "body", "main", "noscript", "p", "footer", "script"}
    assert tags.count("script") == 2 + 2 + 1 + len(fake.PAYLOADS)
    assert not [attrs for _, attrs in parser.tags if {"src", "href", "style"} & attrs.keys()]


def test_the_policy_names_what_may_run(parsed):
    _, parser = parsed
    policy = next(
        attrs["content"] for tag, attrs in parser.tags if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; ")
    run = [text for tag, attrs, text in parser.found if attrs.get("type") != "application/json"]
    assert len(run) == 3
    for text in run:
        assert f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in policy
    assert "http" not in policy


def test_data_comes_back_as_it_went_in(parsed, fake):
    _, parser = parsed
    blocks = {attrs["id"]: json.loads(text) for _, attrs, text in parser.found if "id" in attrs}
    page = blocks["page-0"]
    assert page == json.loads(json.dumps(layout.prepare_page(fake.make_page())))
    for i, payload in enumerate(fake.PAYLOADS):
        assert blocks[f"page-{i + 1}"]["summary"] == report.clean_text(payload)


def test_one_stream_is_a_file_that_can_be_sent(fake):
    page = fake.make_page(n_points=3000)
    assert len(page["map"]["x"]) >= 2900
    assert len(report.render_report([page], title="t", version="1").encode()) < 2_500_000


def test_no_stream_gives_a_page():
    assert '<main id="page">' in report.render_report([], title="t", version="1")


def test_numbers_that_json_lacks_become_null():
    assert report.safe_json([float("nan"), {"a": float("-inf")}, 1.5]) == '[null,{"a":null},1.5]'


@pytest.mark.parametrize("text", ["\u202e", "\u2066x\u2069", "\u200f", "\u061c"])
def test_controls_of_direction_are_taken_out(text):
    assert not re.search("[\u061c\u200f\u202e\u2066\u2069]", report.safe_json({text: [text]}))


def test_lone_surrogates_can_be_written():
    assert report.safe_json("a\ud800b").encode("utf-8") == b'"a?b"'


def test_the_bundle_is_kept_and_a_torn_copy_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    report.vega_bundle.cache_clear()
    text = report.vega_bundle()
    (kept,) = (tmp_path / "hubbub").iterdir()
    assert kept.read_text(encoding="utf-8") == text
    kept.write_text(text[: len(text) // 2], encoding="utf-8")
    report.vega_bundle.cache_clear()
    assert report.vega_bundle() == text == kept.read_text(encoding="utf-8")


def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(file))
    report.vega_bundle.cache_clear()
    assert "vegaEmbed" in report.vega_bundle()
    report.vega_bundle.cache_clear()
