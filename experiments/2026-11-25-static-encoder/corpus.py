"""Write the texts that the shipped static encoder learns from: HUBBUB_DATA=… python corpus.py FOLDER."""

from __future__ import annotations

import gzip
import os
import sys
from pathlib import Path

import numpy as np
import polars as pl

from hubbub.artifacts import read_use
from hubbub.prepare.languages import LATIN, score_texts
from hubbub.prepare.preparation import Preparation, prepare_texts

DATA = Path(os.environ["HUBBUB_DATA"])
LEFT_OUT = ("ar", "hi")


def csv(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema_length=0)


def sources() -> list[tuple[str, str, list[str]]]:
    found = []
    found.append(("vshojo", "en", csv(DATA / "chat/twitch-vshojo-en/chat.csv.gz")["text"].drop_nulls().to_list()))
    for name, language in (("zola", "fr"), ("joey", "en")):
        texts = csv(DATA / f"chat/superchats-hansglick-fr-en/{name}.csv.gz")["text"].drop_nulls().to_list()
        found.append(("superchat", language, texts))
    for path in sorted((DATA / "chat/twouns-fr").glob("*.gz")):
        lines = gzip.decompress(path.read_bytes()).decode("utf-8", "replace").split("\n")
        found.append(("twouns", "fr", [line for line in lines if line.strip()]))
    for path in sorted((DATA / "tweets/sentiment140").glob("*.parquet")):
        texts = pl.read_parquet(path, columns=["text"])["text"]
        texts = texts.str.replace_all(r"\bUSER\b", "@user").str.replace_all(r"\bURL\b", "http://url.com")
        found.append(("s140", "en", texts.to_list()))
    for name in ("semeval2017-4a", "tweeteval", "xlmt-sentiment", "crisislex"):
        for path in sorted((DATA / f"tweets/{name}").glob("*.csv.gz")):
            stem = path.name.split(".")[0]
            language = stem.split("_")[0][:2] if name.startswith("xlmt") else "en"
            if not stem.endswith("_val") and language not in LEFT_OUT:
                found.append((name, language, csv(path)["text"].drop_nulls().to_list()))
    for path in sorted((DATA / "topics").glob("*.csv.gz")):
        found.append(("topics", "en", csv(path)["text"].drop_nulls().to_list()))
    return found


def strip(text: str, emotes: list[str]) -> str:
    for emote in sorted(set(emotes), key=len, reverse=True):
        text = text.replace(emote, " ")
    return " ".join(text.split())


def held_out() -> set[str]:
    frames = [csv(DATA / f"tweets/stsb/stsb-{language}-dev.csv.gz") for language in ("en", "fr")]
    columns = [frame[name] for frame in frames for name in ("sentence1", "sentence2")]
    return {text.lower() for column in columns for text in column}


def write_texts(folder: Path) -> None:
    raw = pl.concat(
        pl.DataFrame({"text": texts}, schema={"text": pl.String}).with_columns(
            source=pl.lit(name), lang=pl.lit(language)
        )
        for name, language, texts in sources()
    )
    clean = prepare_texts(Preparation(), raw["text"])
    kept = raw.select("source", "lang").hstack(clean.select("clean_text", "emotes", "left_out"))
    kept = kept.filter(pl.col("left_out").is_null())
    texts = [strip(text, emotes) for text, emotes in zip(kept["clean_text"], kept["emotes"], strict=True)]
    kept = kept.with_columns(text=pl.Series(texts)).filter(pl.col("text").str.len_chars() > 0)
    kept = kept.filter(~pl.col("text").str.to_lowercase().is_in(list(held_out())))
    kept = kept.unique("text", keep="first", maintain_order=True).sample(fraction=1, shuffle=True, seed=0)
    long = pl.col("text").str.count_matches(" ") >= 2
    french = kept.filter(
        (pl.col("source") == "twouns") & long | (pl.col("lang") == "fr") & (pl.col("source") != "twouns")
    )
    parts = {"french": french.head(50_000), "topics": kept.filter(pl.col("source") == "topics").head(20_000)}
    tweets = kept.filter(pl.col("source") == "s140").head(600_000)
    mixed = pl.concat([kept.filter(pl.col("source") != "s140"), tweets])
    parts["mixed"] = mixed.sample(fraction=1, shuffle=True, seed=1).head(200_000)
    for name, part in parts.items():
        part.select("text").write_parquet(folder / f"{name}.parquet")


def write_pairs(folder: Path) -> None:
    english, french = (csv(DATA / f"tweets/stsb/stsb-{language}-train.csv.gz") for language in ("en", "fr"))
    for name, first, second in (("en-fr", english, french), ("fr-en", french, english)):
        first.select("sentence1", "score").with_columns(second["sentence2"]).write_csv(
            folder / f"stsb-{name}-train.csv"
        )


def write_words(folder: Path) -> None:
    """Words of the teacher's own vocabulary that are French or English by their letters."""
    from sentencepiece import SentencePieceProcessor

    processor = SentencePieceProcessor(model_proto=read_use().tokenizer)
    pieces = [processor.id_to_piece(i) for i in range(processor.get_piece_size())]
    words = [p[1:] for p in pieces if p[0] == "\u2581" and len(p) > 3 and p[1:].isalpha() and p[1:].lower() < "\u0250"]
    scores = score_texts([f" {word.lower()} " for word in words])
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    usable = (shares[:, LATIN.index("en")] > 0.25) | (shares[:, LATIN.index("fr")] > 0.15)
    kept = [word for word, is_usable in zip(words, usable, strict=True) if is_usable]
    (folder / "words.txt").write_text("\n".join(kept) + "\n", encoding="utf-8")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_texts(folder)
    write_pairs(folder)
    write_words(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
