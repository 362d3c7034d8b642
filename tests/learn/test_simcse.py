"""Tests of contrastive training on a tiny network: its loss, its end, and that a run which was stopped is the same."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.tiny_network import write_network

from hubbub.errors import ArtifactError, HubbubError
from hubbub.learn.pairs import Lesson, Settings

torch = pytest.importorskip("torch")
pytest.importorskip("sentence_transformers")

from hubbub.learn.simcse import load_start, ranking_loss, train  # noqa: E402

TOPICS = {"son": "on entend pas le son micro volume bas casse", "jeu": "ce boss est trop dur esquive soin arme mort"}
SETTINGS = Settings(n_epochs=2, batch=16, learning_rate=5e-3, neighbor_seconds=2.0, seed=3)


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def make_lesson() -> Lesson:
    """Return messages of two subjects that take turns every ten seconds."""
    rng = np.random.default_rng(0)
    texts = []
    for i in range(240):
        words = TOPICS[("son", "jeu")[i // 20 % 2]].split()
        texts.append(" ".join([*rng.choice(words, 3), f"n{i % 50}"]))
    return Lesson(texts, np.arange(240), np.zeros(240, np.int64), np.arange(240) / 2)


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_network(tmp_path_factory.mktemp("network"), make_lesson().texts)


class Stopped(Exception):  # noqa: N818
    """As if the run were killed."""


def run(start: Path, checkpoint: Path | None = None, stop_at: int | None = None):
    def progress(done: int, n: int) -> None:
        if done == stop_at:
            raise Stopped

    model = load_start(start)
    return model, train(model, make_lesson(), SETTINGS, checkpoint=checkpoint, progress=progress)


def weights(model) -> dict:
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def same(one: dict, other: dict) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_without_a_mask_the_loss_is_that_of_sentence_transformers(start: Path):
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

    torch.manual_seed(0)
    one, other = torch.randn(7, 5), torch.randn(7, 5)
    theirs = MultipleNegativesRankingLoss(load_start(start)).compute_loss_from_embeddings([one, other], torch.arange(7))
    ours = ranking_loss(one, other, torch.zeros(7, 7, dtype=torch.bool), 20.0)
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-5)
    mask = torch.zeros(7, 7, dtype=torch.bool)
    mask[0, 1:] = True  # nothing is left to be told apart from the first
    rest = torch.nn.functional.cross_entropy(
        torch.nn.functional.normalize(one) @ torch.nn.functional.normalize(other).T * 20,
        torch.arange(7),
        reduction="none",
    )[1:]
    assert ranking_loss(one, other, mask, 20.0).item() == pytest.approx(rest.sum().item() / 7, rel=1e-5)


def test_the_same_seed_gives_the_same_weights_and_a_stopped_run_goes_on_to_them(start: Path, tmp_path: Path):
    first, curve = run(start)
    assert same(weights(first), weights(run(start)[0]))
    checkpoint = tmp_path / "checkpoint.safetensors"
    with pytest.raises(Stopped):
        run(start, checkpoint, stop_at=17)
    assert checkpoint.exists()
    resumed, same_curve = run(start, checkpoint)
    assert same(weights(first), weights(resumed))
    assert [row["loss"] for row in curve] == [row["loss"] for row in same_curve]
    assert curve[-1]["step"] == 30
    assert curve[-1]["loss"] < curve[0]["loss"]


def test_training_brings_what_is_said_at_one_moment_together(start: Path):
    lesson = make_lesson()
    subjects = np.arange(240) // 20 % 2
    settings = replace(SETTINGS, n_epochs=8, neighbor_share=1.0, learning_rate=2e-3)

    def apart(model) -> float:
        vectors = model.encode(lesson.texts, normalize_embeddings=True, show_progress_bar=False)
        cosines = vectors @ vectors.T
        alike = subjects[:, None] == subjects[None, :]
        return float((cosines[alike].mean() - cosines[~alike].mean()) / cosines.std())

    model, shuffled = load_start(start, "mean"), load_start(start, "mean")
    train(model, lesson, settings)
    texts = np.random.default_rng(0).permutation(lesson.texts).tolist()
    train(shuffled, replace(lesson, texts=texts), settings)
    assert apart(model) > apart(shuffled) + 0.5


def test_a_checkpoint_of_another_run_or_none_at_all_is_not_used(start: Path, tmp_path: Path):
    checkpoint = tmp_path / "checkpoint.safetensors"
    with pytest.raises(Stopped):
        run(start, checkpoint, stop_at=17)
    kept = checkpoint.read_bytes()
    with pytest.raises(HubbubError, match="another run"):
        train(load_start(start), make_lesson(), Settings(batch=16, seed=9), checkpoint=checkpoint)
    for name, texts, seed in (("smaller", make_lesson().texts[:20], 0), ("as large", make_lesson().texts, 1)):
        other = write_network(tmp_path / name, texts, seed=seed)
        with pytest.raises(HubbubError, match="another run"):
            run(other, checkpoint)
    assert checkpoint.read_bytes() == kept
    checkpoint.write_bytes(kept[:1000])
    with pytest.raises(ArtifactError, match="cannot be read"):
        run(start, checkpoint)


def test_minutes_end_a_run_with_a_rate_of_nothing(start: Path):
    settings = Settings(n_epochs=10_000, batch=16, seed=3)
    curve = train(load_start(start), make_lesson(), settings, minutes=0.02)
    assert 0.9 <= curve[-1]["seconds"] < 20
    assert curve[-1]["learning_rate"] < 0.3 * settings.learning_rate


@pytest.mark.parametrize("kind", ["bert", "convbert"])
def test_a_network_without_dropout_gets_it(kind: str, tmp_path: Path):
    folder = write_network(tmp_path / "network", ["a b"], kind=kind, dropout=0.0)
    rates = {module.p for module in load_start(folder).modules() if isinstance(module, torch.nn.Dropout)}
    assert rates == {0.1}


def test_what_is_no_network_is_said(tmp_path: Path):
    with pytest.raises(ArtifactError, match=r"config\.json"):
        load_start(tmp_path / "nowhere")
    folder = write_network(tmp_path / "broken", ["a b"])
    content = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(content[: len(content) // 2])
    with pytest.raises(ArtifactError, match="cannot be loaded"):
        load_start(folder)
    (folder / "config.json").write_text('{"model_type": "nothing-like-it"}')
    with pytest.raises(ArtifactError, match="cannot be loaded"):
        load_start(folder)


def test_rows_that_no_text_has_stay_and_the_others_are_trained_as_in_the_whole_table(tmp_path: Path, monkeypatch):
    lesson = make_lesson()
    folder = write_network(tmp_path / "wide", [*lesson.texts, *(f"word{i}" for i in range(400))])
    found = {}
    monkeypatch.setattr("hubbub.learn.used_rows._LARGE", 0)
    for name, share in (("few", 0.5), ("whole", 0.0)):
        monkeypatch.setattr("hubbub.learn.used_rows._WORTH_IT", share)
        model = load_start(folder)
        before = model[0].auto_model.get_input_embeddings().weight.clone()
        train(model, lesson, SETTINGS)
        table = model[0].auto_model.get_input_embeddings()
        assert isinstance(table, torch.nn.Embedding)
        found[name] = weights(model)
        ids = sorted(set(model.tokenizer(" ".join(lesson.texts[:60]))["input_ids"]))
        assert (table.weight[ids] != before[ids]).any()
    unseen = model.tokenizer.convert_tokens_to_ids([f"word{i}" for i in range(400)])
    name = next(name for name in found["few"] if name.endswith("word_embeddings.weight"))
    assert torch.equal(found["few"][name][unseen], before[unseen])
    for key, tensor in found["few"].items():
        # The optimizer's decay shrinks what no text has; nothing else touches it.
        left_out = unseen if key == name else []
        one, other = (np.delete(part.numpy(), left_out, axis=0) for part in (tensor, found["whole"][key]))
        assert np.allclose(one, other, atol=2e-4), key
