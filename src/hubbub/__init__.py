"""Collect, keep, model and explain what crowds write.

The Python API: every command (what changes an archive or makes a file) and every query (what only reads), as one
function each. The command line and the REST server offer the same functions under the same names.

>>> import hubbub
>>> report = hubbub.simulate("demo-archive")                 # doctest: +SKIP
>>> hubbub.find_topics("demo-archive")                       # doctest: +SKIP
>>> hubbub.topics("demo-archive", limit=10)                  # doctest: +SKIP
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hubbub.commands.buzz import watch_buzz as watch_buzz
    from hubbub.commands.collect import collect as collect
    from hubbub.commands.compare_sentiment import compare_sentiment as compare_sentiment
    from hubbub.commands.draw import draw as draw
    from hubbub.commands.electra import train_electra as train_electra
    from hubbub.commands.embed import embed as embed
    from hubbub.commands.emotes import learn_emotes as learn_emotes
    from hubbub.commands.encoders import save_encoder as save_encoder
    from hubbub.commands.export import export as export
    from hubbub.commands.film import film as film
    from hubbub.commands.forget import forget as forget
    from hubbub.commands.highlights import export_highlights as export_highlights
    from hubbub.commands.ingest import ingest as ingest
    from hubbub.commands.live import follow as follow
    from hubbub.commands.masked import train_mlm as train_mlm
    from hubbub.commands.package_model import package_model as package_model
    from hubbub.commands.prepare import prepare as prepare
    from hubbub.commands.publish import publish as publish
    from hubbub.commands.report import report as report
    from hubbub.commands.sentiment import score_sentiment as score_sentiment
    from hubbub.commands.sentiment import train_sentiment as train_sentiment
    from hubbub.commands.simcse import train_simcse as train_simcse
    from hubbub.commands.simulate import simulate as simulate
    from hubbub.commands.static import train_static as train_static
    from hubbub.commands.tokenizers import train_tokenizer as train_tokenizer
    from hubbub.commands.topics import find_topics as find_topics
    from hubbub.commands.watch import watch as watch
    from hubbub.queries.activity import activity as activity
    from hubbub.queries.archive import gaps as gaps
    from hubbub.queries.archive import status as status
    from hubbub.queries.archive import streams as streams
    from hubbub.queries.archive import table as table
    from hubbub.queries.buzz import alerts as alerts
    from hubbub.queries.cosines import similarity as similarity
    from hubbub.queries.decay import similarity_decay as similarity_decay
    from hubbub.queries.describe_texts import describe_texts as describe_texts
    from hubbub.queries.evaluation import evaluate_encoder as evaluate_encoder
    from hubbub.queries.highlights import highlights as highlights
    from hubbub.queries.live import live_log as live_log
    from hubbub.queries.live import live_topics as live_topics
    from hubbub.queries.message_types import copypasta as copypasta
    from hubbub.queries.message_types import message_types as message_types
    from hubbub.queries.mood import mood as mood
    from hubbub.queries.pages import page as page
    from hubbub.queries.polls import polls as polls
    from hubbub.queries.questions import questions as questions
    from hubbub.queries.scores import score_topics as score_topics
    from hubbub.queries.sentiment import sentiment as sentiment
    from hubbub.queries.sentiment_models import load_sentiment as load_sentiment
    from hubbub.queries.similar import similar as similar
    from hubbub.queries.similarity import topic_similarity as topic_similarity
    from hubbub.queries.similarity import topic_tree as topic_tree
    from hubbub.queries.topics import episodes as episodes
    from hubbub.queries.topics import top_topics as top_topics
    from hubbub.queries.topics import topic_map as topic_map
    from hubbub.queries.topics import topic_trend as topic_trend
    from hubbub.queries.topics import topics as topics

__version__ = "0.1.0"

COMMANDS = {
    "report": "hubbub.commands.report",
    "ingest": "hubbub.commands.ingest",
    "collect": "hubbub.commands.collect",
    "watch": "hubbub.commands.watch",
    "simulate": "hubbub.commands.simulate",
    "prepare": "hubbub.commands.prepare",
    "embed": "hubbub.commands.embed",
    "find_topics": "hubbub.commands.topics",
    "draw": "hubbub.commands.draw",
    "film": "hubbub.commands.film",
    "follow": "hubbub.commands.live",
    "watch_buzz": "hubbub.commands.buzz",
    "export": "hubbub.commands.export",
    "export_highlights": "hubbub.commands.highlights",
    "forget": "hubbub.commands.forget",
    "save_encoder": "hubbub.commands.encoders",
    "train_sentiment": "hubbub.commands.sentiment",
    "learn_emotes": "hubbub.commands.emotes",
    "score_sentiment": "hubbub.commands.sentiment",
    "train_tokenizer": "hubbub.commands.tokenizers",
    "train_electra": "hubbub.commands.electra",
    "train_mlm": "hubbub.commands.masked",
    "compare_sentiment": "hubbub.commands.compare_sentiment",
    "package_model": "hubbub.commands.package_model",
    "train_static": "hubbub.commands.static",
    "train_simcse": "hubbub.commands.simcse",
    "publish": "hubbub.commands.publish",
}
"""Where each command is, in the order of the help."""

QUERIES = {
    "status": "hubbub.queries.archive",
    "streams": "hubbub.queries.archive",
    "gaps": "hubbub.queries.archive",
    "table": "hubbub.queries.archive",
    "activity": "hubbub.queries.activity",
    "topics": "hubbub.queries.topics",
    "episodes": "hubbub.queries.topics",
    "topic_trend": "hubbub.queries.topics",
    "top_topics": "hubbub.queries.topics",
    "topic_map": "hubbub.queries.topics",
    "topic_tree": "hubbub.queries.similarity",
    "topic_similarity": "hubbub.queries.similarity",
    "similarity_decay": "hubbub.queries.decay",
    "similar": "hubbub.queries.similar",
    "similarity": "hubbub.queries.cosines",
    "message_types": "hubbub.queries.message_types",
    "questions": "hubbub.queries.questions",
    "polls": "hubbub.queries.polls",
    "copypasta": "hubbub.queries.message_types",
    "highlights": "hubbub.queries.highlights",
    "live_log": "hubbub.queries.live",
    "live_topics": "hubbub.queries.live",
    "describe_texts": "hubbub.queries.describe_texts",
    "sentiment": "hubbub.queries.sentiment",
    "mood": "hubbub.queries.mood",
    "alerts": "hubbub.queries.buzz",
    "page": "hubbub.queries.pages",
    "score_topics": "hubbub.queries.scores",
    "evaluate_encoder": "hubbub.queries.evaluation",
}
"""Where each query is, in the order of the help."""

LOADERS = {"load_sentiment": "hubbub.queries.sentiment_models"}
"""What programs keep to call again and again; the command line and REST have no use for it."""

__all__ = [*COMMANDS, *QUERIES, *LOADERS]  # noqa: PLE0604 - the names above, once


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the functions differ in their signatures
    module = COMMANDS.get(name) or QUERIES.get(name) or LOADERS.get(name)
    if module is None:
        raise AttributeError(f"module 'hubbub' has no attribute '{name}'")
    return getattr(import_module(module), name)


def __dir__() -> list[str]:
    return [*globals(), *COMMANDS, *QUERIES, *LOADERS]


class _Package(ModuleType):
    """The package itself: its ``embed`` and ``prepare`` are the commands and not the rooms of that name.

    Python binds a subpackage as an attribute of its parent when it is imported; for these names it must not.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (isinstance(value, ModuleType) and name in COMMANDS):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
