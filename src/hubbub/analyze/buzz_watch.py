"""Messages of several subjects in order of time → bad-buzz alerts, each with its begin, its end and its evidence.

One message can be about several subjects. Bins are closed as time passes, so an alert is found from the past alone,
whether the messages come live or from an archive. Long silences (between two streams, at most) are left out of the
time that the detector sees.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from hubbub.analyze.buzz import WINDOWS, BuzzDetector
from hubbub.analyze.voices import ONCE_BINS, VoiceCounter

_LADDER = (10.0, 60.0, 300.0, 1800.0, 3600.0)
"""Lengths of bins to choose from, in seconds."""
_SILENCE_SECONDS = 3600.0
_MONDAY = 4 * 24.0
"""Hours from the epoch, a Thursday, to the first Monday."""


class Opinion(NamedTuple):
    """One message as the watch needs it.

    Attributes
    ----------
    number : int
        The caller's number of the message.
    seconds : float
        When it was written: since the epoch, or since the stream began.
    viewer_id : str or None
    text_id : str
        Equal texts have equal ids.
    is_negative : bool
    subjects : sequence of int
        What it is about, by number.
    """

    number: int
    seconds: float
    viewer_id: str | None
    text_id: str
    is_negative: bool
    subjects: Sequence[int]


@dataclass(slots=True)
class Alert:
    """A bad buzz, under way or over.

    Attributes
    ----------
    subject : int
    start_seconds, alarm_seconds : float
        Begin of the window that raised it, and the moment in which it was raised.
    end_seconds : float or None
        None while it is under way.
    n_negative, n_voices : int
        Negative voices and all voices since the begin.
    expected : float
        Negative voices that were usual for that time.
    usual_share : float
        Share of negative voices before.
    chance : float
        The least chance of what was seen.
    numbers : list of int
        The messages of the negative voices, in order of time.
    novelty : float
        Share of the negative voices with a text that nobody had written about the subject before the begin.
    """

    subject: int
    start_seconds: float
    alarm_seconds: float
    end_seconds: float | None
    n_negative: int
    n_voices: int
    expected: float
    usual_share: float
    chance: float
    numbers: list[int] = field(default_factory=list)
    novelty: float = 0.0


class BuzzWatch:
    """Watches subjects, message by message.

    Parameters
    ----------
    n_subjects : int
    bin_seconds : float
        See ``choose_bin``.
    false_alarms_per_hour : float
        Over all subjects together.
    has_clock : bool
        Seconds are since the epoch, so that hours and weekdays have their rhythm.
    """

    def __init__(
        self, n_subjects: int, *, bin_seconds: float, false_alarms_per_hour: float, has_clock: bool = False
    ) -> None:
        self._settings = n_subjects, bin_seconds, false_alarms_per_hour
        self._bin_seconds, self._has_clock = bin_seconds, has_clock
        self._detector: BuzzDetector | None = None
        self._voices = [VoiceCounter(bin_seconds) for _ in range(n_subjects)]
        self._counts = np.zeros((2, n_subjects), dtype=np.int64)
        # Of the last bins, oldest first: all counts, and the negative voices as (subject, number, text_id).
        self._recent: deque[tuple[np.ndarray[tuple[int, int], np.dtype[np.int64]], list[tuple[int, int, str]]]]
        self._recent = deque(maxlen=max(WINDOWS))
        self._negative: list[tuple[int, int, str]] = []
        self._bin = 0
        self._texts: dict[int, list[str]] = {}
        self.open: dict[int, Alert] = {}
        self.closed: list[Alert] = []

    def add(self, opinions: Iterable[Opinion]) -> None:
        """Take in messages, in order of time; one that is older than the bin under way counts in that bin."""
        for opinion in opinions:
            self.advance(opinion.seconds)
            for subject in opinion.subjects:
                is_voice, is_negative = self._voices[subject].take(
                    opinion.seconds, opinion.viewer_id, opinion.text_id, is_negative=opinion.is_negative
                )
                self._counts[:, subject] += (is_negative, is_voice)
                if is_negative:
                    self._negative.append((subject, opinion.number, opinion.text_id))

    def advance(self, seconds: float) -> None:
        """Close the bins that ended before this moment."""
        last = int(seconds // self._bin_seconds)
        if self._detector is None:
            n_subjects, bin_seconds, rate = self._settings
            hours = last * bin_seconds / 3600.0 - _MONDAY if self._has_clock else 0.0
            self._detector = BuzzDetector(
                n_subjects, false_alarms_per_hour=rate, bin_seconds=bin_seconds, first_hour=hours % 168.0
            )
            self._bin = last
        silent = max(ONCE_BINS, int(_SILENCE_SECONDS / self._bin_seconds))
        while self._bin < last:
            self._close_bin(self._detector)
            if last - self._bin > silent and not self._counts.any():
                self._end_all()
                self._detector.skip(last - self._bin)
                self._recent.clear()
                self._bin = last

    def finish(self) -> list[Alert]:
        """Close the bin under way, as nothing more comes, and return the alerts."""
        if self._detector is not None and self._counts.any():
            self._close_bin(self._detector)
        return self.alerts()

    def alerts(self) -> list[Alert]:
        """Return all alerts in the order in which they were raised; those under way have no end."""
        return sorted([*self.closed, *self.open.values()], key=lambda alert: (alert.alarm_seconds, alert.subject))

    def _close_bin(self, detector: BuzzDetector) -> None:
        look = detector.step(self._counts[0], self._counts[1])
        self._recent.append((self._counts, self._negative))
        end = (self._bin + 1) * self._bin_seconds
        for subject in np.flatnonzero(look.is_buzz).tolist():
            alert = self.open.get(subject)
            if alert is None:
                alert = self.open[subject] = self._begin(subject, int(look.n_bins[subject]), end)
                alert.usual_share = float(look.share[subject])
            else:
                self._go_on(alert, *self._recent[-1])
            alert.expected += float(look.expected[subject]) * (
                int(look.n_bins[subject]) if alert.alarm_seconds == end else 1
            )
            alert.chance = min(alert.chance, float(look.chance[subject]))
            self._judge_novelty(alert)
            if look.has_ended[subject]:
                self._end(subject, end)
        self._counts, self._negative = np.zeros_like(self._counts), []
        self._bin += 1

    def _begin(self, subject: int, n_bins: int, end: float) -> Alert:
        alert = Alert(subject, end - n_bins * self._bin_seconds, end, None, 0, 0, 0.0, 0.0, 1.0)
        self._texts[subject] = []
        for counts, negative in list(self._recent)[-n_bins:]:
            self._go_on(alert, counts, negative)
        return alert

    def _go_on(
        self,
        alert: Alert,
        counts: np.ndarray[tuple[int, int], np.dtype[np.int64]],
        negative: list[tuple[int, int, str]],
    ) -> None:
        alert.n_negative += int(counts[0, alert.subject])
        alert.n_voices += int(counts[1, alert.subject])
        for subject, number, text_id in negative:
            if subject == alert.subject:
                alert.numbers.append(number)
                self._texts[subject].append(text_id)

    def _judge_novelty(self, alert: Alert) -> None:
        texts, voices = self._texts[alert.subject], self._voices[alert.subject]
        new = [voices.first_seen(text_id) >= alert.start_seconds for text_id in texts]
        alert.novelty = float(np.mean(new)) if new else 0.0

    def _end(self, subject: int, end: float) -> None:
        alert = self.open.pop(subject)
        alert.end_seconds = end
        self.closed.append(alert)

    def _end_all(self) -> None:
        for subject in list(self.open):
            self._end(subject, self._bin * self._bin_seconds)


def choose_bin(n_voices: int, seconds: float) -> float:
    """Return the length of bins for a subject of so many messages in so many seconds: one message a bin, or more.

    >>> choose_bin(1_000, 3_600.0), choose_bin(100, 86_400.0)
    (10.0, 1800.0)
    """
    needed = seconds / max(n_voices, 1)
    return next((length for length in _LADDER if length >= needed), _LADDER[-1])
