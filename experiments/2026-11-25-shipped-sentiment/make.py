"""Make the shipped sentiment models: ``python make.py en OUTPUT`` or ``fr``; needs HUBBUB_DATA.

Rows that people labeled weigh 1. Labels taken from marks (emoticons that Sentiment140's authors removed; emotes, emoji
and laughter that seeds.py knows) weigh less. Lines that benchmarks/labels measures, and all equal ones, are left out.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import polars as pl
from seeds import LAUGHS, NEGATIVE, POSITIVE, WORDS_FR

from hubbub.analyze.ngram_model import NgramTraining
from hubbub.analyze.ngrams import NgramForm
from hubbub.collect.files import open_chats
from hubbub.collect.labeled import read_labeled
from hubbub.commands.sentiment_card import save_sentiment
from hubbub.commands.sentiment_fit import fit_sentiment
from hubbub.measures import repeat_keys
from hubbub.prepare.preparation import Preparation, prepare_texts
from hubbub.prepare.sentiment import SentimentPreparation, prepare_for_sentiment

DATA = Path(os.environ["HUBBUB_DATA"])
TWEETS = DATA / "tweets"
LABELS = Path(__file__).parents[2] / "benchmarks/labels/twitch-vshojo-en.csv"


ENGLISH = (
    "semeval2017-4a/train_1.csv.gz",
    "semeval2017-4a/train_2.csv.gz",
    "tweeteval/sentiment_val.csv.gz",
    "xlmt-sentiment/english_train.csv.gz",
    "xlmt-sentiment/english_val.csv.gz",
)
"""Tweets that people labeled; texts repeat between the files."""


def rows(frame: pl.DataFrame, weight: float, *, is_sided: bool = False) -> pl.DataFrame:
    return frame.select("text", "label", weight=pl.lit(weight), is_sided=pl.lit(is_sided))


def labeled(*files: str) -> pl.DataFrame:
    return rows(read_labeled([TWEETS / file for file in files]).rows, 1.0)


def without_repeats(frame: pl.DataFrame) -> pl.DataFrame:
    keyed = frame.with_columns(key=pl.Series(repeat_keys(frame["text"].to_list())))
    return keyed.unique("key", keep="first", maintain_order=True).drop("key")


def sentiment140(n: int, weight: float) -> pl.DataFrame:
    """Return labels taken from emoticons; its masks become what tweets have in their place."""
    frame = pl.concat([pl.read_parquet(file) for file in sorted((TWEETS / "sentiment140").glob("*.parquet"))])
    frame = frame.sample(n, seed=1) if n < frame.height else frame
    text = pl.col("text").str.replace_all(r"\bUSER\b", "@user").str.replace_all(r"\bURL\b", "http://t.co/x")
    label = pl.when(pl.col("label") == 1).then(pl.lit("positive")).otherwise(pl.lit("negative"))
    return rows(frame.with_columns(text=text, label=label).unique("text"), weight, is_sided=True)


def emotions(weight: float) -> pl.DataFrame:
    frame = pl.concat([pl.read_csv(TWEETS / f"tweeteval/emotion_{part}.csv.gz") for part in ("train", "val")])
    sides = {"joy": "positive", "optimism": "positive", "anger": "negative", "sadness": "negative"}
    return rows(frame.with_columns(label=pl.col("label").replace_strict(sides)), weight, is_sided=True)


def chat_texts(*files: str) -> list[str]:
    texts: list[str] = []
    for file in files:
        for chat in open_chats(DATA / "chat" / file):
            for batch in chat.batches():
                said = batch.frame.filter(pl.col("kind").is_in(["message", "donation"]))
                texts += said["text"].drop_nulls().to_list()
    return texts


def measured_texts() -> set[str]:
    """Return the lines that the labels of benchmarks measure."""
    wanted = set(pl.read_csv(LABELS)["row"].to_list())
    (chat,) = open_chats(DATA / "chat/twitch-vshojo-en/chat.csv.gz")
    texts = [text for batch in chat.batches() for text in batch.frame["text"].to_list()]
    return {" ".join(texts[row - 1].split()).lower() for row in wanted}


def marked(texts: list[str], language: str, weight: float, most: int) -> pl.DataFrame:
    """Return chat lines labeled by their marks: with the marks, and without them where words stay.

    Plain questions, greetings and commands without a mark are neutral.
    """
    draw = random.Random(1)
    left_out = measured_texts()
    distinct = [text for text in dict.fromkeys(texts) if " ".join(text.split()).lower() not in left_out]
    draw.shuffle(distinct)
    preparation = SentimentPreparation("chat", language)
    types = prepare_texts(Preparation(), distinct)["message_type"].to_list()
    found: dict[str, list[tuple[str, str, float, bool]]] = {name: [] for name in ("negative", "neutral", "positive")}
    words = WORDS_FR if language == "fr" else {"positive": frozenset(), "negative": frozenset()}
    sides = (POSITIVE | LAUGHS[language] | words["positive"], NEGATIVE | words["negative"])
    for text, kind in zip(distinct, types, strict=True):
        tokens = text.split()[:60]
        spoken = [set(said.split()) for said in prepare_for_sentiment(preparation, tokens).words]
        hits = [sum(bool(said & side) for said in spoken) for side in sides]
        if not any(hits):
            if kind in ("question", "greeting", "command"):
                found["neutral"].append((text, "neutral", weight, False))
            continue
        if all(hits):
            continue
        label = "positive" if hits[0] else "negative"
        found[label].append((text, label, weight, False))
        rest = [token for token, said in zip(tokens, spoken, strict=True) if not said & (sides[0] | sides[1])]
        if len(rest) > 1:
            found[label].append((" ".join(rest), label, weight / 2, True))
    # Laughter is most of what is marked: no class may drown the others.
    kept = [row for part in found.values() for row in part[:most]]
    print({name: len(part) for name, part in found.items()}, flush=True)
    names = ["text", "label", "weight", "is_sided"]
    both = [(seed.lstrip(":"), "positive" if seed in sides[0] else "negative") for seed in sides[0] | sides[1]]
    seeds = pl.DataFrame([(seed, label, 0.9, False) for seed, label in sorted(both)], schema=names, orient="row")
    return pl.concat([pl.DataFrame(kept, schema=names, orient="row"), pl.concat([seeds] * 3)])


def english(n_distant: int = 150_000) -> tuple[pl.DataFrame, str]:
    by_hand = without_repeats(labeled(*ENGLISH))
    chat = marked(chat_texts("twitch-vshojo-en/chat.csv.gz"), "en", 0.3, 25_000)
    return pl.concat([by_hand, sentiment140(n_distant, 0.1), emotions(0.3), chat]), (
        "Labeled by people: the English training parts of SemEval-2017 task 4A (2013 to 2016), TweetEval sentiment and "
        "XLM-T sentiment. Labels from emoticons: Sentiment140. From feelings: TweetEval emotion. From emotes, emoji "
        "and laughter of a list of our own: lines of the public set twitch-vshojo-en (MIT)."
    )


def pseudo_labeled(texts: list[str], weight: float, n: int) -> pl.DataFrame:
    """Return chat lines labeled by the multilingual encoder, fine-tuned on tweets in other languages, where it is sure.

    It reads French by what it knew before: what it learns of other languages becomes French words this way. No label of
    a French tweet is in it, so that these can be measured on.
    """
    import numpy as np

    from hubbub.learn.network_training import Lesson
    from hubbub.learn.use_tuned import tune_use
    from hubbub.measures import Calibration

    languages = ("german", "spanish", "italian", "portuguese", "arabic", "hindi")
    others = labeled(*(f"xlmt-sentiment/{name}_{part}.csv.gz" for name in languages for part in ("train", "val")))
    known = pl.concat([labeled(*ENGLISH), others, others])
    names = ["negative", "neutral", "positive"]
    targets = np.array([names.index(label) for label in known["label"].to_list()])
    teacher = tune_use(Lesson([" ".join(text.split()) for text in known["text"].to_list()], targets, len(names)))
    drawn = sorted({" ".join(text.split()) for text in texts if len(text.split()) >= 3})
    random.Random(2).shuffle(drawn)
    odds = teacher.score(drawn[:n]) - np.log(np.bincount(targets) / len(targets))  # as if classes were of one size
    shares = Calibration(1.0, (0.0, 0.0, 0.0)).probabilities(odds)
    sure = shares.max(axis=1) > 0.55
    labels = np.array(names)[shares.argmax(axis=1)]
    print({name: int((labels[sure] == name).sum()) for name in names}, flush=True)
    return pl.DataFrame(
        {"text": np.array(drawn[:n], dtype=object)[sure].tolist(), "label": labels[sure].tolist()}
    ).select("text", "label", weight=pl.lit(weight), is_sided=pl.lit(value=False))


def french(weight: float = 0.3, n: int = 40_000) -> tuple[pl.DataFrame, str]:
    by_hand = without_repeats(labeled("xlmt-sentiment/french_train.csv.gz", "xlmt-sentiment/french_val.csv.gz"))
    texts: list[str] = []
    for file in sorted((DATA / "chat/twouns-fr").glob("*.txt.gz")):
        texts += (
            pl.read_csv(
                file, has_header=False, separator="\x01", quote_char=None, new_columns=["text"], encoding="utf8-lossy"
            )["text"]
            .drop_nulls()
            .to_list()
        )
    texts += chat_texts("superchats-hansglick-fr-en/zola.csv.gz")
    parts = [by_hand, marked(texts, "fr", 0.2, 12_000)]
    if weight:
        parts.append(pseudo_labeled(texts, weight, n))
    return pl.concat(parts), (
        "Labeled by people: the French training and validation parts of XLM-T sentiment (Apache-2.0). From emotes, "
        "emoji, laughter and words of a list of our own: French chat lines of twouns-fr (Apache-2.0) and super chats "
        "of hansglick (MIT). Other lines of these are labeled by the multilingual Universal Sentence Encoder, "
        "fine-tuned on labeled tweets in seven other languages (SemEval-2017 task 4A, TweetEval, XLM-T)."
    )


def main(language: str, output: Path) -> None:
    data, said = english() if language == "en" else french()
    form = NgramForm(words=(1, 2, 3), characters=(3, 4, 5), n_bits=21 if language == "en" else 20, skips=True)
    training = NgramTraining(n_epochs=4, rate=0.7, decay=0.5, batch=2048, dropout=0.2)
    fitted = fit_sentiment(
        data, SentimentPreparation("chat", language), form=form, training=training, is_balanced=True, cross_fit=True
    )
    print(fitted.scores)
    save_sentiment(
        fitted,
        output,
        name=f"sentiment-{language}",
        data=said,
        command=f"python experiments/2026-11-25-shipped-sentiment/make.py {language}",
    )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
