"""An archive's texts and any encoder → a static encoder: a table of tokens and emotes that needs no PyTorch."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubbub import __version__
from hubbub.commands.static_corpus import Corpus, Judged, hold_out, read_files, read_pairs, read_streams, teach
from hubbub.errors import HubbubError
from hubbub.reports import Progress, Report, no_progress

if TYPE_CHECKING:
    import numpy as np

    from hubbub.artifacts import Card
    from hubbub.embed.static import StaticEncoder, Tokenizer
    from hubbub.learn.static import Lesson
    from hubbub.queries.encoders import Encoder
    from hubbub.store.archive import Archive

    Array = np.ndarray[Any, Any]

PLACEHOLDERS = ("<mention>", "<url>")
SIF = 1e-4
"""A word's row begins with the weight SIF / (SIF + its share of all tokens): Arora et al. 2017, section 3."""
MIN_TEXTS = 500
_MIN_EMOTE = 5
_MIN_WORD = 2
_MAX_WORD = 40
_LISTED = 5
_QUIET = 1e-3
"""Length of the rows of placeholders, which say next to nothing, but something where there is nothing else."""
_PCA_TEXTS = 20_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What the user asked for."""

    teacher: str
    max_texts: int
    pieces: int
    dim: int
    epochs: int
    seed: int


def train_static(
    archive: Archive | Path | str,
    streams: Sequence[str] = (),
    *,
    output: Path | str,
    texts: Sequence[Path | str] = (),
    pairs: Sequence[Path | str] = (),
    words: Sequence[Path | str] = (),
    checks: Sequence[Path | str] = (),
    teacher: str = "use",
    teacher_vectors: Path | str | None = None,
    max_texts: int = 100_000,
    pieces: int = 40_000,
    dim: int = 256,
    epochs: int = 3,
    name: str = "static",
    licence: str = "other",
    seed: int = 0,
    progress: Progress = no_progress,
) -> Report:
    """Distill an encoder into a table of tokens and emotes: near it on short texts, and many times as fast.

    The table's rows begin as the teacher's vectors of single words and are fitted to its vectors of texts and to pairs
    that people judged; emotes, which no teacher knows, get their rows from what is said around them and their names.

    Parameters
    ----------
    archive : Archive or path
        The archive; its messages are learned from, and their emotes.
    streams : sequence of str
        The streams; by default all.
    output : path
        The folder of the encoder; must be new, empty, or hold an encoder of the same name.
    texts : sequence of paths
        More texts: files of lines, or tables (.csv, .parquet) with a column text.
    pairs : sequence of paths
        Tables (.csv, .parquet) with the columns sentence1, sentence2, score: how alike people find them.
    words : sequence of paths
        Files of words, one a line, that the vocabulary shall have.
    checks : sequence of paths
        Tables as for pairs that are not learned from: the card says how well the encoder, its teacher and the table
        before it was fitted follow them.
    teacher : str
        As for embed: what to distill.
    teacher_vectors : path, optional
        A Parquet file that keeps the teacher's vectors, so that a run that was stopped goes on and another is quick.
    max_texts : int
        At most so many texts of the archive are shown to the teacher.
    pieces : int
        Words and pieces of words in the vocabulary.
    dim : int
        Numbers in a vector, at most the teacher's.
    epochs : int
        How often each text is seen.
    name : str
        Name and version, kept beside each vector.
    licence : str
        SPDX identifier in lower case, for the card.
    seed : int
        Same seed, same weights.
    progress : Progress
        Called along the way.

    Returns
    -------
    Report
        Texts in and learned from; `details` has the loss of each epoch and the folder.

    Raises
    ------
    HubbubError
        When there is too little text, or a file cannot be read.
    """
    from hubbub.artifacts import TOKENIZER_FILE, save_artifact
    from hubbub.commands.prepare import need_prepared
    from hubbub.embed.static import KIND, TOKENS_FILE, quantize
    from hubbub.queries.encoders import load_encoder
    from hubbub.store.archive import open_archive
    from hubbub.store.views import choose_streams

    started = time.perf_counter()
    kept = Path(teacher_vectors) if teacher_vectors else None
    if kept is not None and kept.suffix != ".parquet":
        raise HubbubError(f"--teacher-vectors must be a Parquet file, its name ending in .parquet; was {kept.name}.")
    store = open_archive(archive)
    chosen = choose_streams(store, streams)
    need_prepared(store, chosen, progress)
    corpus, plan = Corpus(), Plan(teacher, max_texts, pieces, dim, epochs, seed)
    read_streams(corpus, store, chosen, max_texts, seed)
    read_files(corpus, texts, pairs, words)
    judged = {Path(path).name: read_pairs(Path(path)) for path in checks}
    hold_out(corpus, {text for held in judged.values() for pair in held.pairs for text in pair})
    if len(corpus.texts) < MIN_TEXTS:
        raise HubbubError(
            f"train-static needs at least {MIN_TEXTS:,} distinct texts, had {len(corpus.texts):,}. Give more streams, "
            "or --texts FILE."
        )
    model = load_encoder(teacher)
    if not 2 <= dim <= model.dim:
        raise HubbubError(f"--dim must be 2 to {model.dim}, as the teacher has, was {dim}.")
    made = _distill(corpus, model, plan, name, kept, progress)
    scores = {file: _score(held, [made.encoder, made.first, model]) for file, held in judged.items()}
    sources = [*chosen, *(Path(path).name for path in (*texts, *pairs, *words))]
    seconds = time.perf_counter() - started
    save_artifact(
        Path(output),
        name=name,
        kind=KIND,
        config={"dim": dim, "training": asdict(plan)},
        tensors=quantize(made.encoder.table),
        files={TOKENIZER_FILE: made.pieces, TOKENS_FILE: json.dumps(made.whole, ensure_ascii=False).encode()},
        card=_write_card(made, plan, corpus, sources, scores, licence),
    )
    return Report(
        "train-static",
        n_in=len(corpus.texts),
        n_kept=len(corpus.texts),
        seconds=seconds,
        details={"output": str(output), "name": name, "n_tokens": made.encoder.tokenizer.n_tokens}
        | {"n_emotes": made.n_emotes, "losses": [round(loss, 4) for loss in made.losses]}
        | {f"Spearman on {file}": found[0] for file, found in scores.items()},
    )


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: the encoder as it is saved, the one before it was fitted, the vocabulary, the losses."""

    encoder: StaticEncoder
    first: StaticEncoder
    pieces: bytes
    whole: list[str]
    n_emotes: int
    losses: list[float]


