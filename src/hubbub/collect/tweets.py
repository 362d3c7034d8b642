"""Tweets as JSON → rows: the archive that X gives to an account, and timelines of its interfaces v1.1 and v2.

The archive is a zip: ``manifest.js`` names the account and counts the tweets, ``account.js`` names the account, and
``tweets.js`` (``tweet.js`` in older ones) holds the tweets as ``window.YTD.tweets.part0 = […]``. Its other files
(messages, likes, advertisements …) are not read.

Platform is "x", channel and stream the account. In a file with tweets of several accounts, such as the result of a
search, a row tells its author only. ``event`` is retweet, reply or quote; ``reply_to`` the tweet answered or quoted.
``&amp;``, ``&lt;`` and ``&gt;``, as which X sends three characters, are those characters.

Source: https://docs.x.com/x-api (v2), Twitter's standard v1.1 interface, and the README of the archive.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from hubbub.collect.found import NO_CHAT, Found
from hubbub.collect.json_values import Fields, decode, fields, moment, objects, text, whole
from hubbub.records import RawRow

_ASSIGNMENT = re.compile(rb"\s{0,100}window\.(?:YTD\.(\w{1,60})\.(part\d{1,4})|(__THAR_CONFIG))\s{0,10}=\s{0,10}")
_TWEETS = frozenset({"tweets", "tweet"})
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_ENTITY = re.compile("&(?:amp|lt|gt);")
_TYPES = {"retweeted": "retweet", "replied_to": "reply", "quoted": "quote"}
_MAX_ACCOUNT_BYTES = 1 << 20


@dataclass(slots=True)
class XArchive:
    """What the files of one archive tell about each other.

    Attributes
    ----------
    account, account_id : str or None
        Whose archive it is.
    counts : dict of str to int
        Tweets that the manifest says each file of tweets holds, by the name of its part.
    """

    account: str | None = None
    account_id: str | None = None
    counts: dict[str, int] = field(default_factory=dict)

    def take(self, raw: bytes) -> bool:
        """Learn from ``account.js`` or ``manifest.js``; return whether it is one of them."""
        name, _, place = read_assignment(raw) or ("", "", 0)
        if name not in {"account", "__THAR_CONFIG"} or len(raw) > _MAX_ACCOUNT_BYTES:
            return False
        try:
            found = decode(raw[place:].rstrip(b"; \r\n\t"))
        except ValueError:
            return True
        who = fields(found, 0, "account") or fields(found, "userInfo")
        self.account = text(who, "username") or text(who, "userName") or self.account
        self.account_id = text(who, "accountId") or self.account_id
        for kind in _TWEETS:
            for file in objects(found, "dataTypes", kind, "files"):
                count = whole(file, "count")
                if count is not None:
                    self.counts[(text(file, "globalName") or "").rpartition(".")[2]] = count
        return True


def read_assignment(raw: bytes) -> tuple[str, str, int] | None:
    """Return the name and part of a file of X's archive, and where its value begins; None for any other.

    Examples
    --------
    >>> read_assignment(b"window.YTD.tweets.part0 = [{"), read_assignment(b"[1]")
    (('tweets', 'part0', 26), None)
    """
    match = _ASSIGNMENT.match(raw.removeprefix(b"\xef\xbb\xbf"))
    if match is None:
        return None
    return (match.group(1) or match.group(3)).decode(), (match.group(2) or b"").decode(), match.end()


def is_archive_of_tweets(raw: bytes) -> bool:
    """Return whether bytes begin like a file of tweets of X's archive."""
    found = read_assignment(raw)
    return found is not None and found[0] in _TWEETS


def is_tweet(found: Fields) -> bool:
    """Return whether an object is a tweet, or a page of tweets."""
    tweets = objects(found, "data") or [fields(found, "data")]
    if any(_is_v2(tweet) for tweet in tweets) and ("includes" in found or "meta" in found or _is_told(tweets[0])):
        return True
    if found.keys() == {"meta"} and "result_count" in fields(found, "meta"):
        return True
    inner = fields(found, "tweet") or found
    return _is_v1(inner) or (_is_v2(inner) and _is_told(inner))


def _is_told(tweet: Fields) -> bool:
    """Return whether an object has a key that only tweets of v2 have."""
    return not tweet.keys().isdisjoint(
        {"edit_history_tweet_ids", "referenced_tweets", "conversation_id", "public_metrics"}
    )


def _is_v1(tweet: Fields) -> bool:
    """Return whether an object is a tweet of the interface v1.1 or of an archive."""
    return (
        ("id_str" in tweet or "id" in tweet)
        and "created_at" in tweet
        and (
            "full_text" in tweet or ("text" in tweet and ("id_str" in tweet or "screen_name" in fields(tweet, "user")))
        )
    )


def _is_v2(tweet: Fields) -> bool:
    """Return whether an object may be a tweet of the interface v2."""
    return "text" in tweet and (text(tweet, "id") or "").isdigit()


