# ruff: noqa: SIM905 (word lists are read and edited as lines of words)
"""Words that tell French or English in chat, and words that tell nothing; written for this project, folded.

Words that Spanish, Italian, Portuguese, German or Dutch share (``la``, ``que``, ``was``, ``game``) are left to the
model.
"""

from __future__ import annotations

FRENCH = frozenset(
    """
    je il elle nous vous ils elles du est sont etait c'est c'etait j'ai t'as il's qu'il qu'elle qu'on d'un d'une
    l'a n'est n'a pas mais avec pour dans sans chez qui quoi ou donc alors apres avant aussi tres trop bien peu
    beaucoup moi toi lui leur mon tes ses notre votre ce cette ces cet ca ont fait faire dit dire vais vont peut
    peux veut veux doit faut sait sais suis sommes etes avoir etre ete ouais oui non nan bah ben hein voila
    quand comment pourquoi combien quel quelle quels quelles jamais toujours encore deja rien tout tous toute
    toutes mdr mdrr ptdr xptdr jsp jpp tkt osef bcp pk pcq pcke parce parceque jcrois chuis chui jsuis jai jvais
    tjrs tjs dsl stp svp slt bjr bsr cc coucou salut bonjour bonsoir merci mrc mercii allez allons ouf grave
    meuf mec gars gens ptit ptite petit petite grand gros grosse vraiment carrement franchement quelqu'un qqn
    qqun wesh frere reuf bg cimer vas-y ya y'a il-y-a aujourd'hui demain hier matin soir soiree nuit bonne bon
    bonnes chaud drole nul nulle putain ptn merde bordel vrai faux vraie dommage pareil apparemment evidemment
    oulala ohlala aie ouille tiens t'es t'etais j'suis j'etais l'autre d'accord dacc peut-etre aux s'il m'a t'a
    l'on quelques chose choses fois jour jours ans temps monde jeu jeux y'avait avait faites fais parle parler
    regarde regarder joue jouer gagne gagner perdu mort meurt prends prend viens vient
    """.split()
)
ENGLISH = frozenset(
    """
    the and are were been being i i'm im you you're youre your u ur she it it's its they them their this that
    that's thats these those there here what what's whats who why how when where which my his our to at for with
    from by if but or not don't dont doesn't doesnt didn't didnt can't cant won't wont isn't isnt does did have
    has had would could should can just like really very too much more some any all only yes yeah yep nope know
    think want need get got go going gonna gotta wanna make say said see look good bad great love hate idk idc
    tbh imo ngl lmao lmfao brb btw afk smh rn ikr tho cuz bc thx ty tysm pls plz welcome thanks thank guys girl
    people chat's let's lets time day today tomorrow yesterday always never again still ever about after before
    because than then now out down off into right left way back come came take took give gave keep thing things
    something anything nothing everyone someone anyone first next new old big little long better worst worse
    same other another many few shit fuck fucking hell yall y'all ain't aint i've ive i'll you'll they're theyre
    he's hes she's shes we're who's whos true false wrong even feel feels sounds looks wait stop watch watching
    play playing played won lose lost
    """.split()
)
SHARED = frozenset(
    """
    lol lul lulz gg ggs gl hf wp ez ok okay okey k kk xd pog poggers kekw kappa mdr f w l o7 +1 -1 oh ah eh uh
    hm hmm haha hehe hihi ahah hahaha oof wow yo rip op top stop super normal total bravo cringe chat stream
    twitch discord no non si a
    """.split()
) - frozenset(("mdr", "bravo", "non", "no", "a", "si", "stop"))
"""Words that chats of many languages share."""