def _distill(corpus: Corpus, model: Encoder, plan: Plan, name: str, kept: Path | None, progress: Progress) -> Made:
    import numpy as np

    from hubbub.embed.static import StaticEncoder, Tokenizer, quantize
    from hubbub.learn.contexts import mix_directions, place_by_context
    from hubbub.learn.static import Settings, even_out, fit_table, train_pieces

    progress("making the vocabulary", 0)
    counts, spelling = count_words(corpus)
    emotes = sorted(emote for emote, n in corpus.emotes.items() if n >= _MIN_EMOTE and " " not in emote)
    emotes = [emote for emote in emotes if emote not in PLACEHOLDERS]
    vocabulary = train_pieces(counts, plan.pieces)
    words = _cut_words(counts, Tokenizer(vocabulary, PLACEHOLDERS).pieces(), emotes, plan.pieces)
    whole = [*PLACEHOLDERS, *words, *emotes]
    tokenizer = Tokenizer(vocabulary, whole)
    spelled = [*(_spell(piece, spelling) for piece in tokenizer.pieces()), *(spelling[word] for word in words)]
    first, lesson = _make_lesson(corpus, tokenizer, model, spelled, plan, kept, progress)
    settings = Settings(n_epochs=plan.epochs, seed=plan.seed)
    table, losses = fit_table(first, lesson, settings, lambda done, n: progress("fitting the table", done, n))
    first_emote = tokenizer.n_tokens - len(emotes)
    rows = np.arange(first_emote, tokenizer.n_tokens)
    ids, starts = tokenizer(corpus.messages)
    around = place_by_context(table, ids, starts, np.array(corpus.streams, np.int64), rows)
    nameless = Tokenizer(vocabulary, whole[: len(whole) - len(emotes)])
    named = StaticEncoder(name, nameless, table[:first_emote]).embed(emotes)
    table[rows] = mix_directions(around, named)
    table = even_out(table, lesson)
    saved = quantize(table)
    table = saved["rows"].astype(np.float32) * saved["scale"][:, None]
    encoders = StaticEncoder(name, tokenizer, table), StaticEncoder(name, tokenizer, first)
    return Made(*encoders, vocabulary, whole, len(emotes), losses)


