"""Tests of the training loop: it learns, it ends, and it touches nothing of others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tests.learn import tiny

from hubbub.errors import ArtifactError
from hubbub.learn.electra import copy_discriminator, examine, sample
from hubbub.learn.training import fit, last_checkpoint, rate_at
from hubbub.measures import area_under_roc


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def weights(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in model.state_dict().items()}


def test_same_seed_same_weights_and_the_loss_falls(tmp_path: Path):
    found = []
    for name in ("a", "b"):
        model = tiny.make_electra()
        twin = copy_discriminator(model)
        log = fit(model, tiny.make_rows(), tiny.SETTINGS, tmp_path / name, plan={})
        found.append(weights(model))
    assert all(torch.equal(found[0][key], found[1][key]) for key in found[0])
    assert any(not torch.equal(value, found[0][f"discriminator.{key}"]) for key, value in twin[0].state_dict().items())
    judged = examine(model, twin, tiny.make_rows(seed=1), batch_rows=8, seed=0)
    trained, untrained = (area_under_roc(scores, judged.replaced) for scores in (judged.trained, judged.untrained))
    assert trained > untrained + 0.05
    told = [entry for entry in log if "loss" in entry]
    assert told
    assert {"generator_loss", "discriminator_loss", "seconds"} <= told[-1].keys()


def test_a_run_that_is_over_is_not_trained_again(tmp_path: Path):
    model = tiny.make_electra()
    settings = replace(tiny.SETTINGS, n_steps=4)
    log = fit(model, tiny.make_rows(), settings, tmp_path / "c", plan={})
    again = tiny.make_electra(seed=8)
    steps: list[int] = []
    assert fit(again, tiny.make_rows(), settings, tmp_path / "c", plan={}, progress=lambda n, _: steps.append(n))
    assert steps == []
    expected = weights(model)
    assert all(torch.equal(value, expected[name]) for name, value in weights(again).items())
    assert max(entry["step"] for entry in log) == 4


def test_it_ends_by_the_clock(tmp_path: Path):
    settings = replace(tiny.SETTINGS, n_epochs=1e6, minutes=0.01)
    log = fit(tiny.make_electra(), tiny.make_rows(), settings, tmp_path / "c", plan={})
    seconds = max(entry["seconds"] for entry in log)
    assert seconds >= 0.6
    assert last_checkpoint(tmp_path / "c") is not None


def test_a_checkpoint_that_was_not_written_to_its_end_is_passed_over(tmp_path: Path):
    for step, content in ((3, '{"global_step": 3}'), (10, "{"), (12, None)):
        (tmp_path / f"checkpoint-{step}").mkdir()
        if content is not None:
            (tmp_path / f"checkpoint-{step}" / "trainer_state.json").write_text(content)
    assert last_checkpoint(tmp_path) == tmp_path / "checkpoint-3"


def test_checkpoints_of_another_run_are_not_touched(tmp_path: Path):
    settings = replace(tiny.SETTINGS, n_steps=3)
    fit(tiny.make_electra(), tiny.make_rows(), settings, tmp_path / "c", plan={"learning_rate": 1})
    before = sorted(path.name for path in (tmp_path / "c").rglob("*"))
    with pytest.raises(ArtifactError, match="another run; different: learning_rate"):
        fit(tiny.make_electra(), tiny.make_rows(), settings, tmp_path / "c", plan={"learning_rate": 2})
    assert sorted(path.name for path in (tmp_path / "c").rglob("*")) == before
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("x")
    with pytest.raises(ArtifactError, match="holds something else"):
        fit(tiny.make_electra(), tiny.make_rows(), settings, tmp_path / "mine", plan={})
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("damage", ["cut", "shape"])
def test_a_checkpoint_that_does_not_fit_is_named(tmp_path: Path, damage: str, monkeypatch: pytest.MonkeyPatch):
    settings = replace(tiny.SETTINGS, n_steps=3)
    fit(tiny.make_electra(), tiny.make_rows(), settings, tmp_path / "c", plan={})
    if damage == "cut":
        file = tmp_path / "c" / "checkpoint-3" / "model.safetensors"
        file.write_bytes(file.read_bytes()[:1000])
    else:
        monkeypatch.setitem(tiny.shapes.SHAPES, "tiny", (tiny.tiny, 4))
    with pytest.raises(ArtifactError, match="checkpoint-3 must hold the weights of this model"):
        fit(tiny.make_electra(), tiny.make_rows(), replace(settings, n_steps=6), tmp_path / "c", plan={})


def test_samples_follow_the_probabilities():
    torch.manual_seed(0)
    probabilities = torch.tensor([0.5, 0.0, 0.3, 0.2])
    drawn = sample(probabilities.log().expand(20_000, 4))
    shares = torch.bincount(drawn, minlength=4) / len(drawn)
    torch.testing.assert_close(shares, probabilities, atol=0.015, rtol=0)
    assert shares[1] == 0


def test_schedules():
    assert rate_at(1.0, "cosine", 0.0) == pytest.approx(0)
    assert rate_at(0.5, "cosine", 0.0) == pytest.approx(0.5)
    assert rate_at(0.9, "constant", 0.1) == 1.0
    assert rate_at(1.2, "linear", 0.1) == 0.0


@pytest.mark.parametrize(("n_epochs", "share"), [(1.0, 0.0), (2.0, 0.1)])
def test_there_is_dropout_where_a_row_is_seen_again(tmp_path: Path, n_epochs: float, share: float):
    model = tiny.make_electra()
    fit(model, tiny.make_rows(), replace(tiny.SETTINGS, n_epochs=n_epochs, n_steps=1), tmp_path / "c", plan={})
    found = {module.p for module in model.modules() if isinstance(module, torch.nn.Dropout)}
    assert found == {share}
    assert model.discriminator.config.hidden_dropout_prob == 0.1  # as it is saved
