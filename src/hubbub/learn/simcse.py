"""Distinct messages and their moments → an encoder that has texts near each other when they say the same.

Contrastive training with what is in the batch as negatives (Gao, Yao and Chen 2021, "SimCSE", arXiv 2104.08821): a
text's positive is the same text under another dropout mask, or a message of the same stream within seconds of it, as
what a chat says at one moment is about one thing. Negatives that say nearly the same as the positive, or were said
beside it, are no negatives and are masked. Run by sentence-transformers' modules, so that its folder is the result.

Not handled: several machines. A checkpoint is one safetensors file; every step is seeded by its number, so a run that
was stopped goes on to the same weights.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from hubbub.errors import ArtifactError, MissingExtraError
from hubbub.learn.foreign import quiet
from hubbub.learn.pairs import Ints, Lesson, Settings, make_batches, mask_negatives

if TYPE_CHECKING:
    import torch

Pooling = Literal["cls", "mean"]

MAX_TOKENS = 64
"""Tokens of a message that training reads; the encoder reads as many as it did before."""
DROPOUT = 0.1
_CHUNKS = 4
_DECAY = 0.01
_TENTHS = 10


def ranking_loss(anchors: torch.Tensor, positives: torch.Tensor, mask: torch.Tensor, scale: float) -> torch.Tensor:
    """Return the mean cross-entropy of each anchor's own positive among all that are not masked.

    Without a mask it is sentence-transformers' MultipleNegativesRankingLoss. Inputs: (n, dim) twice, (n, n) bool.
    """
    import torch
    from torch.nn.functional import cross_entropy, normalize

    scores = normalize(anchors.float(), dim=1) @ normalize(positives.float(), dim=1).T * scale
    return cross_entropy(scores.masked_fill(mask, -torch.inf), torch.arange(len(scores), device=scores.device))


def load_start(folder: Path, pooling: Pooling | None = None) -> Any:  # noqa: ANN401 - the library has no types here
    """Return what training begins with: a SentenceTransformer with dropout.

    Parameters
    ----------
    folder : Path
        A folder of transformers or sentence-transformers.
    pooling : {"cls", "mean"}, optional
        How tokens become one vector; by default as the folder does, and their mean where it does not say.

    Raises
    ------
    ArtifactError
        When the folder cannot be read as one of these.
    MissingExtraError
        When sentence-transformers is not installed.
    """
    try:
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.sentence_transformer.modules import Pooling as PoolingModule
        from sentence_transformers.sentence_transformer.modules import Transformer
    except ImportError as error:
        raise MissingExtraError("train-simcse", "sentence-transformers", "train") from error
    from safetensors import SafetensorError

    from hubbub.learn.packing import ready

    if not (folder / "config.json").is_file():
        raise ArtifactError(
            f"--start must be a folder of transformers or sentence-transformers, with a config.json; {folder} is none."
        )
    try:
        with quiet():
            if (folder / "modules.json").is_file() and pooling is None:
                model = SentenceTransformer(str(folder), local_files_only=True)
            else:
                network = Transformer(str(folder), model_kwargs={"local_files_only": True})
                head = PoolingModule(network.get_embedding_dimension(), pooling or "mean")
                model = SentenceTransformer(modules=[network, head])
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise ArtifactError(
            f"--start: {folder} cannot be loaded: {str(error).splitlines()[0]}. Get it again."
        ) from error
    return ready(_with_dropout(model.float(), folder))


def _with_dropout(model: Any, folder: Path) -> Any:  # noqa: ANN401
    """Return the model; where all its dropout is off, two readings of a text would be the same, so it is set."""
    from torch.nn import Dropout

    found = [module for module in model.modules() if isinstance(module, Dropout)]
    if not found:
        raise ArtifactError(f"--start: the network in {folder} has no dropout, by which a text is told from itself.")
    if not any(module.p for module in found):
        for module in found:
            module.p = DROPOUT
    return model


@dataclass(slots=True)
class _State:
    """Where a run is: steps done, seconds of work, what was measured."""

    step: int
    seconds: float
    curve: list[dict[str, float]]


def train(
    model: Any,  # noqa: ANN401
    lesson: Lesson,
    settings: Settings,
    *,
    checkpoint: Path | None = None,
    minutes: float | None = None,
    watch: Callable[[Any], float] | None = None,
    tell: Callable[[dict[str, float]], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[dict[str, float]]:
    """Train a model in place; return its learning curve.

    Parameters
    ----------
    model : SentenceTransformer
        From ``load_start``.
    lesson : Lesson
    settings : Settings
    checkpoint : Path, optional
        Where the run is kept at each tenth of it; where there is one of the same run, training goes on from it.
    minutes : float, optional
        Training ends then, and the learning rate falls so that it is 0 then. Weights depend on the machine's speed.
    watch : callable, optional
        What is measured at each tenth, with the model not training.
    tell : callable, optional
        Called with each new row of the curve.
    progress : callable, optional
        Called with the steps done and their number.

    Returns
    -------
    list of dict
        ``step, texts, seconds, loss`` (mean since the row before), ``learning_rate`` and ``watched``; the first row is
        what is measured before training.

    Raises
    ------
    HubbubError
        When the checkpoint is of another run.
    """
    from hubbub.learn.used_rows import only_used_rows

    longest, model.max_seq_length = model.max_seq_length, min(model.max_seq_length or MAX_TOKENS, MAX_TOKENS)
    with only_used_rows(model, lesson.texts):
        curve = _train(model, lesson, settings, checkpoint, minutes, watch, tell, progress)
    model.max_seq_length = longest
    model.eval()
    return curve


def _train(
    model: Any,  # noqa: ANN401
    lesson: Lesson,
    settings: Settings,
    checkpoint: Path | None,
    minutes: float | None,
    watch: Callable[[Any], float] | None,
    tell: Callable[[dict[str, float]], None] | None,
    progress: Callable[[int, int], None] | None,
) -> list[dict[str, float]]:
    import torch

    from hubbub.learn.checkpoints import keep_run, resume_run

    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.learning_rate, weight_decay=_DECAY)
    per_epoch = len(make_batches(lesson, settings, 0))
    n_steps = per_epoch * settings.n_epochs
    said = blake2b("\n".join(lesson.texts).encode("utf-8", "replace"), digest_size=8).hexdigest()
    begun = blake2b(digest_size=8)
    for parameter in model.parameters():
        begun.update(parameter.detach().cpu().numpy().data)
    mark = asdict(settings) | {"texts": said, "start": begun.hexdigest(), "minutes": minutes}
    kept = resume_run(checkpoint, model, [optimizer], mark)
    state = _State(**kept) if kept else _State(0, 0.0, [])
    if watch is not None and not state.curve:
        state.curve.append({"step": 0, "texts": 0, "seconds": 0.0, "watched": _measure(model, watch)})
    began, losses, batches, epoch = time.monotonic() - state.seconds, [], [], -1
    done = _share(state, n_steps, minutes)
    while done < 1:
        if state.step // per_epoch != epoch:
            epoch = state.step // per_epoch
            batches = make_batches(lesson, settings, epoch)
        rate = settings.learning_rate * min(done * _TENTHS, (1 - done) / (1 - 1 / _TENTHS))
        losses.append(_step(model, optimizer, lesson, settings, batches[state.step % per_epoch], state.step, rate))
        state.step, state.seconds = state.step + 1, time.monotonic() - began
        before, done = done, _share(state, n_steps, minutes)
        if int(done * _TENTHS) > int(before * _TENTHS):
            row = {"step": state.step, "texts": state.step * settings.batch, "seconds": round(state.seconds, 1)}
            row |= {"loss": float(np.mean(losses)), "learning_rate": rate}
            state.curve.append(row | ({} if watch is None else {"watched": _measure(model, watch)}))
            if tell is not None:
                tell(state.curve[-1])
            losses = []
            state.seconds = time.monotonic() - began
            if checkpoint is not None:
                keep_run(checkpoint, model, [optimizer], mark, asdict(state))
        if progress is not None:
            progress(round(done * n_steps), n_steps)
    return state.curve


def _share(state: _State, n_steps: int, minutes: float | None) -> float:
    """Return how much of the run is done: of its steps or of its time, whichever is more."""
    return min(1.0, max(state.step / n_steps, state.seconds / (60 * minutes) if minutes else 0.0))


def _measure(model: Any, watch: Callable[[Any], float]) -> float:  # noqa: ANN401
    model.eval()
    return watch(model)


def _step(
    model: Any,  # noqa: ANN401
    optimizer: torch.optim.Optimizer,
    lesson: Lesson,
    settings: Settings,
    pairs: tuple[Ints, Ints],
    step: int,
    rate: float,
) -> float:
    """Take one step; return its loss."""
    import torch

    model.train()
    torch.manual_seed(settings.seed * 1_000_003 + step)
    anchors, positives = pairs
    for group in optimizer.param_groups:
        group["lr"] = rate
    vectors = _embed(model, [lesson.texts[row] for row in (*anchors, *positives)])
    within = settings.neighbor_seconds if settings.neighbor_share > 0 else 0.0
    mask = mask_negatives(lesson, anchors, positives, within) if settings.masks else np.zeros((len(anchors),) * 2, bool)
    one, other = vectors[: len(anchors)], vectors[len(anchors) :]
    loss = ranking_loss(one, other, torch.from_numpy(mask).to(vectors.device), settings.scale)
    optimizer.zero_grad(set_to_none=True)
    torch.autograd.backward(loss)
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())


def _embed(model: Any, texts: Sequence[str]) -> torch.Tensor:  # noqa: ANN401
    """Return the vectors of texts with their gradients, texts of like length together so that little is padding."""
    import torch
    from sentence_transformers.util import batch_to_device

    from hubbub.learn.training import products

    prompt = model.prompts.get(model.default_prompt_name)  # as its encode() puts before each text
    order = np.argsort([len(text) for text in texts], kind="stable")
    parts = []
    with products():
        for rows in np.array_split(order, _CHUNKS):
            if len(rows):
                features = batch_to_device(model.preprocess([texts[row] for row in rows], prompt=prompt), model.device)
                parts.append(model(features)["sentence_embedding"].float())
    back = torch.from_numpy(np.argsort(order, kind="stable")).to(model.device)
    return torch.cat(parts)[back]


def library_files(model: Any) -> tuple[dict[str, Any], dict[str, np.ndarray[Any, Any]], dict[str, bytes]]:  # noqa: ANN401
    """Return a SentenceTransformer as its library saves it: config.json, tensors, and the other files by name."""
    from safetensors.numpy import load_file

    with TemporaryDirectory() as name, quiet():
        folder = Path(name)
        model.save_pretrained(name, create_model_card=False)
        files = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}
        config = json.loads(files.pop("config.json").read_bytes())
        tensors = load_file(files.pop("model.safetensors"))
        return config, tensors, {name: path.read_bytes() for name, path in files.items()}
