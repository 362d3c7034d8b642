"""Words about a page: numbers, times and the sentence that is the title of each chart.

Times are offsets in the stream here; the page adds the reader's own clock, which only the browser knows.
"""

from __future__ import annotations

import math
from typing import Any

TYPE_NAMES = {
    "opinion": "opinions",
    "question": "questions",
    "command": "bot commands",
    "poll_answer": "poll answers",
    "reaction": "reactions",
    "emote_only": "emotes",
    "greeting": "greetings",
    "copypasta": "copypasta",
    "bot": "bots",
    "event": "events",
}
ENOUGH_JUDGED = 10
"""Of fewer judged messages nothing is said in a title."""
UNITS = ((604800, "week"), (86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def number_text(number: float) -> str:
    """Return a count with its thousands grouped.

    Examples
    --------
    >>> number_text(12431)
    '12,431'
    """
    return f"{round(number):,}"


def counted(number: float, name: str) -> str:
    """Return a count and what is counted.

    Examples
    --------
    >>> counted(1, "message"), counted(1200, "message")
    ('1 message', '1,200 messages')
    """
    return f"{number_text(number)} {name}{'' if number == 1 else 's'}"


def share_text(share: float) -> str:
    """Return a share as whole percent, or with one digit where it is small.

    Examples
    --------
    >>> share_text(0.137), share_text(0.004), share_text(0.0001), share_text(0.0)
    ('14 %', '0.4 %', '<0.1 %', '0 %')
    """
    percent = 100 * share
    if percent >= 0.95 or percent == 0:
        return f"{percent:.0f} %"
    return f"{percent:.1f} %" if percent >= 0.1 else "<0.1 %"


def offset_text(seconds: float) -> str:
    """Return an offset in the stream as hours and minutes; past two days, as days.

    Examples
    --------
    >>> offset_text(1260), offset_text(11520), offset_text(400000)
    ('0:21', '3:12', 'day 5')
    """
    if abs(seconds) >= 172800:
        return f"day {int(seconds // 86400) + 1}"
    minutes = int(abs(seconds) // 60)
    return f"{'-' if seconds < 0 else ''}{minutes // 60}:{minutes % 60:02d}"


def duration_text(seconds: float) -> str:
    """Return a length of time.

    Examples
    --------
    >>> duration_text(11520), duration_text(540), duration_text(31), duration_text(300000)
    ('3 h 12', '9 min', '31 s', '3 d 11 h')
    """
    seconds = max(0, round(seconds))
    if seconds < 60:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60:02d}"
    days = minutes // 1440
    return f"{days} d {minutes % 1440 // 60} h" if days < 30 else f"{days} d"


def per_unit(bin_seconds: float) -> str:
    """Return the words for a bin of this length.

    Examples
    --------
    >>> per_unit(60), per_unit(300), per_unit(86400)
    ('minute', '5 minutes', 'day')
    """
    for size, name in UNITS:
        if bin_seconds >= size and bin_seconds % size == 0:
            count = int(bin_seconds // size)
            return name if count == 1 else f"{count} {name}s"
    return f"{bin_seconds:g} seconds"


def short_label(label: str, n_terms: int = 2) -> str:
    """Return the first terms of a topic's label.

    Examples
    --------
    >>> short_label("pâtes · carbo · noctaPates")
    'pâtes · carbo'
    """
    return " · ".join(label.split(" · ")[:n_terms])


def quoted(label: str) -> str:
    """Return a short label in quotation marks, cut at 48 characters."""
    short = short_label(label)
    return f"“{short if len(short) <= 48 else short[:47].rstrip() + '…'}”"


def cut_text(text: str, length: int) -> str:
    """Return a text of at most so many characters, cut with an ellipsis.

    Examples
    --------
    >>> cut_text("le son grésille", 10)
    'le son gr…'
    """
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def rate_title(page: dict[str, Any]) -> str:
    """Return what the curve of messages says."""
    counts, unit = page["minutes"]["n"], per_unit(page["minutes"]["bin_seconds"])
    if not counts:
        return "When the messages came is not known"
    peaks = page["peaks"]
    if not peaks:
        return f"Chat kept an even pace of about {counted(round(sum(counts) / len(counts)), 'message')} per {unit}"
    top = max(peaks, key=lambda peak: float(peak["n"]))
    one = f"in one {unit}" if not unit[0].isdigit() else f"in {unit}"
    times = top["n"] / top["expected"] if top.get("expected") else 0.0
    than = f", {times:.2g} times the expected {number_text(top['expected'])}" if times >= 1.2 else ""
    at = offset_text(top["start_seconds"])
    return f"Chat was loudest {'on' if at.startswith('day') else 'at'} {at}: {counted(top['n'], 'message')} {one}{than}"


def topics_title(page: dict[str, Any]) -> str:
    """Return what filled one stretch of the stream most."""
    labels = {topic["theme_id"]: topic["label"] for topic in page["topics"]}
    best, best_share = None, 0.0
    duration = max(page["stream"]["duration_seconds"] or 0.0, 1.0)
    minutes = page["minutes"]
    for episode in page["episodes"]:
        first, last = episode["first_seconds"], episode["last_seconds"]
        if first is None or last is None or not 120 <= last - first <= 0.35 * duration:
            continue
        total = sum(
            n
            for start, n in zip(minutes["start_seconds"], minutes["n"], strict=True)
            if start + minutes["bin_seconds"] > first and start <= last
        )
        share = math.sqrt(episode["n_messages"]) * episode["n_messages"] / max(total, 1)
        if episode["theme_id"] in labels and share > best_share:
            best, best_share = episode, share
    if best is not None:
        span = f"{offset_text(best['first_seconds'])}–{offset_text(best['last_seconds'])}"
        return f"{quoted(labels[best['theme_id']])} filled {span}"
    if page["topics"]:
        return f"{quoted(page['topics'][0]['label'])} came up all along"
    return "No topic was found"


def top_title(page: dict[str, Any]) -> str:
    """Return which topic leads over the whole stream, or in the window that the page names."""
    window = page.get("window_topics")
    if window is not None:
        span = f"{offset_text(page['window']['from_seconds'])}–{offset_text(page['window']['to_seconds'])}"
        if not window:
            return f"No topic between {span.replace('–', ' and ')}"
        return f"{span}: {quoted(window[0]['label'])} led with {counted(window[0]['n_messages'], 'message')}"
    if not page["topics"]:
        return "No topic was found"
    top = page["topics"][0]
    return f"{quoted(top['label'])} led with {counted(top['n_messages'], 'message')}, {share_text(top['share'])}"


def map_title(page: dict[str, Any]) -> str:
    """Return how many topics hold how many texts, and which is largest."""
    topics = page["topics"]
    if not topics:
        return "Nothing to map: no topic was found"
    if len(topics) == 1:
        return f"One topic, {quoted(topics[0]['label'])}"
    half = count = 0.0
    for topic in topics:
        half += topic["share"]
        count += 1
        if half >= 0.5:
            break
    if half < 0.5 or count == len(topics):
        return f"{len(topics)} topics, none of them far ahead"
    halves = "One topic" if count == 1 else f"{count:.0f} topics"
    verb = "holds" if count == 1 else "hold"
    return f"{halves} of {len(topics)} {verb} half of what was said"


def types_title(page: dict[str, Any]) -> str:
    """Return the two most frequent message types."""
    types = sorted(page["types"], key=lambda row: -float(row["n_messages"]))
    if not types:
        return "No messages were typed"
    names = [TYPE_NAMES.get(row["message_type"], row["message_type"]) for row in types]
    first = f"{share_text(types[0]['share'])} of the messages are {names[0]}"
    return first + (f", {share_text(types[1]['share'])} {names[1]}" if len(types) > 1 else "")


def volumes_title(page: dict[str, Any]) -> str:
    """Return which topic was largest at its height."""
    best, most, at = None, 0.0, 0.0
    minutes = page["minutes"]
    labels = {str(topic["theme_id"]): topic["label"] for topic in page["topics"]}
    for theme_id, counts in minutes["by_theme"].items():
        top = max(counts, default=0)
        if theme_id in labels and top > most:
            best, most, at = theme_id, top, minutes["start_seconds"][list(counts).index(top)]
    if best is None:
        return "No topic was found"
    unit = per_unit(minutes["bin_seconds"])
    return (
        f"{quoted(labels[best])} was loudest of all topics: {counted(most, 'message')} per {unit} at {offset_text(at)}"
    )


def tree_title(page: dict[str, Any]) -> str:
    """Return which two topics join first."""
    joins = [node for node in page["tree"] if node["theme_id"] is None]
    names = {node["node_id"]: node["label"] for node in page["tree"]}
    if not joins:
        return "One topic, nothing to compare" if page["tree"] else "No topic was found"
    first = joins[0]
    pair = [names[node["node_id"]] for node in page["tree"] if node["parent_id"] == first["node_id"]]
    return f"{quoted(pair[0])} and {quoted(pair[1])} are the nearest topics"


def similarity_title(page: dict[str, Any]) -> str:
    """Return which topics stand alone."""
    known = [row for row in page["similarity"] if row["nearest_similarity"] is not None]
    if not known:
        return "One topic, nothing to compare" if page["similarity"] else "No topic was found"
    alone = min(known, key=lambda row: float(row["nearest_similarity"]))
    return f"{quoted(alone['label'])} is least like any other topic (cosine {alone['nearest_similarity']:.2f} at most)"


def seconds_text(seconds: float) -> str:
    """Return a length of time as one number.

    Examples
    --------
    >>> seconds_text(25.3), seconds_text(300), seconds_text(5400)
    ('25 s', '5 min', '1.5 h')
    """
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{round(seconds / size, 1):g} {unit}"
    return f"{seconds:.0f} s"


def lag_text(low: float, high: float) -> str:
    """Return the lags from one to another."""
    return f"{seconds_text(low)} to {seconds_text(high)} apart"


def decay_title(page: dict[str, Any]) -> str:
    """Return for how long messages stay alike."""
    known = [row for row in page["decay"] if row["excess"] is not None]
    if not known:
        return "Too little was said to see how alike messages are by the time between them"
    if known[0]["half_life_seconds"] is None:
        return "Messages near in time are not seen to be more alike than others" + (
            "" if known[0]["leash_seconds"] is None else " for less than an hour"
        )
    if len({row.get("encoder") for row in known}) > 1:
        return "How alike messages are by the time between them, by encoder"
    half = seconds_text(known[0]["half_life_seconds"])
    return f"What messages have in common with the last ones is half gone after {half}"


def decay_note(page: dict[str, Any]) -> str:
    """Return what the decay was measured on."""
    n_pairs = sum(row["n_pairs"] for row in page["decay"])
    return f"{counted(n_pairs, 'pair')} of distinct messages of three words and more; 99 % band" if n_pairs else "none"


def mood_title(page: dict[str, Any]) -> str:
    """Return when the mood was lowest, where it surely was lower than in the whole; else how it was all along."""
    mood = page["mood"]
    counts = [sum(mood.get(f"n_{name}", ())) for name in ("negative", "neutral", "positive")]
    if not sum(counts):
        return "No message could be judged"
    whole = (counts[2] - counts[0]) / sum(counts)
    places = [
        i
        for i, n in enumerate(mood["n_negative"])
        if n + mood["n_neutral"][i] + mood["n_positive"][i] >= ENOUGH_JUDGED and mood["high"][i] < whole
    ]
    negative, positive = (share_text(counts[i] / sum(counts)) for i in (0, 2))
    if not places:
        return f"The mood was even: {negative} negative, {positive} positive"
    lowest = min(places, key=lambda i: float(mood["high"][i]))
    n = sum(mood[f"n_{name}"][lowest] for name in ("negative", "neutral", "positive"))
    low = share_text(mood["n_negative"][lowest] / n)
    at = offset_text(mood["start_seconds"][lowest])
    return f"The mood was lowest at {at}: {low} negative, {negative} in the whole"


def mood_note(page: dict[str, Any]) -> str:
    """Return what the mood was told from."""
    mood = page["mood"]
    n = sum(sum(mood.get(f"n_{name}", ())) for name in ("negative", "neutral", "positive"))
    unknown = sum(mood.get("n_unknown", ()))
    return f"{counted(n, 'message')} that can be judged; {number_text(unknown)} cannot" if n else "none"


def polls_title(page: dict[str, Any]) -> str:
    """Return how the biggest poll ended."""
    if not page["polls"]:
        return "No poll was found"
    poll = max(page["polls"], key=lambda poll: int(poll["n_voters"]))
    best = poll["options"][0]
    name = best["answer"] + (f", {best['text']}," if best["text"] else "")
    count = counted(poll["n_voters"], "voter")
    return f"{name} won with {share_text(best['share'])} of {count} at {offset_text(poll['start_seconds'])}"


def questions_title(page: dict[str, Any]) -> str:
    """Return what most viewers asked."""
    if not page["questions"]:
        return "No question was found"
    top = page["questions"][0]
    return f"{counted(top['n_askers'], 'viewer')} asked “{cut_text(top['question'], 60)}”"


def titles(page: dict[str, Any]) -> dict[str, str]:
    """Return the title of every chart of a page."""
    return {
        "rate": rate_title(page),
        "lanes": topics_title(page),
        "top": top_title(page),
        "map": map_title(page),
        "types": types_title(page),
        "volumes": volumes_title(page),
        "tree": tree_title(page),
        "similarity": similarity_title(page),
        "decay": decay_title(page),
        "mood": mood_title(page),
        "polls": polls_title(page),
        "questions": questions_title(page),
    }
