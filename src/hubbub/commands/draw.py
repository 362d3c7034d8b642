"""One chart of a stream → a picture, a page or Vega-Lite JSON."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from hubbub.errors import HubbubError
from hubbub.reports import Report

if TYPE_CHECKING:
    from hubbub.store.archive import Archive

_WIDTHS = (320, 4000)
_OF_CHANNELS = ("tree", "similarity")
"""Charts that joined streams have together."""


def draw(
    archive: Archive | Path | str,
    chart: str,
    *,
    output: Path | str,
    stream: str | None = None,
    channel: str | None = None,
    from_: str = "",
    to: str = "",
    encoders: Sequence[str] = (),
    mode: Literal["light", "dark"] = "light",
    width: int = 960,
) -> Report:
    """Draw one chart of a stream into a .png, .svg, .html or .json file.

    The charts: activity, topics-over-time, volumes, top-topics, map, tree, similarity, similarity-decay, message-types,
    mood, polls, questions.
    The .html page needs no network; .json is the chart as Vega-Lite.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    chart : str
        The chart.
    output : path
        The file; its ending says the form.
    stream : str, optional
        The stream; needed when the archive has several.
    channel : str, optional
        For tree and similarity: all joined streams of this channel.
    from_ : str
        Start of the window of top-topics and topics-over-time: a time of day such as 19:30, or an offset as +1:05:00.
    to : str
        End of that window.
    encoders : sequence of str
        What similarity-decay compares, for example before and after training; by default what the stream is embedded
        with.
    mode : {"light", "dark"}
        The paper.
    width : int
        Pixels, 320 to 4,000; .png has twice as many.

    Returns
    -------
    Report
        Messages of the stream; `details` has the file and its title.

    Raises
    ------
    HubbubError
        When there is no such chart or stream, or the file cannot be written.
    """
    from hubbub.draw.pictures import CHARTS, FORMATS, draw_picture
    from hubbub.queries.decay import similarity_decay
    from hubbub.queries.pages import page
    from hubbub.queries.topics import top_topics

    started = time.perf_counter()
    target = Path(output)
    file_format = target.suffix.lower().removeprefix(".")
    if chart not in CHARTS:
        raise HubbubError(f"The chart must be one of {', '.join(CHARTS)}; it was '{chart}'.")
    if file_format not in FORMATS:
        raise HubbubError(f"--output must end in {', '.join('.' + name for name in FORMATS)}; it was '{target.name}'.")
    if not _WIDTHS[0] <= width <= _WIDTHS[1]:
        raise HubbubError(f"--width must be {_WIDTHS[0]} to {_WIDTHS[1]:,}, was {width:,}.")
    if channel and (stream or chart not in _OF_CHANNELS):
        raise HubbubError(
            f"--channel is for {' and '.join(_OF_CHANNELS)}, in place of --stream; name a stream instead."
        )
    shown = _channel_page(archive, channel) if channel else page(archive, stream=stream, from_=from_, to=to)
    if chart == "top-topics" and (from_ or to):
        name = shown["stream"]["stream_id"]
        shown["window_topics"] = top_topics(archive, stream=name, from_=from_, to=to, limit=8).to_dicts()
    if chart == "similarity-decay":
        shown["decay"] = similarity_decay(archive, stream=shown["stream"]["stream_id"], encoders=encoders).to_dicts()
    content = draw_picture(shown, chart, file_format, mode=mode, width=width)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(content)
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise HubbubError(f"Cannot write {target}: {error.strerror or error}.") from error
    n_messages = shown["stream"]["n_messages"]
    return Report(
        "draw",
        n_in=n_messages,
        n_kept=n_messages,
        seconds=time.perf_counter() - started,
        details={"output": str(target), "chart": chart, "stream": shown["stream"]["stream_id"]},
    )


def _channel_page(archive: Archive | Path | str, channel: str) -> dict[str, Any]:
    """Return what the charts of a channel's joined streams show, as the page of a stream has it."""
    from hubbub.queries.similarity import topic_similarity, topic_tree
    from hubbub.queries.topics import topics

    rows = topics(archive, channel=channel, limit=1000)
    n_streams = rows["streams"].explode().n_unique()
    n_messages = int(rows["n_messages"].sum())
    return {
        "stream": {"stream_id": f"{n_streams} joined streams", "channel": channel, "n_messages": n_messages},
        "topics": rows.to_dicts(),
        "tree": topic_tree(archive, channel=channel).to_dicts(),
        "similarity": topic_similarity(archive, channel=channel).to_dicts(),
    }
