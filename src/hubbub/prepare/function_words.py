# ruff: noqa: SIM905 (word lists are read and edited as lines of words)
"""Short forms and function words of English and French, as the preparations for sentiment read them; lower case.

Words that deny are no function words here: sentiment turns on them.
"""

from __future__ import annotations

ENGLISH_ENDINGS = {"n't": "not", "'re": "are", "'ve": "have", "'ll": "will", "'m": "am", "'d": "would", "'s": "is"}
"""What a word's ending after an apostrophe stands for; ``'s`` is read as "is", which it most often is in tweets."""

ENGLISH_SHORT = {
    "can't": "can not",
    "won't": "will not",
    "shan't": "shall not",
    "ain't": "is not",
    "let's": "let us",
    "cant": "can not",
    "wont": "will not",
    "dont": "do not",
    "doesnt": "does not",
    "didnt": "did not",
    "isnt": "is not",
    "arent": "are not",
    "wasnt": "was not",
    "werent": "were not",
    "havent": "have not",
    "hasnt": "has not",
    "hadnt": "had not",
    "couldnt": "could not",
    "shouldnt": "should not",
    "wouldnt": "would not",
    "aint": "is not",
    "im": "i am",
    "ive": "i have",
    "youre": "you are",
    "theyre": "they are",
    "thats": "that is",
    "whats": "what is",
    "hes": "he is",
    "shes": "she is",
    "gonna": "going to",
    "wanna": "want to",
    "gotta": "got to",
    "cannot": "can not",
}
FRENCH_SHORT = {
    "jai": "j ai",
    "jsuis": "je suis",
    "chuis": "je suis",
    "jvais": "je vais",
    "jpp": "je en peux plus",
    "cest": "c est",
    "cetait": "c était",
    "ya": "il y a",
    "pk": "pourquoi",
    "pq": "pourquoi",
    "bcp": "beaucoup",
    "tjrs": "toujours",
    "tjs": "toujours",
    "qqn": "quelqu un",
    "qqch": "quelque chose",
    "ptn": "putain",
    "mtn": "maintenant",
    "tt": "tout",
    "ns": "nous",
    "vs": "vous",
    "pcq": "parce que",
    "jcrois": "je crois",
}
FRENCH_WHOLE = frozenset("aujourd'hui quelqu'un presqu'île prud'homme d'accord".split())
FRENCH_ELIDED = frozenset("c d j l m n s t qu lorsqu puisqu jusqu quoiqu".split())

_ENGLISH = frozenset(
    """
    a an the and or if while of at by for with about against between into through during before after above below
    to from up down in out on off over under again further then once here there when where why how all any both each
    few more most other some such own same so than too very s t will just should now i me my myself we our ours
    ourselves you your yours yourself he him his himself she her hers herself it its itself they them their theirs
    themselves what which who whom this that these those am is are was were be been being have has had having do does
    did doing would could can may might must shall ought as because until us
    """.split()
)
_FRENCH = frozenset(
    """
    le la les un une des du de d l au aux à et ou où donc or car que qu qui quoi dont ce cet cette ces c ça cela ceci
    je j me m moi tu t te toi il elle on nous vous ils elles se s soi lui leur leurs y en mon ma mes ton ta tes son sa
    ses notre nos votre vos dans par pour sur sous avec chez entre vers depuis pendant comme si quand lorsque puisque
    est es suis sommes êtes sont était étais étaient été être ai as a avons avez ont avait avais avaient avoir eu
    fait faire fais font va vas vais vont aller plus très tout toute tous toutes même aussi alors ainsi puis là ici
    """.split()
)
FUNCTION_WORDS = {"en": _ENGLISH, "fr": _FRENCH - {"plus"}}
"""What the preparations "lemmas" and "stems" leave out; "plus" stays, as "ne … plus" denies."""

DENIALS = frozenset(
    """
    not no never nor none nothing nobody nowhere without hardly barely
    ne n pas plus jamais rien aucun aucune sans ni non personne guère nullement
    """.split()
)
"""Words that deny, which no preparation changes."""
