"""Put the messages of a simulated stream into words: a purpose and a speaker become a text and the truth about it.

The material is in ``synthetic_texts``; here it is drawn, filled in, and roughened the way people type: without accents,
in capitals, with letters swapped or held down, with emotes, mentions and repeats of what was just said.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple, TypeVar

import numpy as np

from hubbub.collect import synthetic_texts as texts

T = TypeVar("T")

_PLAIN = str.maketrans("àâäçéèêëîïôöùûüÀÂÇÉÈÊËÎÏÔÙÛ", "aaaceeeeiioouuuAACEEEEIIOUU")


class Dice:
    """Draws from lists, fast: one call of numpy fills thousands of draws."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._rolls: list[float] = []

    def roll(self) -> float:
        """Return a number in [0, 1)."""
        if not self._rolls:
            self._rolls = self._rng.random(4096).tolist()
        return self._rolls.pop()

    def chance(self, p: float) -> bool:
        """Tell whether something of probability ``p`` happens."""
        return self.roll() < p

    def pick(self, items: Sequence[T], tilt: float = 1.0) -> T:
        """Return one of the items; a tilt above 1 prefers the first ones."""
        return items[int(self.roll() ** tilt * len(items))]


@cache
def split_lines(block: str) -> tuple[str, ...]:
    """Return the sentences of a block, parted by newlines or bars.

    Examples
    --------
    >>> split_lines("bonsoir | salut")
    ('bonsoir', 'salut')
    """
    return tuple(line.strip() for line in block.replace("\n", "|").split("|") if line.strip())


@cache
def split_moods(block: str) -> tuple[tuple[str, str], ...]:
    """Return the sentences of a block as (mood, sentence); a leading "+ " or "- " says which mood.

    Examples
    --------
    >>> split_moods("+ bravo | - oh non | ok")
    (('positive', 'bravo'), ('negative', 'oh non'), ('neutral', 'ok'))
    """
    marks = {"+ ": "positive", "- ": "negative"}
    return tuple((marks[s[:2]], s[2:]) if s[:2] in marks else ("neutral", s) for s in split_lines(block))


@cache
def _of_mood(block: str, mood: str) -> tuple[tuple[str, str], ...]:
    """Return the sentences of a block that go with a mood: its own and the neutral ones; all for the neutral mood."""
    return tuple(pair for pair in split_moods(block) if mood == "neutral" or pair[0] in (mood, "neutral"))


@cache
def _international() -> frozenset[str]:
    """Return the stock phrases that both languages have, so that they tell nothing about the language."""

    def phrases(language: str) -> set[str]:
        speech = texts.SPEECH[language]
        blocks = [speech.reactions, speech.greetings, speech.goodbyes, speech.arrivals, speech.named]
        blocks += [burst.fr if language == "fr" else burst.en for burst in texts.BURSTS]
        blocks += [(topic.fr if language == "fr" else topic.en).short for topic in texts.TOPICS]
        return {text for block in blocks for _, text in split_moods(block)}

    return frozenset(phrases("fr") & phrases("en"))


class Speaker(NamedTuple):
    """Who writes: the name; the language; style 0 careful, 1 casual, 2 sloppy; warmth in 0 to 1."""

    name: str
    is_french: bool
    style: int
    warmth: float


class Said(NamedTuple):
    """A text, and the truth about it in the words of the table ``truth``."""

    text: str | None
    mood: str = "neutral"
    message_type: str = "opinion"
    language: str | None = None
    topic: str | None = None
    reply_to: str | None = None


