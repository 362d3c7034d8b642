"""Languages: the model, the words, the scripts; and none where there is not enough."""

import numpy as np
import polars as pl
import pytest

from hubbub.prepare import Preparation, prepare_texts
from hubbub.prepare.languages import LATIN, score_texts


def tell(text: str) -> str | None:
    return prepare_texts(Preparation(), [text])["language"][0]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("je ne sais pas ce qui te fait dire ça", "fr"),
        ("jsp ptdr", "fr"),
        ("ok merci", "fr"),
        ("mdrrrr", "fr"),
        ("that was so close", "en"),
        ("idk what he is doing lol", "en"),
        ("WHAT IS THIS", "en"),
        ("das ist doch nicht dein Ernst", "de"),
        ("no sé qué está haciendo", "es"),
        ("non so cosa sta facendo", "it"),
        ("não sei o que ele está fazendo", "pt"),
        ("ik weet niet wat hij doet", "nl"),
        ("saya tidak tahu apa yang dia lakukan", "id"),
        ("こんにちは、みなさん", "ja"),
        ("안녕하세요 여러분", "ko"),
        ("你们今天在做什么", "zh"),
        ("привет всем кто здесь", "ru"),
        ("مرحبا بالجميع هنا", "ar"),
        ("ne yaptığını bilmiyorum", "tr"),
        ("nie wiem co on robi", "pl"),
    ],
)
def test_languages(text: str, language: str) -> None:
    assert tell(text) == language


@pytest.mark.parametrize("text", ["LUL", "a", "lol", "gg", "😂😂", "@bob", "12", "...", "https://x.fr", "草", "+1"])
def test_too_little_has_no_language(text: str) -> None:
    assert tell(text) is None


def test_scores_are_those_of_py3langid() -> None:
    from py3langid import langid

    model = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    model.set_languages(LATIN)
    texts = ["je ne sais pas", "what a play", "das ist gut", "x", "été comme hiver, c'est pareil partout"]
    shares = np.exp(score_texts(texts))
    shares /= shares.sum(axis=1, keepdims=True)
    for text, row in zip(texts, shares, strict=True):
        expected = dict(model.rank(text))
        np.testing.assert_allclose(row, [expected[language] for language in LATIN], atol=2e-3)


def test_a_text_has_the_same_language_alone_and_among_others() -> None:
    texts = ["je ne sais pas", "what a play", "ok merci", "nice", "das ist gut"] * 20
    together = prepare_texts(Preparation(), texts)["language"]
    alone = pl.Series([tell(text) for text in texts], dtype=pl.String)
    assert together.to_list() == alone.to_list()
