"""What words beside an emote tell of it: ``HUBBUB_DATA=… python run.py`` prints it for powers 1 to 5, two channels.

Emotes that the shipped English model knows are hidden from the texts, learned from the words beside them, and compared
with what the model says of the emote alone.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from hubbub.analyze import emote_sentiment
from hubbub.collect.files import open_chats
from hubbub.measures import bootstrap_interval
from hubbub.prepare.sentiment import prepare_for_sentiment
from hubbub.queries.sentiment_models import load_sentiment
from hubbub.word_rows import WordRows

CHANNELS = {
    "greatsphynx-twitch-en": "power 2 was chosen with this one in view",
    "fl0m-twitch-en": "and this one",
    "twitch-vshojo-en": "looked at after that",
}
MOST_MESSAGES, MIN_WORDS = 400_000, 2


def texts_of(name: str) -> list[str]:
    texts: list[str] = []
    for chat in open_chats(Path(os.environ["HUBBUB_DATA"]) / "chat" / name / "chat.csv.gz"):
        for batch in chat.batches():
            texts += batch.frame["text"].drop_nulls().to_list()
            if len(texts) > MOST_MESSAGES:
                return list(dict.fromkeys(texts))
    return list(dict.fromkeys(texts))


def main() -> None:
    (judge,) = load_sentiment("en").judges
    for name, what in CHANNELS.items():
        prepared = prepare_for_sentiment(judge.preparation, texts_of(name))
        rows = prepared.rows
        is_emote = emote_sentiment.is_emote_word(rows.words)
        rest = rows.spell(WordRows.of(["" if hide else word for word, hide in zip(rows.words, is_emote, strict=True)]))
        can_judge = (judge.model.known_share(rest) >= 0) & (rest.counts >= MIN_WORDS)
        can_judge &= np.array([language is None for language in prepared.foreign])
        shares = np.full((len(can_judge), 3), np.nan)
        shares[can_judge] = judge.model.probabilities(rest.take(np.flatnonzero(can_judge)))
        use = emote_sentiment.count_use(rows, is_emote, shares)
        enough = use.n_texts >= emote_sentiment.MIN_TEXTS
        known = np.flatnonzero(is_emote & judge.model.knows(rows.words) & enough)
        own = judge.model.probabilities(WordRows.of([rows.words[i] for i in known]))
        most = np.bincount(own.argmax(axis=1)).max() / len(known)
        print(f"{name} ({what}): {len(known)} emotes known, the most frequent class {most:.2f}")
        for power in (1, 2, 3, 4, 5):
            emote_sentiment._POWER = power
            told = emote_sentiment.read_emotes(use, np.nanmean(shares, axis=0))[known]
            right = (told.argmax(axis=1) == own.argmax(axis=1)).astype(float)
            sure = told.max(axis=1) >= emote_sentiment.MIN_SHARE
            loss = -(own * np.log(told)).sum(axis=1).mean()
            agree, agree_sure = (bootstrap_interval(part, n_resamples=1000) for part in (right, right[sure]))
            print(
                f"  power {power}: loss {loss:.3f} (by chance {np.log(3):.3f}), agree {agree.estimate:.2f} "
                f"({agree.low:.2f} to {agree.high:.2f}); sure of {sure.mean():.0%}, of these agree "
                f"{agree_sure.estimate:.2f} ({agree_sure.low:.2f} to {agree_sure.high:.2f})"
            )


if __name__ == "__main__":
    main()