def parse_tweets(found: object, archive: XArchive | None = None) -> Found:
    """Return the tweets in one JSON value.

    Parameters
    ----------
    found : JSON value
        A tweet, or a page of v2.
    archive : XArchive, optional
        Whose archive the tweet is in.

    Examples
    --------
    >>> row, = parse_tweets({"id_str": "20", "created_at": "Wed Oct 10 20:19:24 +0000 2018", "full_text": "a &amp; b",
    ...     "user": {"screen_name": "ann", "id_str": "7"}, "in_reply_to_status_id_str": "19"}).rows
    >>> row.author, row.text, row.event, row.reply_to, row.sent_at
    ('ann', 'a & b', 'reply', '19', 1539202764000000)
    """
    result = Found()
    page = fields(found)
    data = page.get("data")
    if isinstance(data, list | dict):
        names = {text(user, "id"): text(user, "username") for user in objects(page, "includes", "users")}
        tweets = objects(data) if isinstance(data, list) else [data]
        posts = {text(post, "id"): post for post in objects(page, "includes", "tweets")}
        result.rows += [_read_v2(tweet, names, posts) for tweet in tweets if _is_v2(tweet)]
        result.unknown += [("a tweet without id and text", tweet) for tweet in tweets if not _is_v2(tweet)]
    elif page.keys() == {"meta"}:
        result.remarks.append(NO_CHAT)
    else:
        tweet = fields(page, "tweet") or page
        if archive is not None or _is_v1(tweet):
            result.rows.append(_read_v1(tweet, archive))
        elif _is_v2(tweet):
            result.rows.append(_read_v2(tweet, {}, {}))
        else:
            result.unknown.append((f"a tweet with {', '.join(sorted(tweet)[:3]) or 'nothing'}", found))
    return result


def _read_v1(tweet: Fields, archive: XArchive | None) -> RawRow:
    """Return the row of a tweet of the interface v1.1 or of an archive."""
    row = RawRow(platform="x", message_id=text(tweet, "id_str") or text(tweet, "id"))
    row.sent_at = moment(tweet, "created_at")
    if archive is not None:
        row.author, row.author_id = archive.account, archive.account_id
    else:
        row.author = text(tweet, "user", "screen_name")
        row.author_id = text(tweet, "user", "id_str") or text(tweet, "user", "id")
    row.text = _read_text(tweet)
    again = fields(tweet, "retweeted_status")
    if again or (archive is not None and (row.text or "").startswith("RT @")):
        row.event = "retweet"
        original, name = _read_text(again), text(again, "user", "screen_name")
        if original and name:
            row.text = f"RT @{name}: {original}"  # v1.1 cuts the text of a retweet
    elif reply := text(tweet, "in_reply_to_status_id_str") or text(tweet, "in_reply_to_status_id"):
        row.event, row.reply_to = "reply", reply
    elif tweet.get("is_quote_status") is True:
        row.event, row.reply_to = "quote", text(tweet, "quoted_status_id_str")
    return row


def _read_v2(tweet: Fields, names: dict[str | None, str | None], posts: dict[str | None, Fields]) -> RawRow:
    """Return the row of a tweet of the interface v2, with the users and the tweets that its page brings along."""
    row = RawRow(platform="x", message_id=text(tweet, "id"), sent_at=moment(tweet, "created_at"))
    row.author_id = text(tweet, "author_id") or text(tweet, "author", "id")
    row.author = names.get(row.author_id) or text(tweet, "author", "username")
    row.text = _v2_text(tweet)
    for reference in objects(tweet, "referenced_tweets"):
        kind = _TYPES.get(text(reference, "type") or "")
        if kind and row.event is None:
            row.event = kind
            row.reply_to = None if kind == "retweet" else text(reference, "id")
            original = posts.get(text(reference, "id")) if kind == "retweet" else None
            if original and (name := names.get(text(original, "author_id"))):
                row.text = f"RT @{name}: {_v2_text(original)}"  # v2 cuts the text of a retweet too
    return row


def _v2_text(tweet: Fields) -> str | None:
    """Return the whole text of a tweet of the interface v2."""
    return _unescape(text(tweet, "note_tweet", "text") or text(tweet, "text"))


def _read_text(tweet: Fields) -> str | None:
    """Return the whole text of a tweet of the interface v1.1."""
    written = text(tweet, "extended_tweet", "full_text") or text(tweet, "full_text") or text(tweet, "text")
    return _unescape(written)


def _unescape(written: str | None) -> str | None:
    return _ENTITY.sub(lambda match: _ENTITIES[match.group()], written) if written else None


def name_account(rows: list[RawRow]) -> str | None:
    """Return the account that wrote all rows, or None where several did."""
    authors = {row.author for row in rows if row.author}
    return authors.pop() if len(authors) == 1 else None
