"""The report in a real browser: hostile text, the window, the table, what overlaps, what can be read.

``show`` fails any of these tests whose page asked the network for something, wrote to the console or broke its policy.
"""

from __future__ import annotations

import re

import pytest

from hubbub.draw.report import clean_text

pytestmark = pytest.mark.browser

WIDTHS = (390, 1280, 2560)
TEXT_BOXES = """(chart) => [...document.querySelectorAll(`[data-chart=${chart}] svg text`)].filter((t) => t.textContent)
  .map((t) => { const b = t.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom, t.textContent]; })"""
READABLE = """() => {
  const parse = (c) => (c.match(/[\\d.]+/g) || []).map(Number);
  const linear = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const ground = (n) => { for (; n; n = n.parentElement) { const c = parse(getComputedStyle(n).backgroundColor);
    if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
  const bad = [];
  for (const n of document.querySelectorAll("body *")) {
    const style = getComputedStyle(n);
    if (!n.checkVisibility() || ![...n.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim())) continue;
    if (["SCRIPT", "STYLE", "NOSCRIPT", "OPTION"].includes(n.tagName)) continue;
    const svg = n instanceof SVGElement;
    if (svg && style.stroke !== "none") continue;  // the halo under a label
    const a = light(parse(svg ? style.fill : style.color)), b = light(ground(svg ? n.closest("div") : n));
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), size = parseFloat(style.fontSize);
    if (contrast < 4.5 || size < 12) bad.push([n.tagName, n.textContent.slice(0, 40), contrast, size]);
  }
  return bad;
}"""


def overlaps(boxes):
    """Return the pairs of texts that cover each other by more than a pixel; a halo lies under its own text."""
    return [
        (a[4], b[4])
        for i, a in enumerate(boxes)
        for b in boxes[:i]
        if a[:2] != b[:2] or a[4] != b[4]
        if a[0] < b[2] - 1 and b[0] < a[2] - 1 and a[1] < b[3] - 3 and b[1] < a[3] - 3
    ]


def test_hostile_text_shows_as_text_and_runs_nothing(show, fake):
    texts = fake.PAYLOADS
    page = show([fake.make_hostile(text, i) for i, text in enumerate(texts)])
    assert page.locator("nav tbody tr").count() == len(texts)
    for i, payload in enumerate(texts):
        page.evaluate("(i) => document.querySelectorAll('nav a')[i].click()", i)
        until(
            page,
            "(i) => document.querySelectorAll('nav tbody tr')[i].classList.contains('chosen')"
            " && document.getElementById('page').dataset.ready",
            arg=i,
        )
        shown = re.sub("[\x00-\x08\x0b-\x1f]", "", clean_text(payload))
        fields = (
            "h1 span >> nth=0",
            "h1 .title",
            ".summary",
            "td.label b >> nth=0",
            ".quotes p >> nth=0",
            ".made li span",
        )
        for field in fields:
            assert page.locator(field).first.text_content() == shown, field
        assert shown in page.locator(".made dl").text_content()
        assert shown in page.locator(".choices").text_content()
        assert shown in page.locator("[data-chart=types]").text_content() or len(shown) > 16
        hover(page, "[data-chart=map] .mark-symbol path")
        assert shown in page.locator("#tip").text_content()
        hover(page, "[data-chart=rate] .mark-symbol path")
        assert shown in page.locator("#tip").text_content()
        page.locator("input[type=search]").fill(payload.replace("\u2028", " ").replace("\u2029", " "))
        assert page.evaluate("window.ran") is None
    links = page.locator("a").evaluate_all("(links) => links.map((link) => link.getAttribute('href'))")
    assert all(link.startswith("#") for link in links)
    assert page.locator("img, iframe, object, embed, video, audio, marquee, math").count() == 0


def until(page, condition, arg=None):
    """Wait until a condition holds; playwright's own waiting needs the eval that the page's policy forbids."""
    for _ in range(100):
        if page.evaluate(condition, arg):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never held: {condition}")


