"""The messages of an archive → a tokenizer of their own, with what it is worth beside others."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from hubbub.errors import HubbubError
from hubbub.reports import Progress, Report, no_progress

if TYPE_CHECKING:
    import polars as pl

    from hubbub.artifacts import Card
    from hubbub.store.archive import Archive

KIND = "tokenizer"
_HELD_SHARE, _MOST_HELD = 0.05, 20_000
_MIN_EMOTE_USES = 5
_VOCABULARY = (1_000, 200_000)


def train_tokenizer(
    archive: Archive | Path | str,
    streams: Sequence[str] = (),
    *,
    output: Path | str,
    kind: Literal["unigram", "bpe", "wordpiece"] = "unigram",
    vocabulary: int = 16_000,
    window_seconds: float = 5.0,
    max_characters: int = 500,
    progress: Progress = no_progress,
) -> Report:
    """Train a tokenizer on the messages of an archive; emotes stay whole, and so do <mention> and <url>.

    It learns from documents: the messages of a stream within a few seconds, in a row. The last messages of each
    stream, one in twenty, are kept out of that and tell what the tokenizer is worth, beside the default encoder's.
    `transformers` loads the folder as it is. Needs `hubbub[train]`.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    streams : sequence of str
        The streams; by default all. Streams that were not prepared are prepared first.
    output : path
        Folder of the tokenizer; must be new or empty, or hold a tokenizer of this name.
    kind : {"unigram", "bpe", "wordpiece"}
        The subword model.
    vocabulary : int
        Tokens in all: special ones, emotes, and pieces.
    window_seconds : float
        Length of the windows that make a document.
    max_characters : int
        Documents end there.
    progress : Progress
        Called with the steps.

    Returns
    -------
    Report
        Messages in, and learned from; `details` has tokens a message, the unknown share, and the share of emotes kept
        whole, on the messages held out, for this tokenizer and the default encoder's.

    Raises
    ------
    HubbubError
        When a number is out of its range, or the messages are too few for such a vocabulary.
    ArtifactError
        When the folder holds something else.
    MissingExtraError
        When `hubbub[train]` is not installed.
    """
    from hubbub.artifacts import save_artifact
    from hubbub.commands.corpus import hold_out, read_corpus
    from hubbub.commands.prepare import need_prepared
    from hubbub.learn.subwords import describe_subwords, load_subwords, train_subwords, transformers_files
    from hubbub.prepare.windows import pack_windows
    from hubbub.store.archive import open_archive
    from hubbub.store.views import choose_streams

    if not _VOCABULARY[0] <= vocabulary <= _VOCABULARY[1]:
        raise HubbubError(f"--vocabulary must be {_VOCABULARY[0]:,} to {_VOCABULARY[1]:,}, was {vocabulary:,}.")
    if not window_seconds > 0 or max_characters < 1:
        raise HubbubError(
            f"--window-seconds and --max-characters must be above 0, were {window_seconds} and {max_characters}."
        )
    started = time.perf_counter()
    store = open_archive(archive)
    chosen = choose_streams(store, streams)
    need_prepared(store, chosen, progress)
    rows = read_corpus(store, chosen)
    learned, held = hold_out(rows, share=_HELD_SHARE, most=_MOST_HELD)
    documents = pack_windows(learned, window_seconds=window_seconds, max_characters=max_characters)["text"].to_list()
    progress("training the tokenizer", 0, 1)
    content = train_subwords(documents, kind=kind, n_tokens=vocabulary, emotes=_emotes(learned))
    progress("training the tokenizer", 1, 1)
    texts, emotes = held["text"].to_list(), held["emotes"].fill_null([]).to_list()
    ours, others = describe_subwords(content, texts, emotes), _of_default_encoder(texts, emotes)
    target = Path(output)
    seconds = time.perf_counter() - started
    procedure = (
        f"`hubbub train-tokenizer --kind {kind} --vocabulary {vocabulary} --window-seconds {window_seconds} "
        f"--max-characters {max_characters}`; {seconds:.0f} s. {len(documents):,} documents of "
        f"{learned.height:,} messages."
    )
    save_artifact(
        target,
        name=target.name,
        kind=KIND,
        config={
            "subwords": kind,
            "n_tokens": load_subwords(content).get_vocab_size(),
            "scores": ours,
            "scores_of_default_encoder": others,
        },
        tensors={},
        files=transformers_files(content),
        card=_card(procedure, learned, held, ours, others),
    )
    return Report(
        "train-tokenizer",
        n_in=rows.height,
        n_kept=learned.height,
        seconds=time.perf_counter() - started,
        details={"output": str(target), "documents": len(documents), "ours": ours, "default encoder": others},
    )


def _emotes(rows: pl.DataFrame) -> list[str]:
    """Return the emotes that are used often, most frequent first: those that spans marked or the dictionaries know."""
    counts: Counter[str] = Counter(rows["emotes"].explode().drop_nulls().to_list())
    often = [(name, n) for name, n in counts.items() if n >= _MIN_EMOTE_USES]
    return [name for name, _ in sorted(often, key=lambda item: (-item[1], item[0]))]


def _of_default_encoder(texts: Sequence[str], emotes: Sequence[Sequence[str]]) -> dict[str, float]:
    """Return the same figures for the tokenizer of the multilingual Universal Sentence Encoder, 128,000 tokens."""
    from sentencepiece import SentencePieceProcessor

    from hubbub.artifacts import read_use
    from hubbub.learn.subwords import describe_pieces

    processor = SentencePieceProcessor(model_proto=read_use().tokenizer)
    unknown = processor.unk_id()
    pieces = [
        ["[UNK]" if number == unknown else piece for number, piece in zip(ids, named, strict=True)]
        for ids, named in zip(
            processor.encode(list(texts), out_type=int), processor.encode(list(texts), out_type=str), strict=True
        )
    ]
    return describe_pieces(pieces, texts, emotes, "[UNK]")


def _card(
    procedure: str, learned: pl.DataFrame, held: pl.DataFrame, ours: dict[str, float], others: dict[str, float]
) -> Card:
    from hubbub.artifacts import Card

    names = {
        "tokens_per_message": "tokens a message",
        "characters_per_token": "characters a token",
        "unknown_share": "share of unknown tokens",
        "emotes_whole_share": "share of emotes that are one token",
    }
    table = "\n".join(f"| {label} | {ours[key]:.3f} | {others[key]:.3f} |" for key, label in names.items())
    return Card(
        purpose="Cuts chat messages into tokens for language models that are trained on chat; emotes are one token.",
        data=f"Messages of {learned['stream_id'].n_unique()} stream(s) of one archive, {learned.height:,} in all.",
        procedure=procedure,
        metrics=(
            f"On {held.height:,} messages that it was not trained on, the last of each stream:\n\n"
            "| | this tokenizer | default encoder's, 128,000 tokens |\n| --- | --- | --- |\n" + table
        ),
        limits="Made for chat like that it learned from; letters of other scripts are unknown to it. An emote that is "
        "glued to other letters may be taken for the begin of a word.",
        privacy="A vocabulary can hold words that one person made up. Names after @ are not in it: mentions are one "
        "token.",
        licence="other",
        tags=("tokenizer",),
        library="transformers",
    )
