"""Networks: they learn what a bag of words cannot, their losses are those of their log-odds, batches do not matter."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import log_loss

from hubbub.errors import ArtifactError, HubbubError

torch = pytest.importorskip("torch")

from hubbub.learn import network_parts, network_training, networks  # noqa: E402
from hubbub.learn.networks import (  # noqa: E402
    Lesson,
    NetworkSettings,
    Recurrence,
    Vocabulary,
    train_dense,
    train_recurrent,
    tune_transformer,
)
from hubbub.measures import repeat_keys, split_groups  # noqa: E402

SMALL = NetworkSettings(batch=20, epochs=8, embedding=32)


def _order_matters(n: int, n_classes: int = 2) -> tuple[list[str], np.ndarray]:
    """Texts of the same words; only their order tells the class (of three: or a third word)."""
    rng = np.random.default_rng(1)
    targets = rng.integers(0, n_classes, n)
    said = [("one two", "two one", "two two")[target] for target in targets]
    ends = [" ".join(rng.choice(list("abcdefgh"), rng.integers(1, 4))) for _ in range(n)]
    return [f"{text} {end}{i % 7}" for i, (text, end) in enumerate(zip(said, ends, strict=True))], targets


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    words, targets = _order_matters(600)
    return Lesson(words, targets, 2)


@pytest.fixture(scope="module")
def lstm(lesson: Lesson):
    return train_recurrent(lesson, Recurrence("lstm", dropout=0.1, l2=0.0), SMALL)


def _shares(odds: np.ndarray) -> np.ndarray:
    shown = np.exp(odds - odds.max(axis=1, keepdims=True))
    return shown / shown.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("cell", ["lstm", "both", "rnn"])
def test_the_order_of_words_is_learned(lesson: Lesson, lstm, cell: str):
    if cell == "lstm":
        scorer = lstm
    else:
        kind = Recurrence("rnn", dropout=0.1, l2=0.0) if cell == "rnn" else Recurrence("lstm", True, 0.1, 0.0)
        scorer = train_recurrent(lesson, kind, SMALL)
    words, targets = _order_matters(200)
    assert (scorer.score(words).argmax(axis=1) == targets).mean() > 0.95
    losses = [epoch["train_loss"] for epoch in scorer.curve]
    assert len(losses) == SMALL.epochs
    assert losses[-1] < losses[0] / 2


def test_the_loss_of_the_curve_is_that_of_the_probabilities(lesson: Lesson, lstm):
    back = lstm.kept_back
    assert 0 < len(back) < len(lesson.words) / 4
    shares = _shares(lstm.score([lesson.words[i] for i in back]))
    last = lstm.curve[-1]
    assert last["validation_loss"] == pytest.approx(log_loss(lesson.targets[back], shares[:, 1]), abs=1e-5)
    assert last["validation_accuracy"] == np.mean(shares.argmax(axis=1) == lesson.targets[back])


def test_the_loss_of_three_classes_too():
    words, targets = _order_matters(400, 3)
    scorer = train_recurrent(Lesson(words, targets, 3), Recurrence("lstm", dropout=0.0, l2=0.0), SMALL)
    odds = scorer.score([words[i] for i in scorer.kept_back])
    assert odds.shape == (len(scorer.kept_back), 3)
    expected = log_loss(targets[scorer.kept_back], _shares(odds), labels=[0, 1, 2])
    assert scorer.curve[-1]["validation_loss"] == pytest.approx(expected, abs=1e-5)


def test_a_text_scores_the_same_alone_and_among_others(lstm):
    texts = ["one two", "", "two one a b c " * 9, "words that nobody met", "one"]
    together = lstm.score(texts)
    assert np.isfinite(together).all()
    np.testing.assert_allclose(together, np.concatenate([lstm.score([text]) for text in texts]), atol=1e-5)
    assert lstm.score([]).shape == (0, 2)


def test_the_same_seed_is_the_same_network_and_the_generator_is_left_alone():
    words, targets = _order_matters(80)
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    few = NetworkSettings(batch=20, epochs=1)
    one, other, third = (
        train_recurrent(Lesson(words, targets, 2, seed), settings=few).score(words[:9]) for seed in (0, 0, 1)
    )
    assert torch.equal(before, torch.random.get_rng_state())
    np.testing.assert_array_equal(one, other)
    assert np.abs(one - third).max() > 1e-4


def test_parameters_are_counted_by_hand():
    words, targets = _order_matters(60)
    few = NetworkSettings(vocabulary=6, embedding=8, epochs=1)
    dense = 128 * 64 + 64 + 64 + 1
    lstm = 4 * (128 * 8 + 128 * 128 + 2 * 128)
    own = train_recurrent(Lesson(words, targets, 2), settings=few)
    assert own.n_parameters == 8 * 8 + lstm + dense
    given = train_recurrent(
        Lesson(words, targets, 2), settings=few, make_vectors=lambda texts, words: np.ones((len(words), 8), np.float32)
    )
    assert given.n_parameters == lstm + dense


def test_a_vocabulary_is_of_the_most_frequent_words_of_several_texts():
    vocabulary = Vocabulary(["b a a", "b a", "c c c", "b d", "d"], 2)
    assert vocabulary.words == ["", "", "b", "a"]
    assert vocabulary.encode(["a b c", "", "b b b b"], 3).tolist() == [[3, 2, 1], [1, 0, 0], [2, 2, 2]]


def test_words_of_rows_kept_back_are_not_in_the_vocabulary():
    seen = []

    def keep(texts, words):
        seen.append((texts, words))
        return np.ones((len(words), 4), np.float32)

    words = [f"same w{i // 2} tail{i}" for i in range(200)]
    scorer = train_recurrent(Lesson(words, np.arange(200) % 2, 2), settings=SMALL, make_vectors=keep)
    back = {words[i] for i in scorer.kept_back}
    (texts, vocabulary), *_ = seen
    assert not back & set(texts)
    assert set(vocabulary) <= {"", *" ".join(texts).split()}


def test_rows_are_kept_back_of_what_a_split_by_the_same_seed_left():
    texts = [f"text number {''.join(chr(97 + int(d)) for d in str(i))}" for i in range(2000)]
    left = [text for text, out in zip(texts, split_groups(repeat_keys(texts), 0.1, seed=0), strict=True) if not out]
    words = [*left, *left[:300]]  # near-repeats are on one side
    used, back = networks.keep_some_back(Lesson(words, np.zeros(len(words), np.int64), 2, seed=0))
    assert 0.07 < len(back) / len(words) < 0.13
    assert not {words[i] for i in used} & {words[i] for i in back}


def test_squared_weights_leave_out_vectors_and_biases():
    network = network_parts.Recurrent(5, 3, Recurrence("rnn"), 1, None)
    expected = sum(
        float(w.detach().double().square().sum())
        for name, w in network.named_parameters()
        if "weight" in name and "embedding" not in name
    )
    assert float(network_parts.sum_squares(network).detach()) == pytest.approx(expected, rel=1e-5)


def test_weights_begin_as_wide_as_their_layers_want():
    torch.manual_seed(0)
    network = network_parts.Recurrent(5, 300, Recurrence("lstm"), 1, None)
    named = {name: weight.detach() for name, weight in network.named_parameters()}
    for gate in named["layers.0.weight_hh_l0"].split(128):
        torch.testing.assert_close(gate @ gate.T, torch.eye(128), atol=1e-4, rtol=0)
    for gate in named["layers.0.weight_ih_l0"].split(128):
        assert float(gate.abs().max()) == pytest.approx((6 / (300 + 128)) ** 0.5, rel=0.01)
    forget = named["layers.0.bias_ih_l0"] + named["layers.0.bias_hh_l0"]
    assert forget.split(128)[1].eq(1).all()
    assert forget.sum() == 128
    dense = named["head.1.weight"]
    assert float(dense.abs().max()) == pytest.approx((6 / (128 + 64)) ** 0.5, rel=0.01)


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
@pytest.mark.parametrize("both", [False, True])
def test_each_text_is_read_to_its_own_last_word_as_packed_layers_read(cell: str, both: bool):
    torch.manual_seed(1)
    network = network_parts.Recurrent(50, 6, Recurrence(cell, is_bidirectional=both), 1, None).eval()  # type: ignore[arg-type]
    n_words = torch.tensor([1, 7, 3, 9])
    ids = torch.randint(1, 50, (4, 12)) * (torch.arange(12) < n_words[:, None])
    whole = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM}[cell](6, 128, batch_first=True, bidirectional=both)
    for layer, end in zip(network.layers, ("", "_reverse"), strict=False):
        for name, weight in layer.named_parameters():
            getattr(whole, name + end).data = weight.data
    pack = torch.nn.utils.rnn.pack_padded_sequence
    _, state = whole(pack(network.embedding(ids), n_words, batch_first=True, enforce_sorted=False))
    last = state[0] if cell == "lstm" else state
    torch.testing.assert_close(network(ids), network.head(last.transpose(0, 1).flatten(1)))


def test_batches_are_of_texts_of_one_length_and_hold_each_text_once():
    n_tokens = np.random.default_rng(3).integers(1, 30, 1003)
    rows = (np.arange(30) < n_tokens[:, None]).astype(np.int32)
    cut = [network_training._cut(rows, 50, pool, np.random.default_rng(0)) for pool in (1, 20)]
    for batches in cut:
        assert sorted(np.concatenate(batches)) == list(range(1003))
        assert {len(batch) for batch in batches} <= {20, 21}
    spread, together = (np.mean([np.ptp(n_tokens[batch]) for batch in batches]) for batches in cut)
    assert together < 0.2 * spread
    # The order is drawn: short texts do not come first.
    lengths = [n_tokens[batch].mean() for batch in cut[1]]
    assert abs(np.corrcoef(lengths, np.arange(50))[0, 1]) < 0.4


def test_a_dense_layer_on_vectors_learns_a_direction():
    rng = np.random.default_rng(0)
    table = {f"t{i}x{i}": rng.normal(size=6).astype(np.float32) for i in range(400)} | {"a": np.zeros(6, np.float32)}
    words = [word for word in table if word != "a"]
    targets = np.array([int(table[word][2] > 0) for word in words])
    scorer = train_dense(Lesson(words, targets, 2), lambda texts: np.array([table[t] for t in texts]), SMALL)
    assert (scorer.score(words).argmax(axis=1) == targets).mean() > 0.9


@pytest.fixture(scope="module")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> str:
    transformers = pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("bert")
    entries = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        "one",
        "two",
        *"abcdefgh0123456",
        *(f"##{i}" for i in range(7)),
    ]
    (folder / "vocab.txt").write_text("\n".join(entries))
    transformers.BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(entries), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64
    )
    transformers.BertModel(config).save_pretrained(folder)
    return str(folder)


def test_a_transformer_is_tuned_and_padding_does_not_matter(tiny_bert: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(networks, "_TUNE_EPOCHS", 6)
    monkeypatch.setattr(networks, "_TUNE_RATE", 3e-3)
    words, targets = _order_matters(500)
    scorer = tune_transformer(Lesson(words, targets, 2), tiny_bert)
    assert (scorer.score(words).argmax(axis=1) == targets).mean() > 0.9
    texts = ["one two", "", "two one a b c " * 30]
    alone = np.concatenate([scorer.score([text]) for text in texts])
    # In bf16 sums of another order differ in the third digit.
    np.testing.assert_allclose(scorer.score(texts), alone, atol=0.05)
    assert scorer.score([]).shape == (0, 2)


def test_a_transformer_that_is_none_says_so(tmp_path: Path):
    with pytest.raises(ArtifactError, match="No pretrained transformer"):
        tune_transformer(Lesson(["a"] * 4, np.array([0, 1, 0, 1]), 2), str(tmp_path))


def test_settings_must_be_positive():
    with pytest.raises(ValueError, match="epochs must be at least 1"):
        NetworkSettings(epochs=0)


def test_a_training_that_was_stopped_goes_on_to_the_same_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_training, "_KEPT_SECONDS", 0.0)
    words, targets = _order_matters(200)
    few = NetworkSettings(batch=20, epochs=3, embedding=16)
    whole = train_recurrent(Lesson(words, targets, 2), settings=few)
    checkpoint = tmp_path / "checkpoint.safetensors"

    def stop(done: int, total: int) -> None:
        if done == total // 2 + 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_recurrent(Lesson(words, targets, 2, 0, stop, checkpoint), settings=few)
    seen: list[int] = []
    lesson = Lesson(words, targets, 2, 0, lambda done, total: seen.append(done), checkpoint)
    resumed = train_recurrent(lesson, settings=few)
    assert seen[0] > 2  # it did not begin anew
    assert resumed.curve == whole.curve
    np.testing.assert_array_equal(resumed.score(words[:20]), whole.score(words[:20]))
    with pytest.raises(HubbubError, match="another run"):
        train_recurrent(Lesson(words, targets, 2, 1, checkpoint=checkpoint), settings=few)