def hover(page, selector):
    page.locator(selector).first.evaluate(
        """(mark) => { const b = mark.getBoundingClientRect();
        for (const type of ["pointerover", "pointermove", "mousemove"]) mark.dispatchEvent(new PointerEvent(type,
          { bubbles: true, clientX: b.left + b.width / 2, clientY: b.top + b.height / 2 })); }"""
    )


def drag(page, start, end):
    box = page.locator("[data-chart=rate] svg").bounding_box()
    y = box["y"] + 260
    page.mouse.move(box["x"] + start, y)
    page.mouse.down()
    page.mouse.move(box["x"] + (start + end) / 2, y, steps=3)
    page.mouse.move(box["x"] + end, y, steps=3)
    page.mouse.up()


def test_the_brush_drives_everything_below(show, fake):
    page = show([fake.make_page()])
    before = page.locator("[data-chart=top]").inner_text()
    assert "pâtes · carbo" in before.split("\n")[0]
    assert page.locator(".topics tbody tr").first.locator("b").first.text_content().startswith("pâtes")
    drag(page, 190, 240)
    until(page, "document.querySelector('h2[data-say=top]').textContent.includes('grésille')")
    assert re.match(r"0:\d\d–0:\d\d \(19:\d\d–19:\d\d\)", page.locator("[data-say=window]").text_content())
    labels = page.locator("[data-chart=top] svg text").all_text_contents()
    assert "son · grésille · micro" in labels
    boxes = page.evaluate(TEXT_BOXES, "top")
    assert not overlaps(boxes)
    assert page.locator(".topics tbody tr").first.locator("b").first.text_content().startswith("son")
    faded = page.locator("[data-chart=map] .mark-symbol path[opacity='0.07']").count()
    assert 0 < faded < page.locator("[data-chart=map] .mark-symbol path").count()
    page.locator("[data-whole]").click()
    until(page, "document.querySelector('[data-say=window]').textContent === 'The whole stream'")
    assert page.locator("[data-chart=top]").inner_text() == before
    page.locator(".choices .peak").first.click()
    until(page, "document.querySelector('[data-say=window]').textContent.startsWith('0:2')")


def test_a_page_opens_at_its_window(show, fake):
    data = fake.make_page()
    data["window"] = {"from_seconds": 1200, "to_seconds": 1800}
    page = show([data])
    assert page.locator("[data-say=window]").text_content().startswith("0:20–0:30")
    assert page.locator("h2[data-say=top]").text_content().startswith("0:20–0:30: “son · grésille” led")


def test_the_table_sorts_and_searches(show, fake):
    page = show([fake.make_page()])
    rows = page.locator(".topics tbody tr")
    viewers = rows.locator("td >> nth=4")

    def numbers():
        return [int(text.replace(",", "")) for text in rows.locator("[data-name=viewers]").all_text_contents()]

    assert viewers.count() >= 1
    page.locator("[data-sort=n_viewers]").click()
    assert numbers() == sorted(numbers(), reverse=True)
    page.locator("[data-sort=n_viewers]").click()
    assert numbers() == sorted(numbers())
    assert page.locator("th.n_viewers").get_attribute("aria-sort") == "ascending"
    page.locator("[data-sort=label]").click()
    labels = page.locator("td.label b").all_text_contents()
    assert labels == sorted(labels, key=str.casefold) or labels[0].startswith("anni")
    page.locator("input[type=search]").fill("pineapple")
    assert rows.count() == 1
    assert "pizza" in rows.text_content()
    page.locator("input[type=search]").fill("nothing says this")
    assert "No topic has" in rows.text_content()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", ["lively", "many"])
def test_labels_do_not_overlap_and_nothing_is_cut(show, fake, width, kind):
    page = show([fake.make_page() if kind == "lively" else fake.make_page(80, 5.0, 30000, 2)], width=width)
    for chart in ("rate", "map", "lanes", "top", "types"):
        boxes = page.evaluate(TEXT_BOXES, chart)
        assert boxes
        assert not overlaps(boxes), chart
        assert all(box[0] >= -1 and box[2] <= width + 1 for box in boxes), chart
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert len({box[4] for box in page.evaluate(TEXT_BOXES, "map")}) >= 8
    assert page.locator("[data-chart=rate] svg text", has_text="son · grésille").count() == 1


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_all_text_can_be_read(show, fake, width, mode):
    page = show([fake.make_page(), fake.make_empty()], width=width, mode=mode)
    assert page.evaluate(READABLE) == []
    background = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert background == ("rgb(255, 255, 255)" if mode == "light" else "rgb(20, 21, 24)")


