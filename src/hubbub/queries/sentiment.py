"""The sentiment of texts that are given, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hubbub.errors import HubbubError

if TYPE_CHECKING:
    import polars as pl

MAX_TEXTS, MAX_CHARACTERS = 1000, 100_000


def sentiment(texts: Sequence[str], *, model: str | None = None, explain: bool = False) -> pl.DataFrame:
    """Return the sentiment of texts, with probabilities.

    Parameters
    ----------
    texts : sequence of str
        As somebody typed them; at most 1,000.
    model : str, optional
        A shipped model ("en", "fr") or the folder of a trained one; by default each text by the shipped one of its
        language.
    explain : bool
        Also say how each word bears on the label.

    Returns
    -------
    polars.DataFrame
        ``text, label, p_negative, p_neutral, p_positive``; a text that cannot be judged is ``unknown``. With explain
        ``words``: each word as the model reads it, with the fall of the label's probability when it is taken out.

    Raises
    ------
    HubbubError
        When there are more texts, or longer ones, than are taken at once.
    ArtifactError
        When there is no such model.
    """
    import polars as pl

    from hubbub.queries.sentiment_models import load_sentiment

    given = list(texts)
    check_texts(given)
    scorer = load_sentiment(model)
    found = pl.concat(
        [pl.DataFrame({"text": given}, schema={"text": pl.String}), scorer.score(given)], how="horizontal"
    )
    if not explain:
        return found
    reasons = [
        ", ".join(f"{word} {effect:+.3f}" for word, effect in scorer.explain(text).iter_rows()) for text in given
    ]
    return found.with_columns(words=pl.Series(reasons, dtype=pl.String))


def check_texts(texts: Sequence[str]) -> None:
    """Raise `HubbubError` where there are more texts, or longer ones, than are scored at once."""
    if len(texts) > MAX_TEXTS:
        raise HubbubError(f"At most {MAX_TEXTS:,} texts are scored at once, were {len(texts):,}. Send several batches.")
    if (longest := max(map(len, texts), default=0)) > MAX_CHARACTERS:
        raise HubbubError(f"A text may have {MAX_CHARACTERS:,} characters, had {longest:,}. Cut it.")