def _cut_words(counts: dict[str, int], pieces: Sequence[str], emotes: Sequence[str], n_tokens: int) -> list[str]:
    """Return the most frequent words that are no piece: as many as there is room for.

    SentencePiece cuts what is put together, however often it is said: "called", "during".
    """
    taken = {piece[1:] for piece in pieces if piece.startswith("\u2581")}.union(emotes)
    words = (word for word in counts if word not in taken)
    return sorted(words, key=lambda word: (-counts[word], word))[: max(0, n_tokens - len(pieces))]


def count_words(corpus: Corpus) -> tuple[dict[str, int], dict[str, str]]:
    """Return how often each folded word is said, and how each is spelled most often."""
    from hubbub.embed.static import fold, split_words

    chunks = Counter(chunk for some in (corpus.texts, corpus.messages) for text in some for chunk in text.split(" "))
    chunks -= Counter(dict(corpus.emotes))  # tokens of their own
    # A word of a list counts as if it were said a few times, so that it is no rarer than what hardly anybody says.
    spellings: Counter[str] = Counter(dict.fromkeys(corpus.words, _LISTED))
    for chunk, n in chunks.items():
        for word in split_words(chunk.lower()):
            spellings[word] += n
    counts: Counter[str] = Counter()
    best: dict[str, tuple[int, str]] = {}
    for spelled, n in spellings.items():
        word = fold(spelled)
        counts[word] += n
        best[word] = max(best.get(word, (0, "")), (n, spelled.lower()))
    counts = Counter({word: n for word, n in counts.items() if n >= _MIN_WORD and 0 < len(word) <= _MAX_WORD})
    return dict(counts), {word: spelled for word, (_, spelled) in best.items()}


def _make_lesson(
    corpus: Corpus,
    tokenizer: Tokenizer,
    model: Encoder,
    words: Sequence[str],
    plan: Plan,
    kept: Path | None,
    progress: Progress,
) -> tuple[Array, Lesson]:
    """Return the rows to begin with, and what to fit them to: both in the main directions of the teacher's vectors.

    ``words`` are what the teacher reads for the tokenizer's pieces, then for its whole words.
    """
    import numpy as np

    from hubbub.learn.static import Lesson, main_directions

    texts = list(corpus.texts)
    vectors = teach(model, [*words, *texts], kept, lambda done, n: progress("asking the teacher", done, n))
    rows, taught = (part.astype(np.float32) for part in np.split(vectors, [len(words)]))
    rows -= rows.mean(axis=0)
    taught -= taught.mean(axis=0)
    taught /= np.maximum(np.linalg.norm(taught, axis=1, keepdims=True), 1e-6)
    sample = np.random.default_rng(plan.seed).permutation(len(taught))[:_PCA_TEXTS]
    axes = main_directions([rows, taught[sample]], plan.dim)
    taught = taught @ axes
    taught /= np.maximum(np.linalg.norm(taught, axis=1, keepdims=True), 1e-6)
    ids, starts = tokenizer(texts)
    share = (np.bincount(ids, minlength=tokenizer.n_tokens) + 0.5) / (len(ids) + 1)
    first_word = tokenizer.n_pieces + len(PLACEHOLDERS)
    tokens = np.r_[: tokenizer.n_pieces, first_word : len(rows) + len(PLACEHOLDERS)]
    table = np.zeros((tokenizer.n_tokens, plan.dim), np.float32)
    table[tokens] = (rows @ axes) * (SIF / (SIF + share[tokens, None]))
    table[tokenizer.n_pieces : first_word, 0] = _QUIET
    places = {text: i for i, text in enumerate(texts)}
    pairs = np.array([(places[one], places[other]) for one, other in corpus.pairs], np.int64).reshape(-1, 2)
    return table, Lesson(ids, starts, taught.astype(np.float16), pairs, np.array(corpus.scores))