class Writer:
    """Writes the messages of one stream, in order of time, and remembers what was just said.

    Parameters
    ----------
    dice : Dice
        Every choice comes from it.
    topics : sequence of Topic
        The topics of the show; a message's topic is a position in it.
    duration : float
        Seconds of the show.
    """

    def __init__(self, dice: Dice, topics: Sequence[texts.Topic], duration: float) -> None:
        self._dice, self._topics, self._duration = dice, topics, duration
        self._recent: dict[tuple[str, str], deque[Said]] = {}
        self._last: deque[tuple[str, str]] = deque(maxlen=25)
        self._asked = ("!uptime", "noctambulle")
        self._answers = sorted("abcd", key=lambda _: dice.roll())
        self._poll = dice.pick(texts.POLLS)
        # Every stream has its own favorites among the stock phrases: the order decides how often each is said.
        self._short = {
            (topic.name, language): sorted(split_moods(words.short), key=lambda _: dice.roll())
            for topic in topics
            for language, words in (("fr", topic.fr), ("en", topic.en))
        }
        self._pastas = {language: dice.pick(speech.pastas) for language, speech in texts.SPEECH.items()}
        self._spam = dice.pick(texts.SPAM)

    def write(
        self,
        act: str,
        who: Speaker,
        topic: int,
        burst: texts.Burst | None,
        offset: float,
        amount: int,
        message_id: str,
    ) -> Said:
        """Return what somebody says for a purpose, ``offset`` seconds into the show."""
        is_french = who.is_french != self._dice.chance(0.02 if who.is_french else 0.06)
        language = "fr" if is_french else "en"
        if burst is not None and act == "burst":
            said = self._write_burst(burst, who, language)
        elif act == "topic":
            said = self._address(self._write_topic(self._topics[topic], who, language))
        elif act == "talk":
            said = self._address(self._write_talk(who, language))
        elif act == "reaction":
            said = self._write_reaction(who, language, self._draw_mood(self._topics[topic].moods))
        elif act in ("greeting", "goodbye", "arrival"):
            said = self._write_greeting(act, who, language, topic)
        elif act in ("donation", "subscription", "gift", "raid"):
            said = self._write_payment(act, who, language, amount)
        else:
            said = self._write_rest(act, who, language, offset)
        if said.text is not None and act not in ("notice", "answer", "spam"):
            self._last.append((message_id, who.name))
        return said

    def _fill(self, line: str, slots: dict[str, str], language: str) -> str:
        """Return the line with its slots filled in, the topic's own ones first."""
        common = texts.SPEECH[language].slots
        while "{" in line:
            head, _, rest = line.partition("{")
            name, _, tail = rest.partition("}")
            line = head + self._dice.pick(split_lines(slots[name] if name in slots else common[name])) + tail
        line = f" {line} "
        for long, short in texts.SPEECH[language].contractions:  # à le château: au château
            if long in line:
                line = line.replace(long, short)
        return line.strip()

    def _draw_mood(self, moods: tuple[float, float]) -> str:
        """Return a mood, given the shares of positive and negative ones."""
        roll = self._dice.roll()
        return "positive" if roll < moods[0] else "negative" if roll < sum(moods) else "neutral"

    def _roughen(self, text: str, who: Speaker, language: str) -> str:
        """Return the text as this viewer would type it."""
        dice, speech = self._dice, texts.SPEECH[language]
        if language == "en" or who.style:
            text = text.replace(" ?", "?")
        if who.style == 0:
            if len(text) > 12:
                text = text[0].upper() + text[1:] + ("." if text[-1].isalpha() and dice.chance(0.15) else "")
        elif dice.chance(0.45 * who.style):
            text = text.translate(_PLAIN)
        if who.style == 2:
            for long, short in speech.abbreviations:
                if long in text and dice.chance(0.4):
                    text = text.replace(long, short)
            if text.endswith("?") and dice.chance(0.2):
                text = text[:-1].rstrip()
            if len(text) > 8 and dice.chance(0.14):
                text = self._mistype(text)
        if dice.chance(0.035):
            text = self._hold_down(text)
        if dice.chance(0.025 if len(text) < 30 else 0.01):
            text = text.upper()
        return text

    def _mistype(self, text: str) -> str:
        """Return the text with two letters swapped, one lost or one doubled, inside a word."""
        at = 1 + int(self._dice.roll() * (len(text) - 3))
        if not text[at - 1 : at + 3].isalpha():
            return text
        change = self._dice.roll()
        if change < 0.5:
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        return text[:at] + (text[at] * 2 if change < 0.75 else "") + text[at + 1 :]

    def _hold_down(self, text: str) -> str:
        """Return the text with the last vowel of its last word drawn out."""
        for at in range(len(text) - 1, max(-1, len(text) - 6), -1):
            if text[at] in "aeiouyéèAEIOUY":
                return text[:at] + text[at] * (3 + int(self._dice.roll() * 4)) + text[at + 1 :]
        return text

    def _runs(self, emote: str, tilt: float = 4.0) -> str:
        """Return an emote, often once, sometimes many times."""
        return " ".join([emote] * (1 + int(self._dice.roll() ** tilt * 6)))

    def _write_topic(self, topic: texts.Topic, who: Speaker, language: str) -> Said:
        """Return a message on a topic: an emote, an echo, a stock phrase or a sentence."""
        dice, words = self._dice, topic.fr if language == "fr" else topic.en
        speech, recent = texts.SPEECH[language], self._recent.setdefault((topic.name, language), deque(maxlen=12))
        roll, emotes = dice.roll(), [texts.PREFIX + name for name in topic.emotes]
        if roll < 0.04 + 0.08 * who.warmth:
            return Said(self._runs(dice.pick(emotes), 2.5), "neutral", "emote_only", None, topic.name)
        if roll < 0.14 and recent:
            return dice.pick(recent)
        if roll < 0.195:
            mood, text = dice.pick(_of_mood(speech.vague, self._draw_mood(topic.moods)))
            return Said(self._roughen(text, who, language), mood, "opinion", language, topic.name)
        kind, spoken = "opinion", language
        if roll < 0.39:
            mood, text = dice.pick(self._short[topic.name, language], 2.0)
            spoken = "" if text in _international() else language
        elif dice.chance(0.1 + 0.35 * who.warmth):
            mood, kind = "neutral", "question"
            text = self._fill(dice.pick(split_lines(words.ask)), words.slots, language)
        else:
            mood = self._draw_mood(topic.moods)
            block = {"positive": words.good, "negative": words.bad, "neutral": words.flat}[mood]
            text = self._dress(self._fill(dice.pick(split_lines(block)), words.slots, language), mood, language)
        text = self._roughen(text, who, language)
        if dice.chance(0.03 + 0.3 * who.warmth):
            text = f"{text} {self._runs(dice.pick([*emotes, dice.pick(texts.HOUSE_EMOTES)]))}"
        said = Said(text, mood, kind, spoken or None, topic.name)
        recent.append(said)
        return said

    def _dress(self, text: str, mood: str, language: str) -> str:
        """Return the sentence, sometimes with a word to open or close it."""
        dice, speech = self._dice, texts.SPEECH[language]
        if dice.chance(0.16):
            text = f"{dice.pick(split_lines(speech.openers))} {text}"
        if dice.chance(0.14):
            text = f"{text} {dice.pick(_of_mood(speech.closers, mood))[1]}"
        return text

    def _write_burst(self, burst: texts.Burst, who: Speaker, language: str) -> Said:
        """Return a cry of the crowd: about the burst itself, or a plain reaction."""
        if self._dice.chance(0.4):
            return self._write_reaction(who, language, burst.mood)
        mood, text = self._dice.pick(split_moods(burst.fr if language == "fr" else burst.en), 1.5)
        spoken = None if text in _international() else language
        if mood == "neutral":
            mood = burst.mood
        if self._dice.chance(0.2):
            text = self._hold_down(text)
        if self._dice.chance(0.3):
            text = text.upper()
        kind = "reaction" if len(text.split()) < 3 else "question" if text.endswith("?") else "opinion"
        text = self._roughen(text, who, language)
        if self._dice.chance(0.2):
            text = f"{text} {self._runs(self._dice.pick(split_lines(burst.emotes)))}"
        return Said(text, mood, kind, spoken, burst.topic)

    def _write_reaction(self, who: Speaker, language: str, mood: str) -> Said:
        """Return laughter, applause or dismay."""
        dice = self._dice
        if dice.chance(0.4):
            mood, text = dice.pick(_of_mood(texts.REACTIONS, mood), 1.6)
            text = self._runs(text, 4.0)
            if dice.chance(0.25):
                text = f"{text} {dice.pick(_of_mood(texts.REACTIONS, mood))[1]}"
            only_emotes = all(word in texts.EMOTES or not word.isascii() for word in text.split())
            return Said(text, mood, "emote_only" if only_emotes else "reaction")
        mood, text = dice.pick(_of_mood(texts.SPEECH[language].reactions, mood), 1.4)
        spoken = None if text in _international() else language
        if dice.chance(0.2):
            text = text + text[-1] * (1 + int(dice.roll() * 5)) if text[-1].isalpha() else text + text[-1] * 2
        text = self._roughen(text, who, language)
        if dice.chance(0.15):
            text = f"{text} {self._runs(dice.pick(_of_mood(texts.REACTIONS, mood), 2.0)[1])}"
        return Said(text, mood, "reaction", spoken)

    def _write_talk(self, who: Speaker, language: str) -> Said:
        """Return small talk without a topic: a remark, a question, a link, a call to many."""
        speech, dice = texts.SPEECH[language], self._dice
        if dice.chance(0.015) and len(self._last) > 5:
            names = {dice.pick(self._last)[1] for _ in range(9)}
            text = " ".join(f"@{name}" for name in sorted(names)) + " " + dice.pick(split_lines(speech.calls))
            return Said(text, "neutral", "opinion", language)
        if dice.chance(0.03):
            code = "".join(dice.pick("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(7))
            text = self._fill(dice.pick(split_lines(speech.links)), {"link": f"https://clips.example/{code}"}, language)
            return Said(text, "neutral", "question" if text.endswith("?") else "opinion", language)
        if dice.chance(0.12 + 0.35 * who.warmth):
            text = self._fill(dice.pick(split_lines(speech.ask), 1.3), {}, language)
            return Said(self._roughen(text, who, language), "neutral", "question", language)
        mood, text = dice.pick(split_moods(speech.talk), 1.3)
        text = self._roughen(self._dress(self._fill(text, {}, language), mood, language), who, language)
        if dice.chance(0.02 + 0.25 * who.warmth):
            text = f"{text} {self._runs(dice.pick(texts.HOUSE_EMOTES))}"
        return Said(text, mood, "opinion", language)

    def _write_greeting(self, act: str, who: Speaker, language: str, raid: int) -> Said:
        """Return a hello, a farewell or the cry of a raid; warm viewers greet by name."""
        speech, dice = texts.SPEECH[language], self._dice
        if act == "arrival":
            if dice.chance(0.25):
                return Said(self._runs(texts.RAID_EMOTES[raid], 1.2), "positive", "emote_only")
            line = dice.pick(split_lines(speech.arrivals), 1.4)
            text = self._fill(line, {"leader": texts.STAFF[4 + raid]}, language)
        elif act == "goodbye":
            text = dice.pick(split_lines(speech.goodbyes), 1.3)
        elif dice.chance(0.08 + 0.7 * who.warmth):
            text = self._fill(dice.pick(split_lines(speech.named), 1.5), {}, language)
        else:
            text = dice.pick(split_lines(speech.greetings), 1.8)
        spoken = None if text in _international() else language
        text = self._roughen(self._hold_down(text) if dice.chance(0.08) else text, who, language)
        if dice.chance(0.05 + 0.4 * who.warmth):
            text = f"{text} {texts.HOUSE_EMOTES[0]}"
        return Said(text, "positive", "greeting", spoken)

    def _write_payment(self, act: str, who: Speaker, language: str, amount: int) -> Said:
        """Return what the platform shows with a payment or a raid, if anything."""
        speech, dice = texts.SPEECH[language], self._dice
        if act == "donation":
            text = f"cheer{amount} {self._fill(dice.pick(split_lines(speech.thanks)), {}, language)}"
            return Said(text, "positive", "opinion", language)
        if act == "subscription" and amount > 1 and dice.chance(0.5):
            text = self._fill(dice.pick(split_lines(speech.renewals)), {"months": str(amount)}, language)
            return Said(self._roughen(text, who, language), "positive", "opinion", language)
        return Said(None, "neutral", "event")

    def _write_rest(self, act: str, who: Speaker, language: str, offset: float) -> Said:
        """Return a poll answer, a command, copypasta, spam, or a line of a bot or the host."""
        dice, speech = self._dice, texts.SPEECH[language]
        match act:
            case "poll":
                roll = dice.roll()
                letter = self._answers[(roll > 0.5) + (roll > 0.76) + (roll > 0.91)]
                if dice.chance(0.04):
                    text = " ".join(letter if w == "x" else w for w in dice.pick(split_lines(speech.votes)).split())
                    return Said(text, "neutral", "poll_answer", language)
                text = dice.pick(split_lines(texts.POLL_FORMS), 2.2).replace("x", letter)
                return Said(text if dice.chance(0.62) else text.upper(), "neutral", "poll_answer")
            case "ask_poll":
                return Said(self._poll, "neutral", "question", "fr")
            case "host":
                return Said(dice.pick(split_lines(texts.FRENCH.host)), "neutral", "opinion", "fr")
            case "command":
                command = dice.pick(texts.COMMANDS, 1.8)
                self._asked = (command, who.name)
                return Said(command, "neutral", "command")
            case "answer":
                command, name = self._asked
                hours, minutes = divmod(int(offset) // 60, 60)
                slots = {"name": name, "hours": str(hours), "minutes": f"{minutes:02d}"}
                return Said(self._fill(texts.COMMAND_ANSWERS[command], slots, "fr"), "neutral", "bot", "fr")
            case "notice":
                return Said(dice.pick(texts.NOTICES), "neutral", "bot", "fr")
            case "spam":
                return Said(self._spam + dice.pick(texts.SPAM_ENDS), "neutral", "copypasta", "fr")
        return Said(self._fill(self._pastas[language], {}, language), "neutral", "copypasta", language)

    def _address(self, said: Said) -> Said:
        """Return the message, sometimes as an answer to somebody who wrote just before."""
        if self._last and said.text is not None and not said.text.startswith("@") and self._dice.chance(0.05):
            message_id, name = self._dice.pick(self._last)
            return said._replace(text=f"@{name} {said.text}", reply_to=message_id if self._dice.chance(0.5) else None)
        return said
