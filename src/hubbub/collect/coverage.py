"""When a channel was covered by a live link → the gaps between.

Several links may cover a channel at once. A link covers it from the moment that the platform confirmed it until the
last proof that the link lived. A link that is silent may still prove that it lived, so what it might cover is left
open until it has ended.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class _Span:
    link: int
    begin: float
    end: float | None = None
    cause: str = ""


class Coverage:
    """The coverage of one channel.

    Parameters
    ----------
    since : float
        The moment from which it should be covered (seconds of any clock).
    cause : str
        Why it is not from the start.
    """

    def __init__(self, since: float, cause: str) -> None:
        self._settled = since
        self._cause = cause
        self._spans: list[_Span] = []

    def begin(self, link: int, at: float) -> None:
        """Note that a link covers the channel from now on."""
        if not self.is_covered_by(link):
            self._spans.append(_Span(link, at))

    def end(self, link: int, at: float, cause: str) -> None:
        """Note that a link covered the channel until then, and why no longer."""
        for span in self._spans:
            if span.link == link and span.end is None:
                span.end, span.cause = max(at, span.begin), cause

    def is_covered_by(self, link: int) -> bool:
        """Return whether a link covers the channel."""
        return any(span.link == link and span.end is None for span in self._spans)

    def is_covered_after(self, link: int) -> bool:
        """Return whether a later link covers the channel."""
        return any(span.link > link and span.end is None for span in self._spans)

    @property
    def is_covered(self) -> bool:
        """Whether any link covers the channel, as far as is known."""
        return any(span.end is None for span in self._spans)

    @property
    def state(self) -> str:
        """Say "live", or why it is not."""
        return "live" if self.is_covered else self._cause

    def explain(self, cause: str) -> None:
        """Name the cause of the gap that is open, where nothing covers the channel."""
        if not self._spans:
            self._cause = cause

    def take_gaps(self) -> list[tuple[float, float, str]]:
        """Return begin, end and cause of each gap that is now known to the end; each once.

        Examples
        --------
        >>> coverage = Coverage(0.0, "not joined")
        >>> coverage.begin(1, 0.0)
        >>> coverage.end(1, 5.0, "reset")
        >>> coverage.take_gaps()
        []
        >>> coverage.begin(2, 7.0)
        >>> coverage.take_gaps(), coverage.take_gaps()
        ([(5.0, 7.0, 'reset')], [])
        """
        gaps = []
        while self._spans:
            here = [span for span in self._spans if span.begin <= self._settled]
            if not here:
                first = min(span.begin for span in self._spans)
                gaps.append((self._settled, first, self._cause))
                self._settled = first
                continue
            ended = [(span.end, span.cause) for span in here if span.end is not None]
            if len(ended) < len(here):
                break
            end, cause = max(ended)
            if end >= self._settled:
                self._settled, self._cause = end, cause
            self._spans = [span for span in self._spans if span not in here]
        return gaps

    def finish(self, at: float) -> list[tuple[float, float, str]]:
        """Return the gaps that are left when nobody listens any more."""
        for span in self._spans:
            if span.end is None:
                span.end = max(at, span.begin)
        gaps = self.take_gaps()
        return [*gaps, (self._settled, at, self._cause)] if self._settled < at else gaps