def _spell(piece: str, spelling: dict[str, str]) -> str:
    """Return what the teacher reads for a piece: a whole word as people spell it, with its accents."""
    return spelling.get(piece[1:], piece[1:]) if piece.startswith("\u2581") else piece


def _score(judged: Judged, encoders: Sequence[Encoder]) -> list[str]:
    """Return Spearman's correlation with what people say, and its 95 % interval, of each encoder."""
    import numpy as np

    from hubbub.analyze.agreement import rank_correlation
    from hubbub.measures import bootstrap_interval

    one, other = ([pair[side] for pair in judged.pairs] for side in (0, 1))
    found = []
    for encoder in encoders:
        cosines = np.vecdot(encoder.embed(one), encoder.embed(other))
        interval = bootstrap_interval(cosines, judged.scores, statistic=rank_correlation, n_resamples=1000)
        found.append(f"{interval.estimate:.3f} ({interval.low:.3f} to {interval.high:.3f})")
    return found


def _write_card(
    made: Made, plan: Plan, corpus: Corpus, sources: Sequence[str], scores: dict[str, list[str]], licence: str
) -> Card:
    from hubbub.cards import CHAT_EXAMPLES, Card

    metrics = [
        f"- {file}: {ours}; its teacher {teacher}; baseline, the same table before it was fitted {first}"
        for file, (ours, first, teacher) in scores.items()
    ] or ["- Nothing was held out: give pairs that people judged by --checks."]
    metrics.append(f"- Loss of each epoch: {', '.join(f'{loss:.3f}' for loss in made.losses)}")
    return Card(
        purpose=f"Turns short texts into vectors of {plan.dim} numbers by a table with one row a token: for live chat "
        "and for millions of messages.",
        data=f"Teacher: {plan.teacher}. {len(corpus.texts):,} distinct texts, {len(corpus.pairs):,} judged pairs, "
        f"{len(corpus.messages):,} messages for {made.n_emotes:,} emotes, of: {', '.join(dict.fromkeys(sources))}.",
        procedure=f"`hubbub train-static` of hubbub {__version__}, with pieces={plan.pieces}, dim={plan.dim}, "
        f"epochs={plan.epochs}, max_texts={plan.max_texts}, seed={plan.seed}. Rows begin as the teacher's vectors of "
        "single words, centered, in their main directions, with weights for frequent words; they are fitted to the "
        "teacher's vectors of texts and to the order of judged pairs; directions and weights are evened out; emotes "
        "are placed half by what is said around them, half by the pieces of their names.",
        metrics="Spearman of the cosine with what people say, and 95 % intervals:\n\n" + "\n".join(metrics),
        limits="Word order is not seen: negation, and who does what to whom, are lost. Only the first 4,096 characters "
        "count. Words and emotes that its texts lack are cut into pieces. A text without any token has the first axis.",
        privacy="The vocabulary holds what was written often in its texts, which may be names. Vectors can reveal what "
        "a text says: keep them as carefully as the texts.",
        licence=licence,
        tags=("sentence-similarity",),
        pipeline="sentence-similarity",
        base_model="" if plan.teacher in ("use", "use-torch") else Path(plan.teacher).name,
        examples=CHAT_EXAMPLES,
    )
