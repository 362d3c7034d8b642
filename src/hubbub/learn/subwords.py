"""Documents → a subword tokenizer of Unigram, BPE or WordPiece that keeps emotes whole.

An emote is one word with one meaning, whatever letters it is made of. It is put into the vocabulary of the subword
model itself, as a word that wins over its parts, and not among the added tokens, which are looked for one by one in
every text: thousands of those make a tokenizer unusable. Trained and run by Hugging Face's ``tokenizers``; the result
is a ``tokenizer.json`` that ``transformers`` loads as it is.

Sources: Kudo 2018, "Subword Regularization" (Unigram); Sennrich, Haddow and Birch 2016, "Neural Machine Translation of
Rare Words with Subword Units" (BPE); Schuster and Nakajima 2012, "Japanese and Korean Voice Search" (WordPiece).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from hubbub.errors import MissingExtraError, RecordError

Kind = Literal["unigram", "bpe", "wordpiece"]
PAD, UNKNOWN, BEGIN, END, MASK = "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"
PLACEHOLDERS = ("<mention>", "<url>")
SPECIALS = (PAD, UNKNOWN, BEGIN, END, MASK, *PLACEHOLDERS)
LENGTH = 512
"""Tokens that the encoders trained with it read, at most."""
_WORD = "▁"
_MAX_PIECE = 24
_MAX_LETTERS = 1_000
"""Kinds of letters kept; the rest of the world's are unknown, as no vocabulary of this size holds all of them."""
_MIN_WORDS = 1_000
_NEARLY = 0.97


def train_subwords(documents: Sequence[str], *, kind: Kind, n_tokens: int, emotes: Iterable[str] = ()) -> bytes:
    """Return the ``tokenizer.json`` of a tokenizer trained on documents.

    Parameters
    ----------
    documents : sequence of str
        Texts with words apart by blanks.
    kind : {"unigram", "bpe", "wordpiece"}
    n_tokens : int
        Size of the vocabulary, special tokens and emotes included; it may become a few tokens smaller, as emotes can be
        learned pieces too, and Unigram stops somewhat short.
    emotes : iterable of str
        Words that stay whole, most frequent first, at most a quarter of the vocabulary; those that are no single word
        are left out.

    Raises
    ------
    RecordError
        When the documents have too few different words for such a vocabulary.
    MissingExtraError
        When `tokenizers` is not installed.
    """
    whole = [word for word in dict.fromkeys(emotes) if word and not any(c.isspace() for c in word)][: n_tokens // 4]
    n_learned = n_tokens - len(whole)
    n_words = len({word for document in documents for word in document.split()})
    if n_words < _MIN_WORDS:
        raise RecordError(
            f"A tokenizer needs at least {_MIN_WORDS:,} different words to learn from; the texts have {n_words:,}. "
            "Add streams."
        )
    if n_learned <= len(SPECIALS) + 256:
        raise RecordError(f"The vocabulary must be larger than {len(whole) + len(SPECIALS) + 256:,}, was {n_tokens:,}.")
    tokenizer = _train(documents, kind, n_learned)
    state = json.loads(tokenizer.to_str())
    n_found = tokenizer.get_vocab_size()
    if n_found < _NEARLY * n_learned:
        raise RecordError(
            f"The texts have pieces for a vocabulary of {n_found + len(whole):,}, not of {n_tokens:,}. "
            f"Add streams, or ask for fewer with --vocabulary {(n_found + len(whole)) // 1000 * 1000 or n_found}."
        )
    _add_whole(state["model"], kind, whole)
    return json.dumps(state, ensure_ascii=False, indent=1).encode()


def load_subwords(content: bytes) -> Any:  # noqa: ANN401 - the library has no types
    """Return the tokenizer of a ``tokenizer.json``: ``tokenizers.Tokenizer``."""
    return _library().Tokenizer.from_str(content.decode())


def describe_subwords(content: bytes, texts: Sequence[str], emotes: Sequence[Sequence[str]]) -> dict[str, float]:
    """Return how a tokenizer does on texts that it was not trained on.

    Parameters
    ----------
    content : bytes
        The ``tokenizer.json``.
    texts, emotes : (n_texts,) sequences
        The texts, and the emotes in each.

    Returns
    -------
    dict
        ``tokens_per_message, characters_per_token, unknown_share`` (of tokens), ``emotes_whole_share`` (of the emotes
        in the texts, those that are one token).
    """
    tokenizer = load_subwords(content)
    encoded = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    pieces = [encoding.tokens for encoding in encoded]
    return describe_pieces(pieces, texts, emotes, UNKNOWN)


def describe_pieces(
    pieces: Sequence[Sequence[str]], texts: Sequence[str], emotes: Sequence[Sequence[str]], unknown: str
) -> dict[str, float]:
    """Return the figures of ``describe_subwords`` for texts that any tokenizer cut into pieces."""
    n_tokens = sum(len(one) for one in pieces)
    n_unknown = sum(piece == unknown for one in pieces for piece in one)
    n_emotes = n_whole = 0
    for one, names in zip(pieces, emotes, strict=True):
        found = Counter(piece.removeprefix(_WORD) for piece in one)
        for name, n in Counter(names).items():
            n_emotes, n_whole = n_emotes + n, n_whole + min(n, found[name])
    return {
        "tokens_per_message": n_tokens / max(len(texts), 1),
        "characters_per_token": sum(map(len, texts)) / max(n_tokens, 1),
        "unknown_share": n_unknown / max(n_tokens, 1),
        "emotes_whole_share": n_whole / max(n_emotes, 1),
    }


def transformers_files(content: bytes) -> dict[str, bytes]:
    """Return the files beside the config that let ``transformers.AutoTokenizer`` load the tokenizer."""
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": LENGTH,
        "pad_token": PAD,
        "unk_token": UNKNOWN,
        "cls_token": BEGIN,
        "sep_token": END,
        "mask_token": MASK,
        "clean_up_tokenization_spaces": False,
    }
    return {"tokenizer.json": content, "tokenizer_config.json": json.dumps(config, indent=2).encode() + b"\n"}


