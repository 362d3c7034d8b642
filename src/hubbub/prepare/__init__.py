"""Raw text to clean text, emotes, language and message types; pure functions."""

from hubbub.prepare.preparation import Preparation, prepare_stream, prepare_texts

__all__ = ["Preparation", "prepare_stream", "prepare_texts"]