def test_dark_and_print_are_switched_live(show, fake):
    page = show([fake.make_page()])
    fill = "getComputedStyle(document.querySelector('[data-chart=lanes] svg text')).fill"
    light = page.evaluate(fill)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(fill) != light
    page.emulate_media(color_scheme="dark", media="print")
    assert page.evaluate(fill) == light


def test_targets_are_large_enough_for_fingers(show, fake):
    page = show([fake.make_page()], width=390, has_touch=True, is_mobile=True)
    sizes = page.locator("main button:visible, main input:visible, main select:visible").evaluate_all(
        "(all) => all.map((n) => n.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 44


@pytest.mark.parametrize("kind", ["empty", "one_message", "without_times"])
def test_pages_at_the_edges(show, fake, kind):
    page = show([getattr(fake, f"make_{kind}")()], width=390)
    text = page.locator("main").inner_text()
    expected = {
        "empty": "No messages yet",
        "one_message": "1 message",
        "without_times": "When? This source does not say",
    }
    assert expected[kind] in text
    assert not re.search("NaN|undefined|null|Infinity|Invalid", text)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.locator("[data-chart=rate]").count() == (kind == "one_message")
    assert page.locator("[data-chart=map]").count() == (kind == "without_times")


def test_without_a_start_only_offsets_are_shown(show, fake):
    page = show([fake.make_page(started=None)])
    texts = page.locator("[data-chart=rate] svg text").all_text_contents()
    assert "offset from the start (h:mm)" in texts
    assert "0:30" in texts
    drag(page, 190, 240)
    until(page, "document.querySelector('[data-say=window]').textContent !== 'The whole stream'")
    assert re.fullmatch(r"0:\d\d–0:\d\d", page.locator("[data-say=window]").text_content())


def test_messages_before_the_start_are_drawn(show, fake):
    data = fake.make_page(5, 1.0, 500)
    data["minutes"]["start_seconds"] = [start - 900 for start in data["minutes"]["start_seconds"]]
    data["peaks"][0]["start_seconds"] -= 900
    page = show([data])
    assert page.locator("[data-chart=rate] svg text", has_text="son · grésille").count() == 1
    assert page.locator("[data-say=count]").text_content().startswith(f"{data['stream']['n_messages']}")


def test_several_streams_are_listed_sorted_and_linked(show, fake):
    pages = [fake.make_page(4, 0.5, 200 + 50 * i, i, name=f"channel{i}", n_points=20) for i in range(7)]
    page = show(pages)
    assert page.locator("h1").inner_text().startswith("channel0")
    page.locator("nav a", has_text="channel5").click()
    until(page, "document.querySelector('h1').textContent.startsWith('channel5')")
    assert page.url.endswith("#twitch%3Achannel5%3A5")
    page.locator("nav th button", has_text="Messages").click()
    page.locator("nav th button", has_text="Messages").click()
    assert page.locator("nav tbody tr").first.inner_text().startswith("channel6")
    page.go_back()
    until(page, "document.querySelector('h1').textContent.startsWith('channel0')")
    few = show(pages[:2])
    assert few.locator("nav a").count() == 2
    assert few.locator("nav th button").count() == 0


def test_the_page_follows_its_width(show, fake):
    page = show([fake.make_page()])
    page.set_viewport_size({"width": 700, "height": 900})
    until(page, "document.querySelector('[data-chart=rate] svg').getBoundingClientRect().width < 700")
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") == 700
    assert not overlaps(page.evaluate(TEXT_BOXES, "rate"))


def test_the_page_is_soon_usable(show, fake):
    page = show([fake.make_page(n_points=3000)])
    assert page.evaluate("performance.now()") < 6000