def _library() -> Any:  # noqa: ANN401 - the library has no types
    try:
        import tokenizers
    except ImportError as error:
        raise MissingExtraError("train-tokenizer", "tokenizers", "train") from error
    return tokenizers


def _train(documents: Sequence[str], kind: Kind, n_tokens: int) -> Any:  # noqa: ANN401
    library = _library()
    models, trainers, before = library.models, library.trainers, library.pre_tokenizers
    # What stands for a word takes the blank before it, as a word does.
    special = [library.AddedToken(name, special=True, lstrip=name in (MASK, *PLACEHOLDERS)) for name in SPECIALS]
    shared: dict[str, Any] = {"vocab_size": n_tokens, "special_tokens": special, "show_progress": False}
    make: dict[str, Callable[[], tuple[Any, Any, Any, Any]]] = {
        "unigram": lambda: (
            models.Unigram(),
            trainers.UnigramTrainer(unk_token=UNKNOWN, max_piece_length=_MAX_PIECE, **shared),
            before.Metaspace(replacement=_WORD, prepend_scheme="always"),
            library.decoders.Metaspace(replacement=_WORD, prepend_scheme="always"),
        ),
        "bpe": lambda: (
            models.BPE(unk_token=UNKNOWN, ignore_merges=True),
            trainers.BpeTrainer(limit_alphabet=_MAX_LETTERS, max_token_length=_MAX_PIECE, **shared),
            before.Metaspace(replacement=_WORD, prepend_scheme="always"),
            library.decoders.Metaspace(replacement=_WORD, prepend_scheme="always"),
        ),
        "wordpiece": lambda: (
            models.WordPiece(unk_token=UNKNOWN, max_input_chars_per_word=200),
            trainers.WordPieceTrainer(limit_alphabet=_MAX_LETTERS, **shared),
            before.WhitespaceSplit(),
            library.decoders.WordPiece(),
        ),
    }
    model, trainer, splitter, decoder = make[kind]()
    tokenizer = library.Tokenizer(model)
    tokenizer.normalizer = library.normalizers.NFC()
    tokenizer.pre_tokenizer, tokenizer.decoder = splitter, decoder
    tokenizer.train_from_iterator(documents, trainer)
    ends = [(name, tokenizer.token_to_id(name)) for name in (BEGIN, END)]
    tokenizer.post_processor = library.processors.TemplateProcessing(
        single=f"{BEGIN} $A {END}", pair=f"{BEGIN} $A {END} $B:1 {END}:1", special_tokens=ends
    )
    return tokenizer


def _add_whole(model: dict[str, Any], kind: Kind, words: Sequence[str]) -> None:
    """Put words into the vocabulary of a trained model so that they are one token where they stand alone."""
    if kind == "unigram":
        vocabulary: list[list[Any]] = model["vocab"]
        scores = {piece for piece, _ in vocabulary}
        for word in words:
            piece = _WORD + word
            if piece in scores:
                next(entry for entry in vocabulary if entry[0] == piece)[1] = 0.0
            else:
                # The score of a certain piece: no product of parts' probabilities is larger.
                vocabulary.append([piece, 0.0])
        return
    prefix = _WORD if kind == "bpe" else ""
    ids: dict[str, int] = model["vocab"]
    for word in words:
        ids.setdefault(prefix + word, len(ids))
