"""The material of the simulated stream, in French and English: topics, bursts, small talk, names. Data only.

In a block of text, sentences are parted by newlines or bars. A leading "+ " marks a positive sentence, "- " a negative
one. ``{word}`` is a slot: it is filled from the topic's own slots, or else from the language's. All of it is invented.
"""

from __future__ import annotations

from dataclasses import dataclass

PREFIX = "nocta"


@dataclass(frozen=True, slots=True)
class Words:
    """What is said on one topic in one language: stock phrases, and sentences by mood (flat is neutral)."""

    slots: dict[str, str]
    short: str
    good: str
    bad: str
    flat: str
    ask: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic: its name in the truth, in the title of a show, its channel emotes, and its moods.

    ``moods`` are the shares of positive and negative sentences; the rest is neutral.
    """

    name: str
    title: str
    emotes: tuple[str, ...]
    moods: tuple[float, float]
    fr: Words
    en: Words


@dataclass(frozen=True, slots=True)
class Burst:
    """A sudden crowd: its name, the topic it belongs to or None, its mood, and what is cried."""

    name: str
    topic: str | None
    mood: str
    fr: str
    en: str
    emotes: str


@dataclass(frozen=True, slots=True)
class Speech:
    """What is said in one language beside the topics."""

    slots: dict[str, str]
    openers: str
    closers: str
    vague: str
    talk: str
    ask: str
    reactions: str
    greetings: str
    goodbyes: str
    arrivals: str
    calls: str
    links: str
    thanks: str
    renewals: str
    host: str
    abbreviations: tuple[tuple[str, str], ...]
    pastas: tuple[str, ...]
    named: str
    votes: str
    contractions: tuple[tuple[str, str], ...] = ()


FRENCH = Speech(
    slots={
        "nocta": "nocta|nocta|nocta|noctambulle|streamer",
        "good": "génial|incroyable|top|parfait|énorme|trop bien|magnifique|trop fort|grandiose|royal",
        "bad": "nul|horrible|abusé|triste|catastrophique|n'importe quoi|pas ouf|la honte|terrible|gênant",
        "who": "ma mère|mon frère|ma soeur|mon coloc|mon voisin|mon père|ma prof|mon chef|ma grand-mère|mon cousin",
        "n": "2|3|4|5|6|8|10|12|15|20",
        "when": "hier|ce matin|ce midi|samedi|la semaine dernière|pendant la pause|en vacances|l'an dernier",
        "place": "Brest|Lyon|Dijon|Nantes|Lille|Toulouse|Namur|Genève|Québec|Limoges",
        "lawyer": "l'avocat|l'avocat|l'avocat|l'avocate",
        "sum": "trois mille euros|trois mille euros|trois mille euros|quatre mille euros|mille euros",
        "fruit": "une clémentine|une clémentine|une clémentine|deux clémentines|un radis",
        "end": ".|.|.|.|.|!|...",
        "job": "compta|rapport|mémoire|vaisselle|déclaration|repassage|lessive",
    },
    openers="""
    franchement | mdr | en vrai | perso | bah | non mais | ouais | honnêtement | alors là | après | mais | attends
    je dis ça je dis rien mais | j'avoue | moi je dis | oui enfin | désolé mais
    """,
    closers="""
    mdr | quoi | hein | ... | + !! | + <3 | + :) | + LUL | + 😂 | + !!! | - :( | - NotLikeThis | - BibleThump | - ...
    - 😭 | je dis ça | voilà | xD | ptdr | Kappa
    """,
    vague="""
    pareil | + je suis d'accord | + c'est clair | pas faux | ça dépend | je sais pas trop | + trop vrai
    - pas d'accord | + exactement | - n'importe quoi | + de ouf | - mouais | c'est un point de vue | on en reparle
    + carrément | - c'est abusé | + validé | j'hésite | il a raison | elle a raison | ça se discute | + tellement
    - bof | débat de fou
    """,
    talk="""
    je suis au boulot chut | + bonne ambiance ce soir | je mange devant le live | - j'ai tellement la flemme demain
    je regarde d'une oreille | + premier live pour moi c'est cool ici | je reviens je vais me doucher
    je suis en retard de 10 minutes comme d'hab | - ma connexion est en carton | je lurk en faisant ma {job}
    + le chat est en forme | j'étais en afk | - le lag chez moi c'est infernal | + tu m'avais manqué {nocta}
    + ça fait {n} mois que je regarde et toujours aussi bien | il est tard quand même | je suis sur mon téléphone
    - je me lève à 6h demain aidez moi | + merci pour ce live {nocta} | j'ai raté le début | je débarque
    {who} regarde avec moi | + {who} te trouve sympa | - {who} veut que je baisse le son | j'habite à {place}
    on est combien de {place} ici | coucou de {place} | je fais ma {job} en même temps | ça commence bien
    + excellent début | j'ai pas tout suivi | - j'ai rien compris | + jpp de ce chat | + le chat me fait ma soirée
    y a plus de monde que {when} | c'est mon anniv dans {n} jours | + ce live me repose la tête
    - sale journée mais bon | + vous êtes les meilleurs | je vote pour une pause pipi | bonne idée ça
    on a déjà eu ce débat | c'est noté | il va se passer quelque chose je le sens | - j'ai mal au dos
    + j'adore cette chaîne | ma {job} avance pas | attendez je mets le casque | je like | ok je suis là
    + content d'être là ce soir | + la team du mardi est là | j'ai 3 onglets de live ouverts | faut que je dorme
    - ma {job} me déprime | {who} passe dire bonjour | + gros soutien à {nocta} | on est larges | c'est parti
    + quelle soirée | petit mardi tranquille | je suis là mais je suis pas là | + ce chat est un roman
    """,
    ask="""
    ça finit à quelle heure ? | il est quelle heure chez vous ? | c'est quoi le planning de la semaine ?
    quelqu'un a le résumé ? | j'ai raté quoi ? | y a un live demain ? | c'est quoi le titre ? | qui est nouveau ici ?
    {nocta} tu vas bien ? | on est combien là ? | la rediff sera dispo ? | ça fait longtemps que ça a commencé ?
    vous faites quoi demain ? | quelqu'un de {place} ? | qui regarde au boulot ? | tu as dormi {nocta} ?
    pourquoi tout le monde rigole ? | de quoi on parle ? | tu lis le chat {nocta} ? | on fait quoi après ?
    c'est qui le modo ce soir ? | y a une pause bientôt ? | vous venez d'où ? | c'est du direct ?
    tu préfères quand on est calmes ? | comment on fait pour avoir les emotes ? | t'as passé une bonne journée ?
    """,
    reactions="""
    + mdr | + ptdr | + mdrrr | - oh non | + haha | + bravo | + bien joué | - aïe | + énorme | ah | + jpp | + excellent
    wow | - nooon | + oui !! | - non | quoi | + trop fort | + magnifique | - la honte | + mort de rire | + je pleure
    ah ouais | + allez | - ouch | + trop drôle | hein | + bien vu | - rip | + xptdr | sérieux | + hahaha
    + incroyable | - le malaise | + clap clap | + ouiii | - pas ça | oula | + bim | mdr quoi | + quel talent
    - j'ai mal
    """,
    greetings="""
    bonsoir | salut | coucou | bonsoir à tous | hello | salut tout le monde | bonsoir le chat | yo | bonjour
    bonsoir à toutes et tous | salut la team | hey | coucou tout le monde | bonsoir bonsoir | re | salut à tous | wesh
    bien le bonsoir | salutations | me voilà bonsoir | re bonsoir | bonsoir la compagnie | slt | bonsouaaar
    """,
    goodbyes="""
    bonne nuit | à demain | ciao | bonne soirée | bonne nuit à tous | allez bonne nuit | je file bonne soirée | bye
    bonne nuit le chat | à la prochaine | je vais dormir bonne nuit | merci pour le live | merci bonne soirée à tous
    bisous | salut à plus | dodo pour moi | je dois y aller | bon je vous laisse | tchao tout le monde
    """,
    arrivals="""
    raid {leader} !!! | raid de {leader} | bonsoir de la part de {leader} | RAID | salut c'est le raid
    bonsoir le raid arrive | coucou on vient de chez {leader} | on débarque | raid !!
    bonsoir les copains c'est {leader} qui régale | bienvenue les raiders | bienvenue à tous | salut les nouveaux
    on arrive en paix | {leader} nous envoie | faites de la place | bonsoir nocta on vient de chez {leader}
    quel raid | bienvenue
    """,
    calls="venez voir ça | vous êtes où | team au complet | je vous vois | bravo vous quatre | au rapport",
    links="""
    regardez {link} | le clip de tout à l'heure {link} | {link} je pleure | j'ai clippé {link}
    pour ceux qui ont raté {link} | vous avez vu {link} ? | {link} | mdr {link}
    """,
    thanks="""
    merci pour tout {nocta} | pour la soirée | pour le prochain micro | continue comme ça {nocta}
    un petit café pour toi | cadeau | merci pour les fous rires | de la part de {who} | pour te remercier de ce live
    pour la cagnotte | je suis en retard de {n} mois voilà | fais une pause {nocta} tu le mérites
    ton live sauve ma {job}
    """,
    renewals="""
    déjà {months} mois | {months} mois de bonheur | {months} mois et toujours là {nocta} | merci {nocta} | on continue
    le temps passe vite | {months} mois sans voir la lumière du jour | bon anniversaire à nous
    toujours fidèle au poste
    """,
    host="""
    merci pour les abos vous êtes adorables | je lis tout je réponds pas à tout | on fait une pause dans 10 minutes
    les modos je vous aime | soyez gentils entre vous | je reviens je remplis ma gourde | merci pour le raid !
    le planning est sur le discord | bienvenue aux nouveaux | je vous entends rigoler
    """,
    abbreviations=(
        ("c'est", "c"),
        ("vraiment", "vrmt"),
        ("beaucoup", "bcp"),
        ("toujours", "tjrs"),
        ("pourquoi", "pk"),
        ("quelqu'un", "qqun"),
        ("parce que", "pcq"),
        ("quand", "qd"),
        ("je suis", "jsuis"),
        ("j'ai", "jai"),
        ("il y a", "ya"),
        ("tu as", "ta"),
        ("quoi", "koi"),
    ),
    pastas=(
        (
            "bonjour je suis {lawyer} du canard en plastique, mon client nie être tombé du bureau et demande {sum} "
            "de dommages ainsi qu'un bain moussant{end}"
        ),
        (
            "chère madame, cher monsieur, votre écran est momentanément occupé par une armée de hérissons en pyjama, "
            "merci de patienter avec dignité en mangeant {fruit}{end}"
        ),
    ),
    contractions=(
        (" à le ", " au "),
        (" à les ", " aux "),
        (" de le ", " du "),
        (" de les ", " des "),
        (" de un ", " d'un "),
        (" de une ", " d'une "),
        (" sans du ", " sans "),
        (" sans de la ", " sans "),
        (" sans des ", " sans "),
        ("sans de l'", "sans "),
    ),
    named="""
    bonsoir {nocta} | salut {nocta} | coucou {nocta} | hello {nocta} | bonsoir {nocta} ça va ?
    salut {nocta} en forme ? | bonsoir {nocta} et le chat | coucou {nocta} bonne soirée à toi | ah {nocta} enfin
    re {nocta} | yo {nocta}
    """,
    votes="la x | je dis x | x évidemment | x clairement | réponse x | x sans hésiter | c'est la x",
)

ENGLISH = Speech(
    slots={
        "nocta": "nocta|nocta|nocta|noctambulle|streamer",
        "good": "great|amazing|perfect|so good|top tier|beautiful|pure joy|lovely|legendary|glorious",
        "bad": "awful|terrible|cursed|so sad|a disaster|painful|a joke|not okay|embarrassing|tragic",
        "who": "my mom|my brother|my sister|my roommate|my neighbor|my dad|my teacher|my boss|my grandma|my cousin",
        "n": "2|3|4|5|6|8|10|12|15|20",
        "when": "yesterday|this morning|at lunch|on saturday|last week|during my break|on vacation|last year",
        "place": "Leeds|Toronto|Dublin|Oslo|Austin|Utrecht|Perth|Malmo|Boston|Cardiff",
        "sum": "three thousand dollars|three thousand dollars|three thousand dollars|four thousand dollars",
        "fruit": "a tangerine|a tangerine|a tangerine|two tangerines|a radish",
        "end": ".|.|.|.|.|!|...",
        "job": "homework|laundry|taxes|essay|dishes|report|spreadsheet",
    },
    openers="""
    honestly | lol | ngl | okay but | wait | tbh | nah | yeah | bro | look | I mean | hot take but | no offense but
    not gonna lie | listen | to be fair
    """,
    closers="""
    lol | tbh | though | ... | + !! | + <3 | + :) | + LUL | + 😂 | + !!! | - :( | - NotLikeThis | - BibleThump | - smh
    - 😭 | ngl | right | lmao | imo | Kappa
    """,
    vague="""
    same | + I agree | + so true | fair point | it depends | not sure | + facts | - hard disagree | + exactly
    - nonsense | + for real | - meh | that is one opinion | to be continued | + absolutely | - that is too much
    + approved | hmm | he has a point | she has a point | debatable | + this | - nope | here we go again
    """,
    talk="""
    watching this at work shh | + good vibes tonight | eating dinner with the stream on
    - I really do not want tomorrow | half listening half asleep | + first time here this is fun | brb shower
    late as always | - my internet is a potato | lurking while doing my {job} | + chat is on fire tonight | I was afk
    - so much lag over here | + missed you {nocta} | + been watching for {n} months and still great | it is late here
    on mobile tonight | - I wake up at 6 tomorrow help | + thanks for the stream {nocta} | I missed the start
    just got here | {who} is watching with me | + {who} says hi | - {who} wants me to turn it down
    greetings from {place} | anyone else from {place} here | doing my {job} at the same time | strong start
    + excellent start | I did not follow | - I am so lost | + I love this chat | more people than {when}
    my birthday is in {n} days | + this stream is my therapy | - rough day but okay | + you are all the best
    I vote for a snack break | good idea | we had this debate before | noted
    something is about to happen I can feel it | - my back hurts | + love this channel | my {job} is not moving
    hold on getting my headphones | ok I am here | + glad to be here | I should sleep | - my {job} is killing me
    my French is not great but I am here | + big support {nocta} | here we go | + what a night | chill tuesday
    """,
    ask="""
    when does it end ? | what time is it for you ? | what is the schedule this week ? | can somebody recap ?
    what did I miss ? | stream tomorrow ? | what is the plan tonight ? | who is new here ? | how are you {nocta} ?
    how many of us are here ? | will there be a vod ? | how long has this been live ? | anyone from {place} ?
    who is watching at work ? | did you sleep {nocta} ? | why is everyone laughing ? | what are we talking about ?
    do you read chat {nocta} ? | what is next ? | is there a break soon ? | where are you all from ? | is this live ?
    how do I get the emotes ? | does anyone speak English here ? | how was your day {nocta} ?
    """,
    reactions="""
    + lol | + lmao | + haha | - oh no | + nice | + well played | - ouch | + amazing | + hahaha | + let's go | wow
    what | - nooo | + yes !! | - no | + so good | + beautiful | - yikes | + I'm crying | oh | + rofl | + so funny
    huh | - rip | + well done | wait what | + good one | - pain | + insane | whoa | + clap clap | - not this | + bravo
    - it hurts
    """,
    greetings="""
    hello | hi | hey | hi everyone | hello chat | good evening | hey all | hi chat | yo | heya | hello everyone
    evening all | howdy | hi there | hey chat | hello hello | sup | greetings | hiya | hello from far away
    """,
    goodbyes="""
    good night | bye | see you tomorrow | gn | gn chat | good night everyone | have a good one | bye all | gotta go
    off to bed | thanks for the stream | take care all | see you next time | night night | cya
    """,
    arrivals="""
    {leader} raid !!! | raid from {leader} | RAID | hello from {leader} | raid !! | we come in peace
    {leader} sent us | hi we are the raid | welcome raiders | welcome in everyone | what a raid | make some room
    hello new friends | welcome | hello nocta we come from {leader}
    """,
    calls="come see this | where are you all | the gang is here | I see you | report in",
    links="""
    watch {link} | the clip from before {link} | {link} I'm crying | clipped it {link}
    for those who missed it {link} | have you seen {link} ? | {link} | lol {link}
    """,
    thanks="""
    thank you for everything {nocta} | for tonight | for the next microphone | keep it up {nocta}
    have a coffee on me | here you go | thanks for the laughs | from {who} | thanks for this stream | for the jar
    {n} months late here it is | take a break {nocta} you deserve it | your stream saves my {job}
    """,
    renewals="""
    {months} months already | {months} months of joy | {months} months and still here {nocta} | thanks {nocta}
    here we go again | time flies | {months} months without daylight | happy anniversary to us
    """,
    host="thanks for the subs | welcome everyone",
    abbreviations=(
        ("you are", "ur"),
        ("you", "u"),
        ("because", "bc"),
        ("please", "pls"),
        ("people", "ppl"),
        ("I am", "im"),
        ("do not", "dont"),
        ("going to", "gonna"),
        ("that is", "thats"),
        ("it is", "its"),
    ),
    pastas=(
        (
            "hello I represent the rubber duck, my client denies falling off the desk and asks for {sum} in damages "
            "and one warm bubble bath{end}"
        ),
        (
            "dear viewer, your screen is temporarily occupied by an army of hedgehogs in pajamas, please wait with "
            "dignity while eating {fruit}{end}"
        ),
    ),
    named="""
    hi {nocta} | hello {nocta} | hey {nocta} | good evening {nocta} | hi {nocta} how are you ?
    hello {nocta} and chat | yo {nocta} | hey {nocta} good to see you | evening {nocta} | {nocta} hi
    """,
    votes="it is x | I say x | x for sure | definitely x | x obviously | x final answer",
    contractions=(
        (" I am ", " I'm "),
        (" do not ", " don't "),
        (" does not ", " doesn't "),
        (" did not ", " didn't "),
        (" cannot ", " can't "),
        (" what is ", " what's "),
        (" that is ", " that's "),
        (" it is ", " it's "),
        (" you are ", " you're "),
        (" we are ", " we're "),
        (" where is ", " where's "),
        (" who is ", " who's "),
    ),
)

SPEECH = {"fr": FRENCH, "en": ENGLISH}

REACTIONS = """
+ LUL | + KEKW | + GG | + +1 | + lol | + 😂 | + PogChamp | + ❤️ | + xD | + 👏 | - NotLikeThis | - BibleThump
+ OMEGALUL | + 🔥 | + gg wp | + <3 | - 😭 | WutFace | + SeemsGood | + 🤣 | Kappa | monkaS | + HeyGuys | ? | ??? | + o/
- :( | + ^^ | - ResidentSleeper | + 10/10 | + W | - F | - L | + POG | ! | 😱 | + 🎉
"""
HOUSE_EMOTES = tuple(PREFIX + name for name in ("Hey", "Love", "Rire", "Hype", "Larme", "Dodo"))
RAID_EMOTES = ("lumiRaid", "brioCoucou")
STAFF = ("clip_machine_42", "noctabot", "grelotbot", "noctambulle", "lumivole", "briochette_tv")
"""The names of the spammer, the two bots, the host and the two raid leaders."""

GLOBAL_EMOTES = """
LUL | KEKW | PogChamp | NotLikeThis | BibleThump | OMEGALUL | WutFace | SeemsGood | Kappa | monkaS | HeyGuys
ResidentSleeper | POG
"""

POLLS = (
    "sondage : combien de cafés j'ai bu aujourd'hui ? a) deux b) quatre c) sept d) je tremble",
    "quiz : quel animal dort debout ? a) la girafe b) le hamster c) mon cousin d) les trois",
    "on vote : on fait quoi après la pause ? a) le jeu b) la cuisine c) le débat d) la sieste",
    "quiz : en quelle année ma chaise a couiné pour la première fois ? a) 2015 b) 2018 c) 2021 d) toujours",
)
POLL_FORMS = "x|x|x|x|x|x|x|x|x|x|x !|xx|xxxx|x.|x ?|xxx|x)|x x x|x <3|x LUL|x!!"
COMMANDS = ("!uptime", "!discord", "!planning", "!micro", "!playlist", "!age", "!setup", "!lurk", "!emotes")
COMMAND_ANSWERS = {
    "!uptime": "@{name} le live tourne depuis {hours} h {minutes}",
    "!discord": "@{name} le discord de la commu : https://discord.example/nocta",
    "!planning": "@{name} live du mardi au samedi, 20 h 30, sauf quand le chat dort sur le clavier",
    "!micro": "@{name} micro : un modèle d'occasion, réparé avec du scotch",
    "!playlist": "@{name} la playlist : https://musique.example/nocta",
    "!age": "@{name} l'âge de nocta : secret défense",
    "!setup": "@{name} une tour, deux écrans, trois câbles en trop",
    "!lurk": "{name} se glisse dans l'ombre, bon lurk !",
    "!emotes": "@{name} les emotes sont réservées aux abonnés et aux gens très gentils",
}
NOTICES = (
    "Rejoignez le discord de la commu : https://discord.example/nocta",
    "Pensez à vous hydrater ! Ceci est un message automatique et bienveillant.",
    "Le planning de la semaine : https://nocta.example/planning",
    "Le live vous plaît ? Un follow, et la chaise couine de joie.",
    "Rappel : soyez sympas, pas de spoil, pas de majuscules toute la soirée.",
    "Join the community discord: https://discord.example/nocta",
)
SPAM = (
    "venez voir mon clip il est trop drôle https://clips.example/m4ch1n3",
    "abonnez vous à ma chaîne je fais des clips https://clips.example/m4ch1n3",
    "j'ai fait un clip de malade allez voir https://clips.example/m4ch1n3",
)
SPAM_ENDS = ("", "", "", " !!", " svp", " merci", " 👀", " allez", " !", " (vraiment)")
AMOUNTS = {
    "donation": (100, 100, 50, 200, 300, 500, 1000, 2500),
    "subscription": (1, 1, 2, 3, 4, 6, 8, 9, 12, 14, 18, 24, 31, 42),
    "gift": (1, 1, 1, 1, 5, 5, 10, 20),
}

RAID = Burst("raid", None, "positive", "raid", "raid", "lumiRaid")
BURSTS = (
    Burst(
        "fail",
        None,
        "positive",
        "le fail | mdr le fail | il est tombé | quel fail | clip | - oh le fail | c'est le fail du siècle | la chute",
        "the fail | what a fail | clip it | he fell | fail of the year | - oh no the fail | that fall",
        "KEKW | LUL | OMEGALUL | noctaRire",
    ),
    Burst(
        "power_cut",
        None,
        "negative",
        "écran noir | y a plus rien | plus d'image | c'est coupé | le live est mort | allô ? | on voit plus rien"
        " | rip le live"
        " | c'est chez moi ?",
        "black screen | no picture | stream died | is it just me ? | hello ? | it froze | rip stream | we see nothing",
        "NotLikeThis | BibleThump | monkaS",
    ),
    Burst(
        "goal",
        "football",
        "positive",
        "but | buuut | goal | quel but | but de dingue | le but !!! | lucarne | il l'a mis | quelle frappe | golazo"
        " | but à la dernière minute",
        "goal | goaaal | what a goal | top corner | he scored | golazo | what a strike | goal !!! | last minute goal",
        "noctaBut | PogChamp | noctaHype",
    ),
    Burst(
        "boss_down",
        "boss",
        "positive",
        "le boss est mort | boss down | il l'a eu | enfin le boss | on l'a eu | champignon grillé | bye le champignon"
        " | gg le boss | après 40 essais",
        "boss down | the boss is dead | finally the boss | you beat it | mushroom down | goodbye mushroom | gg boss"
        " | after 40 tries",
        "noctaBoss | PogChamp | GG | noctaHype",
    ),
    Burst(
        "jump_scare",
        "horror",
        "negative",
        "j'ai sursauté | la poupée | le fantôme | mon coeur | au secours la poupée | le jump scare | le cri du fantôme"
        " | j'ai renversé mon verre à cause du fantôme | qui a crié",
        "I jumped | the doll | the ghost | my heart | jump scare | that ghost scream | help the doll | who screamed"
        " | I spilled my drink because of the ghost",
        "monkaS | WutFace | noctaPeur",
    ),
    Burst(
        "sound_lost",
        "microphone",
        "negative",
        "plus de son | le son | pas de son | on entend rien | micro coupé | ton micro | le micro !!"
        " | t'es mute | son svp",
        "no sound | the sound | mic | we hear nothing | you are muted | mic is off | your mic !! | sound please",
        "NotLikeThis | noctaMicro",
    ),
    Burst(
        "cat_falls",
        "cat",
        "positive",
        "le chat est tombé | le chaton | il a glissé | le chat mdr | chute du chat | le chat a tout renversé"
        " | pauvre minou"
        " | la tasse !!",
        "the cat fell | kitty | it slipped | the cat lol | cat down | the cat knocked it all over"
        " | poor kitty | the mug !!",
        "noctaMinou | KEKW | noctaRire",
    ),
    Burst(
        "record",
        "speedrun",
        "positive",
        "record | le record | pb | record battu | le chrono | quel chrono | nouveau pb | il l'a fait le pb"
        " | run de légende",
        "record | pb | new pb | the timer | what a run | world record pace | record beaten | that time | pb let's go",
        "noctaChrono | PogChamp | noctaHype",
    ),
    Burst(
        "sauce_burns",
        "pasta",
        "negative",
        "ça brûle | la casserole | la sauce brûle | ça déborde | éteins le feu | les pates !!! | la sauce"
        " | au feu la casserole",
        "it burns | the pan | the sauce is burning | it boils over | turn it off | the pasta !!! | the sauce | fire",
        "noctaPates | monkaS | KEKW",
    ),
)

NAMES_FIRST = """
lune | brume | cactus | pixel | mochi | radis | tango | velours | tonnerre | noisette | cumulus | pigeon | zeste
galet | bulle | panda | citron | orage | kiwi | sardine | flocon | comet | maple | pepper | silver | turbo | quiet
mango | velvet | cosmic | sleepy | rusty | lucky | frosty | ginger | misty | nova | echo | pumpkin | salty | copper
windy | biscuit | tulipe | hibou | fougere | granit | crouton | poivre | sorbet
"""
NAMES_SECOND = """
fox | otter | badger | raven | owl | moose | beetle | sparrow | lynx | koala | tortue | renard | loutre | castor
merle | moineau | lapin | morse | herisson | belette | samurai | wizard | pilot | knight | toast | waffle | gaufre
crepe | tartine | bouillon | sauce | boulon | pioche | lampe | chaussette | tapis | parapluie | valise | bicyclette
fusee | robot | nuage | vague | racine | pomme | carotte | moustache | bretelle
"""

TOPICS: tuple[Topic, ...] = (
    Topic(
        name="pasta",
        title="des pâtes",
        emotes=("Pates", "Casserole"),
        moods=(0.42, 0.22),
        fr=Words(
            slots={
                "sauce": "la carbo|la bolo|le pesto|la sauce tomate|la sauce au beurre|l'arrabbiata|la crème",
                "shape": "les spaghettis|les coquillettes|les pennes|les farfalles|les macaronis|les tagliatelles",
                "extra": "du parmesan|du sel|de l'ail|des lardons|du basilic|du ketchup|un oignon|du poivre",
            },
            short="""
            les pates | carbo ou rien | + al dente svp | du sel dans l'eau | + miam les pates
            - pas de crème dans la carbo | les coquillettes | plus de sel | remue la sauce | - c'est trop cuit
            + ça sent bon les pates | j'ai faim de pates | team pesto | l'eau bout | égoutte
            """,
            good="""
            {sauce} c'est {good} | {shape} avec {extra} c'est {good} | {sauce} de {who} est imbattable
            rien ne bat {shape} au beurre | on dirait {sauce} du resto, bravo | j'en veux une assiette avec {extra}
            tu cuisines {shape} comme un chef | {shape} al dente, la vie est belle
            {sauce} + {extra} et je suis heureux
            """,
            bad="""
            {sauce} avec {extra} c'est {bad} | trop cuire {shape} c'est {bad} | casser {shape} en deux c'est un crime
            {extra} dans {sauce}, mon appétit est parti | la casserole va déborder on va tous mourir
            on dirait {shape} de la cantine | {who} pleurerait devant cette sauce
            """,
            flat="""
            moi je mets {extra} dans {sauce} | {when} j'ai fait {shape} à {sauce}
            {n} minutes de cuisson pour {shape} | {who} met {extra} dans {sauce}
            il faut garder un peu d'eau de cuisson | rajoute {extra} dans la casserole
            {shape} c'est {n} minutes pas plus | remue {sauce} avant que ça colle | {shape} ou rien
            """,
            ask="""
            tu mets {extra} dans {sauce} ? | {shape} ou les spaghettis ? | combien de temps pour {shape} ?
            l'eau elle bout ? | tu as mis du sel dans l'eau ? | c'est quoi la sauce ce soir ?
            on mange quand les pâtes ?
            """,
        ),
        en=Words(
            slots={
                "sauce": "carbonara|pesto|bolognese|tomato sauce|garlic butter|arrabbiata|cream sauce",
                "shape": "spaghetti|penne|farfalle|macaroni|tagliatelle|fusilli",
                "extra": "parmesan|more salt|garlic|bacon|basil|ketchup|an onion|pepper",
            },
            short="""
            pasta | carbonara or nothing | + al dente please | salt the water | + yum pasta | - no cream in carbonara
            stir the sauce | - it is overcooked | pasta time | now I want pasta | team pesto | drain it | spaghetti
            """,
            good="""
            {sauce} is {good} | {shape} with {extra} is {good} | nothing beats {shape} and {sauce}
            {sauce} like {who} makes it, perfect | that {sauce} looks like a real restaurant
            I want a plate with {extra} | you cook {shape} like a chef | al dente {shape}, life is good
            """,
            bad="""
            {sauce} with {extra} is {bad} | overcooked {shape} is {bad} | breaking {shape} in half is a crime
            {extra} in {sauce}, I lost my appetite | the pot will boil over and we all die | cafeteria {shape} energy
            {who} would cry over this sauce
            """,
            flat="""
            I put {extra} in my {sauce} | made {shape} with {sauce} {when} | {n} minutes for {shape}
            {who} puts {extra} in the {sauce} | keep some pasta water | add {extra} to the pan
            stir the {sauce} before it sticks | {shape} or nothing
            """,
            ask="""
            are you putting {extra} in the {sauce} ? | {shape} or spaghetti ? | how long for the {shape} ?
            is the water boiling ? | did you salt the water ? | which sauce tonight ? | when do we eat the pasta ?
            """,
        ),
    ),
    Topic(
        name="boss",
        title="un boss champignon",
        emotes=("Boss", "Mort"),
        moods=(0.28, 0.4),
        fr=Words(
            slots={
                "move": "l'attaque circulaire|le saut|la charge|le laser|la pluie de spores|le coup de chapeau",
                "gear": "le bouclier|l'épée rouillée|l'arc|la potion|la hache|le grimoire",
                "phase": "la phase 1|la phase 2|la phase 3|la dernière phase",
            },
            short="""
            le boss | roulade | - encore mort | esquive | - ce boss est abusé | + tu vas l'avoir | bois une potion
            phase 2 | + presque le boss | pare | le champignon | change d'arme | - rip encore | soigne toi
            tape le boss
            """,
            good="""
            {phase} c'était {good} | bien esquivé {move} | {gear} contre le boss c'est {good}
            il reste rien au boss, allez | {phase} sans dégâts c'est {good} | tu lis {move} comme un livre
            le champignon va tomber je le sens
            """,
            bad="""
            {move} c'est {bad} | {phase} c'est {bad} | mort sur {move} pour la {n}e fois | ce boss n'a aucune pitié
            {gear} sert à rien contre {move} | {n} essais sur ce champignon et toujours rien
            la hitbox du boss c'est {bad}
            """,
            flat="""
            prends {gear} pour {phase} | roulade à gauche sur {move} | {who} l'a battu en {n} essais
            moi j'avais pris {gear} pour ce boss | garde {gear} pour {phase} | on en est à {n} morts sur le boss
            {move} arrive toujours après {move} | il faut attendre {move} puis taper
            """,
            ask="""
            t'as essayé {gear} ? | c'est le combientième essai sur le boss ? | il a combien de phases ce boss ?
            pourquoi pas {gear} contre {move} ? | on peut parer {move} ? | c'est quoi la faiblesse du champignon ?
            """,
        ),
        en=Words(
            slots={
                "move": "the spin attack|the jump|the charge|the laser|the spore rain|the hat slam",
                "gear": "the shield|the rusty sword|the bow|the potion|the axe|the spellbook",
                "phase": "phase 1|phase 2|phase 3|the last phase",
            },
            short="""
            boss | roll | - dead again | dodge | - this boss is unfair | + you got this boss | drink a potion
            phase 2 | + so close | parry | the mushroom | switch weapon | - rip again | heal | hit the boss
            """,
            good="""
            {phase} was {good} | nice dodge on {move} | {gear} against the boss is {good} | boss is almost dead, go
            {phase} with no damage is {good} | you read {move} like a book | the mushroom falls tonight I feel it
            """,
            bad="""
            {move} is {bad} | {phase} is {bad} | died to {move} for the {n}th time | this boss has no mercy
            {gear} does nothing against {move} | {n} tries on a mushroom and nothing | the boss hitbox is {bad}
            """,
            flat="""
            use {gear} for {phase} | roll left on {move} | {who} beat it in {n} tries | I used {gear} on this boss
            save {gear} for {phase} | that makes {n} deaths on the boss | {move} always comes after {move}
            wait for {move} then hit
            """,
            ask="""
            have you tried {gear} ? | how many tries on this boss ? | how many phases does it have ?
            why not {gear} against {move} ? | can you parry {move} ? | what is the mushroom weak to ?
            """,
        ),
    ),
    Topic(
        name="trains",
        title="le débat sur les trains",
        emotes=("Train", "Retard"),
        moods=(0.28, 0.4),
        fr=Words(
            slots={
                "train": "le train de nuit|le TER|le grand train|l'omnibus|le tram-train|le train de 6h",
                "place": "Brest|Limoges|Dijon|Nantes|Clermont|Metz|Béziers",
                "reason": "une vache sur la voie|des feuilles mortes|un signal en panne|la neige|un colis oublié",
            },
            short="""
            le train | - encore en retard | + vive le train | voie 12 | le wagon bar | - le prix du billet
            les trains de nuit | + train > avion | la gare | - train annulé | contrôle des billets
            place côté fenêtre | en voiture | - retard de 40 minutes
            """,
            good="""
            {train} c'est {good} | {train} jusqu'à {place} c'est {good}
            le train c'est mieux que la voiture pour {place} | dormir dans {train} c'est {good}
            vue mer depuis {train}, que du bonheur | le wagon bar c'est {good} | la gare de {place} est magnifique
            """,
            bad="""
            {train} c'est {bad} | {n}0 minutes de retard, la cause : {reason}
            {train} annulé {when}, la cause : {reason} | le billet pour {place} coûte un rein
            {train} à {place} c'est {bad} | la clim du wagon c'est {bad} | fermer la ligne de {place} c'est {bad}
            """,
            flat="""
            {when} j'ai pris {train} pour {place} | il faut plus de rails vers {place} | {who} conduit {train}
            pour aller à {place} y a que {train} | j'écris depuis {train} là
            {who} collectionne les trains miniatures | le train c'est {n} heures jusqu'à {place}
            le rail ça coûte cher à entretenir
            """,
            ask="""
            vous prenez {train} vous ? | pourquoi y a plus de train pour {place} ? | c'est quoi l'excuse, {reason} ?
            qui prend le train pour {place} ? | le train ou l'avion pour {place} ? | combien le billet pour {place} ?
            """,
        ),
        en=Words(
            slots={
                "train": "the night train|the regional train|the fast train|the slow train|the 6am train",
                "place": "Leeds|Utrecht|Lyon|Berlin|Cardiff|Malmo|Porto",
                "reason": "a cow on the track|dead leaves|a broken signal|snow|a forgotten parcel",
            },
            short="""
            trains | - late again | + trains are the best | platform 12 | the dining car | - ticket prices
            night trains | + train > plane | the station | - train cancelled | tickets please | window seat
            all aboard
            """,
            good="""
            {train} is {good} | {train} to {place} is {good} | the train beats the car to {place}
            sleeping on {train} is {good} | sea view from {train}, bliss | the dining car is {good}
            {place} station is beautiful
            """,
            bad="""
            {train} is {bad} | {n}0 minutes late because of {reason} | {train} cancelled {when} because of {reason}
            the ticket to {place} costs a kidney | {train} to {place} is {bad} | the air con on {train} is {bad}
            closing the line to {place} is {bad}
            """,
            flat="""
            took {train} to {place} {when} | we need more rails to {place} | {who} drives {train}
            only {train} goes to {place} | typing this from {train} | {who} collects model trains
            it is {n} hours by train to {place} | railways are expensive to maintain
            """,
            ask="""
            do you take {train} ? | why is there no train to {place} ? | what is the excuse, {reason} ?
            who takes the train to {place} ? | train or plane to {place} ? | how much is the ticket to {place} ?
            """,
        ),
    ),
    Topic(
        name="cat",
        title="un chat sur le bureau",
        emotes=("Minou", "Croquette"),
        moods=(0.6, 0.1),
        fr=Words(
            slots={
                "cat": "le chat|le minou|le matou|la boule de poils|monsieur moustache",
                "spot": "le clavier|la chaise|le bureau|l'écran|la tasse|le carton|le micro",
                "act": "dort|ronronne|miaule|se lèche|fait sa vie|juge tout le monde|mord un câble",
            },
            short="""
            + le chat | + miaou | + oh le minou | + trop mignon | le chat !! | montre le chat | + chaton
            la queue devant l'écran | + ronron | il veut des croquettes | + câlin au chat | pousse pas la tasse
            + le roi du bureau
            """,
            good="""
            {cat} sur {spot} c'est {good} | {cat} qui {act} c'est {good} | {cat} mérite un abonnement
            moins de travail, plus de chat | je suis là que pour {cat} | {cat} {act} devant {spot}, mon coeur fond
            le ronron de {cat} me guérit
            """,
            bad="""
            {cat} va renverser {spot} | les poils sur {spot} c'est {bad} | {cat} a griffé {spot} {when} c'est {bad}
            pauvre chat personne lui donne ses croquettes | {cat} de {who} a vomi sur {spot}
            je suis allergique aux chats c'est {bad} | {cat} boude, c'est {bad}
            """,
            flat="""
            {cat} {act} sur {spot} | mon chat {act} aussi sur {spot} | le chat de {who} {act} toute la journée
            {cat} regarde {spot} depuis {n} minutes | j'ai {n} chats à la maison | {cat} a marché sur {spot}
            {when} mon chat a volé une croquette | on voit la queue du chat devant {spot}
            """,
            ask="""
            il s'appelle comment {cat} ? | il a quel âge {cat} ? | {cat} {act} encore ? | tu peux montrer {cat} ?
            il mange quoi comme croquettes ? | pourquoi {cat} {act} sur {spot} ? | il est où le chat ?
            """,
        ),
        en=Words(
            slots={
                "cat": "the cat|the kitty|mister whiskers|the fluffy boss|that cat",
                "spot": "the keyboard|the chair|the desk|the screen|the mug|the box|the microphone",
                "act": "sleeping|purring|meowing|judging everyone|chewing a cable|living the dream",
            },
            short="""
            + cat | + meow | + aww kitty | + so cute | show the cat | + cat tax | the tail on the screen | + purr
            it wants food | + pet the cat | not the mug | + king of the desk | + kitty cam
            """,
            good="""
            {cat} on {spot} is {good} | {cat} {act} is {good} | {cat} deserves a sub | less {spot}, more cat
            I am only here for {cat} | {cat} {act} on {spot}, my heart melts | that purr heals me
            """,
            bad="""
            {cat} will knock over {spot} | cat hair on {spot} is {bad} | {cat} scratched {spot} {when}, {bad}
            poor kitty nobody feeds it | {who}'s cat threw up on {spot} | I am allergic to cats it is {bad}
            {cat} is sulking, {bad}
            """,
            flat="""
            {cat} is {act} on {spot} | my cat is {act} on {spot} too | {who}'s cat is {act} all day
            {cat} has been staring at {spot} for {n} minutes | I have {n} cats at home | {cat} walked over {spot}
            my cat stole a snack {when} | we can see a tail in front of {spot}
            """,
            ask="""
            what is the name of {cat} ? | how old is {cat} ? | is {cat} {act} again ? | can you show {cat} ?
            what does the cat eat ? | why is {cat} {act} on {spot} ? | where is the cat ?
            """,
        ),
    ),
    Topic(
        name="microphone",
        title="un souci de micro",
        emotes=("Micro", "Sourdine"),
        moods=(0.08, 0.64),
        fr=Words(
            slots={
                "noise": "un grésillement|un écho|un souffle|des coupures|un bip|un bruit de frigo|de la réverb",
                "part": "le micro|le son|ta voix|le câble|le casque|la carte son",
                "fix": "débranche le câble|relance le logiciel|baisse le gain|change de prise|tape dessus",
            },
            short="""
            - le son | - on entend rien | - ton micro | - ça grésille | - y a de l'écho | monte le micro | - trop fort
            + le son est bon | - pas de son | baisse le jeu | - mes oreilles | + on t'entend bien | - voix de robot
            - ça coupe
            """,
            good="""
            {part} c'est mieux là | {part} nickel maintenant | voilà {part} c'est {good} | on t'entend enfin, merci
            plus de souffle, {part} c'est {good} | {part} comme à la radio | bravo pour le micro c'est réparé
            """,
            bad="""
            on entend {noise} | {part} c'est {bad} | il y a {noise} depuis {n} minutes
            j'ai mal aux oreilles avec {noise} | {part} coupe toutes les {n} secondes
            {noise} dans {part} c'est {bad} | ta voix fait robot, c'est {bad} | {part} sature à fond
            avec {noise} on comprend un mot sur {n}
            """,
            flat="""
            {fix} pour voir le son | chez moi {part} ça va | {who} avait {noise} aussi, c'était le câble
            essaie : {fix} | c'est {part} je pense | {when} c'était déjà {part} | le son revient par moments
            {noise} ça vient souvent du câble
            """,
            ask="""
            c'est moi ou il y a {noise} ? | vous entendez {noise} aussi ? | c'est {part} ou c'est ma connexion ?
            tu as changé {part} ? | quelqu'un a du son ? | tu peux monter {part} ?
            """,
        ),
        en=Words(
            slots={
                "noise": "static|an echo|a hiss|audio cuts|a beep|a fridge noise|reverb",
                "part": "the mic|the audio|your voice|the cable|the headset|the sound card",
                "fix": "unplug the cable|restart the software|lower the gain|try another port|hit it",
            },
            short="""
            - audio | - cannot hear you | - your mic | - crackling | - echo | mic up | - too loud | + audio is good
            - no sound | game is too loud | - my ears | + we hear you | - robot voice | - it cuts
            """,
            good="""
            {part} is better now | {part} sounds clean now | there, {part} is {good} | we hear you at last, thanks
            no more hiss, {part} is {good} | {part} like on the radio | nice, the mic is fixed
            """,
            bad="""
            I hear {noise} | {part} is {bad} | there has been {noise} for {n} minutes | my ears hurt from {noise}
            {part} cuts every {n} seconds | {noise} on {part} is {bad} | robot voice, {bad}
            {part} is clipping so hard | with {noise} I get one word in {n}
            """,
            flat="""
            {fix} and check the sound | {part} is fine for me | {who} had {noise} too, it was the cable
            try this: {fix} | I think it is {part} | it was {part} {when} too | sound comes and goes
            {noise} often comes from the cable
            """,
            ask="""
            is it just me or is there {noise} ? | do you all hear {noise} ? | is it {part} or my connection ?
            did you change {part} ? | does anyone have sound ? | can you turn up {part} ?
            """,
        ),
    ),
    Topic(
        name="console_price",
        title="le prix de la nouvelle console",
        emotes=("Console", "Sous"),
        moods=(0.16, 0.52),
        fr=Words(
            slots={
                "thing": "la console|la nouvelle console|la manette|le jeu à 80 balles|le pack|l'édition collector",
                "price": "500 euros|600 euros|700 euros|80 euros|un loyer|un rein|un demi-salaire",
                "old": "ma vieille console|le PC|le marché de l'occasion|les soldes",
            },
            short="""
            - trop cher | - 600 balles | la console | - un rein la console | - et la manette en plus | occasion
            + je précommande | - 80 euros le jeu | j'attends les soldes | - même pas de jeu avec | + déjà commandée
            - la console ou le loyer
            """,
            good="""
            {thing} c'est {good} | {thing} à {price} ça les vaut | je précommande {thing}, trop hâte
            {who} m'offre {thing} c'est {good} | pour {price} {thing} dure {n} ans
            le catalogue de jeux de la console c'est {good} | {thing} en promo c'est {good}
            """,
            bad="""
            {thing} à {price} c'est {bad} | {price} pour {thing}, sans moi
            même {who} trouve que {thing} c'est trop cher | les prix des consoles c'est {bad}
            {thing} ça coûte plus que mes courses de {n} mois | {thing} à {price} et même pas de jeu dedans
            rupture de stock et {thing} à {price}, c'est {bad}
            """,
            flat="""
            je reste sur {old} pas de console | {thing} coûtait {price} {when} | j'attends que {thing} baisse
            {who} a acheté {thing} à {price} | à l'époque la console coûtait {n}00 francs
            {old} me suffit niveau jeux | {thing} sort dans {n} mois | je garde mes sous pour {thing}
            """,
            ask="""
            ça coûte combien {thing} ? | qui va acheter {thing} ? | {price} pour {thing} vous êtes sérieux ?
            {thing} ou {old} ? | tu vas prendre {thing} toi ? | la console sort quand ?
            """,
        ),
        en=Words(
            slots={
                "thing": "the console|the new console|the controller|that 80 dollar game|the bundle|the collector box",
                "price": "500 dollars|600 dollars|700 dollars|80 dollars|one rent|a kidney|half my salary",
                "old": "my old console|my PC|used games|the sales",
            },
            short="""
            - too expensive | - 600 bucks | the console | - a kidney for a console | - plus the controller | buy used
            + preordered | - 80 for a game | waiting for the sale | - no game included | + console day one
            - console or rent
            """,
            good="""
            {thing} is {good} | {thing} for {price} is worth it | {thing} preordered, so hyped
            {who} is getting me {thing}, {good} | {price} for {thing} but it lasts {n} years
            the console line up is {good} | {thing} on sale is {good}
            """,
            bad="""
            {thing} for {price} is {bad} | {price} for {thing}, count me out
            even {who} says {thing} is too expensive | console prices are {bad}
            {thing} costs more than {n} months of food | {thing} for {price} with no game
            sold out and {price} for {thing}, {bad}
            """,
            flat="""
            sticking to {old}, no console | {thing} was {price} {when} | waiting until {thing} is cheaper
            {who} bought {thing} for {price} | {old}, enough games for me | {thing} is out in {n} months
            saving my money for {thing} | consoles used to cost {n}0 bucks
            """,
            ask="""
            how much is {thing} ? | who is buying {thing} ? | {price} for {thing} are they serious ?
            {thing} or {old} ? | are you getting {thing} ? | when is the console out ?
            """,
        ),
    ),
    Topic(
        name="football",
        title="le match",
        emotes=("But", "Carton"),
        moods=(0.34, 0.34),
        fr=Words(
            slots={
                "man": "le gardien|l'arbitre|le numéro 9|le défenseur|l'entraîneur|le remplaçant|l'ailier",
                "act": "le penalty|le corner|le coup franc|la frappe|le centre|la passe|le tacle",
                "team": "les bleus|les verts|les rouges|les jaunes",
            },
            short="""
            le match | allez les bleus | + quel match | - hors jeu | - arbitre | penalty | - carton | corner
            mi-temps | + belle frappe | - poteau | la défense dort | prolongations | - il simule | 0-0
            """,
            good="""
            {act} c'était {good} | {man} c'est {good} | {man} a fait un match de dingue | {team} vont gagner le match
            {act} de {man}, un régal | {team} au top ce soir | quelle passe de {man}, chapeau
            """,
            bad="""
            {man} c'est {bad} | {act} c'est {bad} | {man} mérite un carton | {team} jouent comme {who}
            {man} dort depuis {n} minutes | raté {act} à {n} mètres c'est {bad}
            hors jeu de {n} centimètres c'est {bad}
            """,
            flat="""
            {n} minutes à jouer dans ce match | {man} va sortir | {team} jouent en défense | {when} c'était {n}-0
            {who} est au stade | je pense que {team} vont finir aux tirs au but | {act} dans {n} secondes
            je regarde le match sur l'autre écran
            """,
            ask="""
            il y a combien au match ? | il y avait carton ou pas ? | qui tire {act} ? | c'est qui {man} ?
            {team} vont passer ? | il y a prolongations ? | pourquoi {man} joue encore ?
            """,
        ),
        en=Words(
            slots={
                "man": "the keeper|the referee|the number 9|the defender|the coach|the substitute|the winger",
                "act": "the penalty|the corner|the free kick|that shot|that cross|that pass|that tackle",
                "team": "the blues|the greens|the reds|the away team",
            },
            short="""
            the match | go blues | + what a match | - offside | - ref | penalty | - card | corner kick | half time
            + nice shot | - hit the post | wake up defense | extra time | - he is diving | nil nil
            """,
            good="""
            {act} was {good} | {man} is {good} | {man} is having the game of his life | {team} are winning this match
            {act} from {man}, lovely | {team} on fire tonight | what a pass by {man}
            """,
            bad="""
            {man} is {bad} | {act} was {bad} | {man} deserves a card | {team} play like {who}
            {man} has been asleep for {n} minutes | missing {act} from {n} meters is {bad}
            offside by {n} centimeters, {bad}
            """,
            flat="""
            {n} minutes left in the match | {man} is coming off | {team} are parking the bus | it was {n} nil {when}
            {who} is at the stadium | I think {team} go to penalties | {act} in {n} seconds
            watching the match on my other screen
            """,
            ask="""
            what is the score ? | was that a card or not ? | who takes {act} ? | who is {man} ?
            are {team} going through ? | is there extra time ? | why is {man} still playing ?
            """,
        ),
    ),
    Topic(
        name="song",
        title="une chanson à la guitare",
        emotes=("Guitare", "Refrain"),
        moods=(0.5, 0.2),
        fr=Words(
            slots={
                "part": "le refrain|le couplet|le solo|l'intro|le pont|la note finale",
                "tune": "la chanson|la ballade|le slow|la berceuse|l'hymne du chat|la reprise",
                "tool": "la guitare|le ukulélé|le piano|le triangle|la flûte",
            },
            short="""
            + le refrain | + encore une chanson | guitare | + les briquets | - faux | + ça groove | la la la | le solo
            + quelle voix | - la guitare est désaccordée | chante | + j'ai des frissons | plus fort le refrain
            ukulélé
            """,
            good="""
            {part} c'est {good} | {tune} à {tool} c'est {good} | j'ai des frissons sur {part}
            {tune} va me rester en tête | {tool} dans {part} c'est {good} | tu chantes mieux que {who}
            {tune} avant de dormir c'est {good}
            """,
            bad="""
            {part} sonne faux c'est {bad} | il faut accorder {tool} | {tune} sans {tool} c'est {bad}
            {who} chante mieux {part} | {part} {n} fois de suite c'est {bad}
            tu as oublié les paroles du couplet, c'est {bad} | ma fenêtre a tremblé sur {part}
            """,
            flat="""
            {who} jouait {tune} à {tool} | rejoue {part} à {tool} | {when} j'ai appris {tune}
            {tool} ça s'apprend en {n} mois | on met {tune} dans la playlist | {part} revient {n} fois
            je connais que {part} | moi je joue de {tool} mal
            """,
            ask="""
            c'est quoi {tune} ? | tu joues de {tool} depuis quand ? | tu peux refaire {part} ? | qui a écrit {tune} ?
            c'est en quelle tonalité ? | on chante {part} tous ensemble ? | tu connais {tune} en entier ?
            """,
        ),
        en=Words(
            slots={
                "part": "the chorus|the verse|the solo|the intro|the bridge|the last note",
                "tune": "the song|the ballad|the slow song|the lullaby|the cat anthem|the cover",
                "tool": "the guitar|the ukulele|the piano|the triangle|the flute",
            },
            short="""
            + the chorus | + one more song | guitar | + lighters up | - out of tune | + what a groove | la la la
            solo | + that voice | - tune the guitar | sing | + goosebumps | louder chorus | ukulele
            """,
            good="""
            {part} is {good} | {tune} on {tool} is {good} | goosebumps on {part} | {tune} is stuck in my head now
            {tool} in {part} is {good} | you sing better than {who} | {tune} before bed is {good}
            """,
            bad="""
            {part} is off key, {bad} | {tool} is out of tune | {tune} without {tool} is {bad}
            {who} sings {part} better | {part} {n} times in a row is {bad} | you forgot the lyrics, {bad}
            my window shook during {part}
            """,
            flat="""
            {who} used to play {tune} on {tool} | play {part} again on {tool} | learned {tune} {when}
            {tool} takes {n} months to learn | put {tune} in the playlist | {part} comes back {n} times
            I only know {part} | I play {tool} badly
            """,
            ask="""
            what is {tune} called ? | how long have you played {tool} ? | can you do {part} again ?
            who wrote {tune} ? | what key is this song in ? | do we all sing {part} ? | do you know all of {tune} ?
            """,
        ),
    ),
    Topic(
        name="coffee_tea",
        title="café ou thé",
        emotes=("Cafe", "Theiere"),
        moods=(0.4, 0.28),
        fr=Words(
            slots={
                "drink": "le café|le thé vert|le thé|l'expresso|le café froid|l'infusion|le déca|le thé à la menthe",
                "with": "du sucre|du lait|du miel|rien|un nuage de lait|trois sucres",
                "tool": "la cafetière|la théière|la bouilloire|le filtre|ma tasse",
            },
            short="""
            café | thé | team café | team thé | + un petit café | - le déca non | sans sucre | + thé > café
            + café > thé | bouilloire | - du lait dans le thé | infusion | + ma troisième tasse | expresso
            """,
            good="""
            {drink} c'est {good} | {drink} avec {with} c'est {good} | {drink} du matin, la seule raison de vivre
            rien de mieux que {drink} de {who} | {tool} à côté du live c'est {good} | {drink} gagne ce débat
            l'odeur de {drink}, c'est {good}
            """,
            bad="""
            {drink} c'est {bad} | {drink} avec {with} c'est {bad} | {drink} c'est de l'eau sale
            {drink} à 22h et bonjour l'insomnie | {tool} de {who} est en panne c'est {bad}
            ceux qui boivent {drink} avec {with}, c'est {bad} | le café de mon bureau c'est {bad}
            """,
            flat="""
            je bois {drink} avec {with} | {n} tasses par jour, surtout {drink} | {who} boit que {drink}
            je vais remplir {tool} | {when} j'ai bu {n} cafés | moi c'est {drink} le matin et {drink} le soir
            {drink} sans {with} pour moi | j'ai renversé {drink} sur ma {job}
            """,
            ask="""
            {drink} ou {drink} ? | tu mets {with} dans {drink} ? | combien de cafés par jour ? | café ou thé ?
            qui boit {drink} à cette heure ? | ton thé il infuse combien de temps ? | c'est quoi dans {tool} ?
            """,
        ),
        en=Words(
            slots={
                "drink": "coffee|green tea|tea|espresso|iced coffee|herbal tea|decaf|mint tea",
                "with": "sugar|milk|honey|nothing|a drop of milk|three sugars",
                "tool": "the coffee pot|the teapot|the kettle|the filter|my mug",
            },
            short="""
            coffee | tea | team coffee | team tea | + coffee time | - not decaf | no sugar | + tea > coffee
            + coffee > tea | kettle | - milk in tea | herbal tea | + third mug | espresso
            """,
            good="""
            {drink} is {good} | {drink} with {with} is {good} | morning {drink}, my only reason to live
            nothing beats {who}'s {drink} | a warm mug and a stream is {good} | {drink} wins this debate
            the smell of {drink} is {good}
            """,
            bad="""
            {drink} is {bad} | {drink} with {with} is {bad} | {drink} is dirty water
            {drink} at 10pm and hello insomnia | {tool} is broken at home, {bad}
            people who drink {drink} with {with}, {bad} | office coffee is {bad}
            """,
            flat="""
            I drink {drink} with {with} | {n} cups of {drink} a day | {who} only drinks {drink} | off to fill {tool}
            had {n} coffees {when} | {drink} in the morning and {drink} at night | {drink} with {with} for me
            spilled {drink} on my {job}
            """,
            ask="""
            {drink} or {drink} ? | do you put {with} in {drink} ? | how many coffees a day ? | coffee or tea ?
            who drinks {drink} at this hour ? | how long do you steep your tea ? | what is in {tool} ?
            """,
        ),
    ),
    Topic(
        name="keyboard",
        title="un clavier qui claque",
        emotes=("Clavier", "Clac"),
        moods=(0.28, 0.4),
        fr=Words(
            slots={
                "key": "la barre espace|la touche entrée|la touche W|la touche échap|la touche majuscule",
                "board": "ce clavier|le clavier mécanique|le clavier de {who}|un clavier silencieux",
                "sound": "une machine à écrire|un troupeau de chevaux|des castagnettes|la grêle|du pop-corn",
            },
            short="""
            - le clavier | clac clac clac | - trop de bruit ce clavier | + asmr clavier | switch bleus
            - moins fort les touches | + ce bruit de touches | la barre espace | - on entend que le clavier
            + le clac clac | clavier mécanique | nettoie ton clavier
            """,
            good="""
            {board} c'est {good} | {key} qui claque c'est {good} | j'adore, on dirait {sound} | {board} ça détend
            le bruit de {key} m'aide à dormir, c'est {good} | {board} avec des lumières c'est {good}
            tape encore sur {key}
            """,
            bad="""
            {board} c'est {bad} | on dirait {sound} quand tu tapes | {key} me rend fou
            {board} couvre ta voix, c'est {bad} | {who} m'a demandé si c'était {sound}
            {key} à fond depuis {n} minutes c'est {bad} | pitié change de clavier
            """,
            flat="""
            {board} fait le bruit de {sound} | {when} j'ai cassé {key} | {who} a {board} aussi | il faut huiler {key}
            j'ai payé {n}0 euros pour {board} | un tapis sous {board} ça aide | {key} de mon clavier est collante
            il y a des miettes sous {key}
            """,
            ask="""
            c'est quoi {board} ? | c'est des switchs de quelle couleur ? | tu tapes avec les poings sur {key} ?
            {board} c'est bien pour la {job} ? | tu entends {sound} toi aussi ? | {board} il coûte combien ?
            """,
        ),
        en=Words(
            slots={
                "key": "the space bar|the enter key|the W key|the escape key|the shift key",
                "board": "that keyboard|the mechanical keyboard|a silent keyboard|the rainbow keyboard|my old keyboard",
                "sound": "a typewriter|a herd of horses|castanets|hail|popcorn",
            },
            short="""
            - the keyboard | click clack | - so loud that keyboard | + keyboard asmr | blue switches
            - softer keys please | + that key sound | space bar | - all I hear is keyboard | + clack clack
            mechanical keyboard | clean your keyboard
            """,
            good="""
            {board} is {good} | {key} clicking is {good} | love it, sounds like {sound} typing
            {board} is so relaxing | the sound of {key} helps me sleep, {good} | {board} with lights is {good}
            hit {key} again
            """,
            bad="""
            {board} is {bad} | it sounds like {sound} when you type | {key} drives me crazy
            {board} covers your voice, {bad} | {who} asked if my typing was {sound}
            {key} for {n} minutes straight is {bad} | please change keyboard
            """,
            flat="""
            {board} sounds like {sound} | broke {key} {when} | {who} has {board} too | you need to oil {key}
            paid {n}0 dollars for {board} | a mat under {board} helps | {key} on my keyboard is sticky
            there are crumbs under {key}
            """,
            ask="""
            what is {board} ? | what color are the switches ? | do you hit {key} with your fist ?
            is {board} good for my {job} ? | do you hear {sound} when typing ? | how much is {board} ?
            """,
        ),
    ),
    Topic(
        name="holidays",
        title="les vacances",
        emotes=("Plage", "Valise"),
        moods=(0.5, 0.2),
        fr=Words(
            slots={
                "place": "la mer|la montagne|la plage|le camping|la campagne|une île|le lac",
                "item": "la valise|la crème solaire|la tente|les tongs|le parasol|le maillot|la bouée canard",
                "bad_thing": "les moustiques|les bouchons|les coups de soleil|les méduses|la pluie au camping",
            },
            short="""
            + les vacances | + la plage | montagne | team mer | team montagne | - les moustiques | crème solaire
            la valise | + vivement les vacances | camping | - plus de congés | + pieds dans l'eau | les tongs
            - retour de vacances
            """,
            good="""
            {place} c'est {good} | les vacances à {n} c'est {good} | {place} avec {who} c'est {good}
            vivement {place} | j'ai préparé {item}, plus que {n} jours | dormir au soleil en vacances c'est {good}
            {place} en septembre c'est {good}
            """,
            bad="""
            {bad_thing} c'est {bad} | {place} avec {bad_thing} c'est {bad}
            j'ai oublié {item} en vacances c'est {bad} | pas de vacances cette année c'est {bad}
            {place} avec {who} plus jamais | perdre {item} à l'aéroport c'est {bad}
            reprise du boulot après {place} c'est {bad}
            """,
            flat="""
            je pars voir {place} dans {n} jours | {who} préfère {place} | cet été c'est {place} pour moi
            pense à {item} | {when} j'ai vu {place} | on était {n} dans la tente | moi en vacances je fais rien
            {item} prend toute la place
            """,
            ask="""
            tu pars où en vacances ? | {place} ou {place} ? | t'as pris {item} ? | qui part en vacances bientôt ?
            c'est quoi le pire, {bad_thing} ou {bad_thing} ? | combien de jours de vacances ?
            {who} part avec toi en vacances ?
            """,
        ),
        en=Words(
            slots={
                "place": "the sea|the mountains|the beach|camping|the countryside|an island|the lake",
                "item": "the suitcase|the sunscreen|the tent|the flip flops|the parasol|the duck float",
                "bad_thing": "mosquitoes|traffic jams|sunburn|jellyfish|rain on the tent|sand everywhere",
            },
            short="""
            + holidays | + the beach | mountains | team sea | team mountains | - mosquitoes | sunscreen
            pack the suitcase | + cannot wait for vacation | camping | - no days off left | + feet in the water
            flip flops
            """,
            good="""
            {place} is {good} | a vacation with {who} is {good} | {place} with friends is {good}
            cannot wait for {place} | {item} is packed, {n} days to go | a nap in the sun on holiday is {good}
            {place} in september is {good}
            """,
            bad="""
            {bad_thing} on vacation, {bad} | {place} with {bad_thing} is {bad} | forgot {item} on holiday, {bad}
            no vacation this year is {bad} | {place} with {who}, never again | lost {item} at the airport, {bad}
            back to work after {place} is {bad}
            """,
            flat="""
            leaving for {place} in {n} days | {who} prefers {place} | this summer it is {place} for me
            remember {item} | saw {place} {when} | there were {n} of us in the tent | on vacation I do nothing
            {item} takes all the space
            """,
            ask="""
            where are you going on holiday ? | {place} or {place} ? | did you pack {item} ? | who has vacation soon ?
            what is worse, {bad_thing} or {bad_thing} ? | how many days of vacation ? | is {who} coming on holiday ?
            """,
        ),
    ),
    Topic(
        name="speedrun",
        title="un speedrun",
        emotes=("Chrono", "Glitch"),
        moods=(0.38, 0.3),
        fr=Words(
            slots={
                "trick": "le glitch|le saut de mur|le raccourci|le clip du plafond|le saut de l'ange|le wrong warp",
                "level": "le niveau 1|le niveau 3|le niveau de l'eau|le château|la grotte|le dernier niveau",
                "time": "2 secondes|12 secondes|une demi-seconde|une minute|3 minutes",
            },
            short="""
            reset | le chrono | + en avance | - en retard sur le pb | + pb ce soir | glitch | - raté le glitch
            + split vert | - split rouge | any% | le raccourci | + propre la run | - run morte | la run
            """,
            good="""
            faire {trick} du premier coup c'est {good} | {time} d'avance sur la run, allez | {level} c'était {good}
            {trick} c'est {good} | gagner {time} avec {trick} c'est {good} | split vert sur {level} c'est {good}
            cette run est en or
            """,
            bad="""
            rater {trick} c'est {bad} | {time} de perdu sur {level} | {level} tue toutes les runs
            encore un reset à {level} | perdre {time} sur {trick} c'est {bad} | {n} resets de suite c'est {bad}
            la run est morte à {level}
            """,
            flat="""
            {trick} fait gagner {time} | c'est la run numéro {n} | {level} en {time} c'est le pb
            {who} fait {level} sans {trick} | {when} le pb était à {time} près | il faut tenter {trick} sur {level}
            reset si tu perds {time} | {trick} marche une fois sur {n}
            """,
            ask="""
            c'est quoi le record ? | {trick} marche comment ? | il a combien d'avance sur la run ?
            tu fais {trick} sur {level} ? | c'est du any% ? | combien de resets ce soir ? | pourquoi pas {trick} ?
            """,
        ),
        en=Words(
            slots={
                "trick": "the glitch|the wall jump|the shortcut|the ceiling clip|the leap|the wrong warp",
                "level": "level 1|level 3|the water level|the castle|the cave|the last level",
                "time": "2 seconds|12 seconds|half a second|one minute|3 minutes",
            },
            short="""
            reset | the timer | + ahead of pb | - behind pb | + pb tonight | glitch | - missed the glitch
            + green split | - red split | any% | the shortcut | + clean run | - run is dead | this run
            """,
            good="""
            {trick} first try is {good} | {time} ahead on this run, go | {level} was {good} | {trick} is {good}
            saving {time} with {trick} is {good} | green split on {level} is {good} | this run is golden
            """,
            bad="""
            missing {trick} is {bad} | lost {time} on {level} | {level} kills every run | another reset at {level}
            losing {time} on {trick} is {bad} | {n} resets in a row is {bad} | the run died at {level}
            """,
            flat="""
            {trick} saves {time} | this is run number {n} | {level} in {time} is the pb
            {who} does {level} without {trick} | the pb was {time} off {when} | you have to try {trick} on {level}
            reset if you lose {time} | {trick} works one time in {n}
            """,
            ask="""
            what is the record ? | how does {trick} work ? | how far ahead is this run ?
            do you do {trick} on {level} ? | is this any% ? | how many resets tonight ? | why not {trick} ?
            """,
        ),
    ),
    Topic(
        name="mod_vote",
        title="l'élection du modo",
        emotes=("Modo", "Urne"),
        moods=(0.36, 0.26),
        fr=Words(
            slots={
                "name": "Gaufrette|Capitaine Radis|Madame Tondeuse|Ficelle|le canard|Grelot|Professeur Boulon",
                "role": "modo|chef du chat|ministre des emotes|gardien du slow mode|capitaine du chat",
                "promise": "plus d'emotes|la fin du slow mode|des croissants|zéro spam|un jour de caps lock",
            },
            short="""
            je vote | votez | vote blanc | + Gaufrette modo | le canard modo | - élection truquée | dépouillement
            + vive Capitaine Radis | - pas lui en modo | second tour | le programme ? | + modo du peuple | - recomptez
            un débat des candidats
            """,
            good="""
            {name} en {role} c'est {good} | je vote {name} sans hésiter | {name} promet {promise}, c'est {good}
            {name} a toujours été juste, bon {role} | {promise} dans le programme, je signe | {name} président du chat
            merci aux modos, c'est {good}
            """,
            bad="""
            {name} en {role} c'est {bad} | {name} m'a ban {n} minutes {when} | {promise} c'est une promesse en l'air
            élection truquée, {name} a voté {n} fois | {name} connaît même pas le règlement du chat
            {promise} tout le monde le promet, c'est {bad} | ce vote c'est {bad}
            """,
            flat="""
            {name} a {n} voix | il faut un {role} du soir | {who} vote {name} | je vote {name} au second tour
            {name} propose {promise} | les modos comptent les voix | {n} candidats pour un seul {role} | je vote blanc
            """,
            ask="""
            qui vote {name} ? | c'est quoi le programme de {name} ? | on vote jusqu'à quand ? | {name} ou {name} ?
            on peut voter {n} fois ? | il fait quoi un {role} ? | {promise} c'est possible pour un modo ?
            """,
        ),
        en=Words(
            slots={
                "name": "Gaufrette|Captain Radish|Madam Mower|Ficelle|the duck|Grelot|Professor Bolt",
                "role": "mod|head of chat|minister of emotes|keeper of slow mode",
                "promise": "more emotes|no more slow mode|free croissants|zero spam|one caps lock day",
            },
            short="""
            I vote | go vote | blank vote | + Gaufrette for mod | duck for mod | - rigged election | count the votes
            + long live Captain Radish | - not him as mod | second round | what is the program | + mod of the people
            - recount
            """,
            good="""
            {name} as {role} is {good} | voting {name} all the way | {name} promises {promise}, {good}
            {name} was always fair, good {role} | {promise} in the program, I am in | {name} for president of chat
            thank you mods, you are {good}
            """,
            bad="""
            {name} as {role} is {bad} | {name} banned me for {n} minutes {when} | {promise} is an empty promise
            rigged, {name} voted {n} times | {name} never read the chat rules
            {promise}, they all promise that, {bad} | this vote is {bad}
            """,
            flat="""
            {name} has {n} votes | we need a {role} for the night | {who} votes {name}
            {name} in the second round for me | {name} wants {promise} | the mods are counting votes
            {n} candidates for one {role} | voting blank
            """,
            ask="""
            who votes {name} ? | what is {name}'s program ? | until when can we vote ? | {name} or {name} ?
            can we vote {n} times ? | what does a {role} do ? | can a mod give us {promise} ?
            """,
        ),
    ),
    Topic(
        name="horror",
        title="un jeu d'horreur",
        emotes=("Peur", "Fantome"),
        moods=(0.22, 0.48),
        fr=Words(
            slots={
                "thing": "le fantôme|la poupée|la cave|le grenier|le miroir|le clown|l'ombre au fond du couloir",
                "tool": "la lampe torche|la clé rouillée|la batterie|le vieux journal|la porte secrète",
            },
            short="""
            la porte | - pas la cave | - j'ai peur | - la poupée a bougé | derrière toi | + même pas peur
            - le fantôme | allume la lampe | - non non non le couloir | cache toi | - j'éteins la lumière jamais
            + ambiance de manoir | - le miroir bouge | le manoir
            """,
            good="""
            l'ambiance du manoir c'est {good} | {thing} dans ce jeu c'est {good} | tu as trouvé {tool}, {good}
            ce jeu d'horreur c'est {good} | même pas peur de {thing} | {thing} ça me fait plus rire que peur
            bien vu {tool}, on survit encore un peu
            """,
            bad="""
            {thing} c'est {bad} pour mon coeur | je dors pas cette nuit à cause de {thing}
            {thing} a bougé je le jure | {who} a crié en voyant {thing} | ouvre pas, je te jure y a {thing} derrière
            je regarde {thing} entre mes doigts | {tool} marche plus dans le noir, c'est {bad}
            """,
            flat="""
            prends {tool} avant d'aller dans la cave | je parie que {thing} revient dans {n} minutes
            {tool} est à l'étage | il faut {tool} pour sortir du manoir | {who} a fini ce jeu d'horreur le son coupé
            {thing} apparaît {n} fois | faut pas regarder {thing} | {when} j'ai rêvé de {thing}
            """,
            ask="""
            c'est quoi {thing} ? | tu as {tool} ? | vous avez entendu {thing} ? | pourquoi il va encore voir {thing} ?
            il dure combien d'heures ce jeu d'horreur ? | {tool} ça sert à quoi ? | qui a peur de {thing} ?
            """,
        ),
        en=Words(
            slots={
                "thing": "the ghost|the doll|the basement|the attic|the mirror|the clown|the shadow in the hallway",
                "tool": "the flashlight|the rusty key|the battery|the old diary|the secret door",
            },
            short="""
            the door | - not the basement | - so scary | - the doll moved | behind you | + not even scared
            - the ghost | flashlight on | - no no no not that hallway | hide | - sleeping with the lights on
            + haunted house vibes | - the mirror moved | the mansion
            """,
            good="""
            the mansion mood is {good} | {thing} is {good} in this game | you found {tool}, {good}
            this horror game is {good} | not even scared of {thing} | {thing} is more funny than scary
            nice, {tool}, we live a bit longer
            """,
            bad="""
            {thing} is {bad} for my heart | no sleep tonight because of {thing} | {thing} moved I swear
            {who} screamed at {thing} | do not open, {thing} is behind it | watching {thing} through my fingers
            {tool} died in the dark, {bad}
            """,
            flat="""
            take {tool} before the basement | I bet {thing} is back in {n} minutes | {tool} is upstairs
            you need {tool} to leave the mansion | {who} finished this horror game on mute
            {thing} shows up {n} times | never look at {thing} | I had a dream about {thing} {when}
            """,
            ask="""
            what is {thing} ? | do you have {tool} ? | did you hear {thing} ? | why go back to {thing} ?
            how long is this horror game ? | what is {tool} for ? | who is afraid of {thing} ?
            """,
        ),
    ),
    Topic(
        name="plants",
        title="la plante qui fait la tête",
        emotes=("Plante", "Arrosoir"),
        moods=(0.38, 0.3),
        fr=Words(
            slots={
                "plant": "la plante|le ficus|le cactus|le basilic en pot|l'orchidée|la fougère|le monstera",
                "care": "de l'eau|de la lumière|du terreau|un plus grand pot|de l'engrais|un peu d'amour",
                "spot": "près de la fenêtre|derrière l'écran|dans la salle de bain|sur le balcon",
            },
            short="""
            la plante | arrose la plante | - rip le ficus | + belle plante | - pauvre plante | le cactus
            + une nouvelle feuille | rempote | - trop d'eau | - feuilles jaunes | l'arrosoir | + sauvez le ficus
            - elle a soif la plante
            """,
            good="""
            {plant} {spot} c'est {good} | {plant} a fait une feuille, {good} | {plant} va mieux que {when}
            {plant} donne un air {good} au décor | parler à {plant} c'est {good} | chez {who} {plant} c'est une jungle
            avec {care} {plant} repart toujours
            """,
            bad="""
            {plant} a soif c'est {bad} | {plant} {spot} c'est {bad} | {plant} fait la tête, manque {care}
            j'ai tué {plant} en {n} jours | {plant} perd ses feuilles c'est {bad} | {who} a noyé {plant} {when}
            les moucherons dans {plant} c'est {bad}
            """,
            flat="""
            il faut {care} à {plant} | mets {plant} {spot} | moi j'arrose {plant} tous les {n} jours
            {who} parle à {plant} | {plant} demande {care} | {when} j'ai rempoté {plant}
            {plant} c'est toxique pour le chat | j'ai {n} pots {spot}
            """,
            ask="""
            tu arroses {plant} quand ? | on la met où {plant} ? | c'est une vraie plante ou du plastique ?
            il faut {care} non ? | c'est quoi cette plante ? | qui arrose {plant} quand tu pars ?
            {plant} ou le cactus ?
            """,
        ),
        en=Words(
            slots={
                "plant": "the plant|the ficus|the cactus|the basil pot|the orchid|the fern|the monstera",
                "care": "water|light|new soil|a bigger pot|fertilizer|some love",
                "spot": "near the window|behind the screen|in the bathroom|on the balcony",
            },
            short="""
            the plant | water the plant | - rip ficus | + nice plant | - poor plant | cactus | + a new leaf | repot it
            - too much water | - yellow leaves | watering can | + save the ficus | - thirsty plant
            """,
            good="""
            {plant} {spot} is {good} | {plant} has a new leaf, {good} | {plant} looks better than {when}
            talking to {plant} is {good} | {plant} makes the room look {good} | {who} has a jungle, {plant} everywhere
            give it {care} and {plant} comes back
            """,
            bad="""
            {plant} is thirsty, {bad} | {plant} {spot} is {bad} | {plant} looks sad, needs {care}
            killed {plant} in {n} days | {plant} is losing leaves, {bad} | {who} drowned {plant} {when}
            the little flies in {plant} are {bad}
            """,
            flat="""
            {plant} needs {care} | put {plant} {spot} | I water {plant} every {n} days | {who} talks to {plant}
            {plant} wants {care} | repotted {plant} {when} | {plant} is toxic for cats | I have {n} pots {spot}
            """,
            ask="""
            when do you water {plant} ? | where is {plant} ? | is {plant} real ? | does {plant} need {care} ?
            what plant is this ? | who waters {plant} when you leave ? | {plant} or the cactus ?
            """,
        ),
    ),
    Topic(
        name="weather",
        title="la canicule et l'orage",
        emotes=("Orage", "Ventilo"),
        moods=(0.2, 0.5),
        fr=Words(
            slots={
                "sky": "l'orage|la pluie|la grêle|le brouillard|le vent|la canicule|la neige",
                "tool": "le ventilo|la clim|le parapluie|les volets|le pull|les bottes",
                "deg": "35 degrés|38 degrés|40 degrés|2 degrés|moins 5|29 degrés la nuit",
            },
            short="""
            - il fait trop chaud | - 38 degrés | + il pleut enfin | l'orage | - le ventilo est mort | + vive la neige
            la météo | - on fond | tonnerre | - pas un nuage | + un peu d'air frais | ferme les volets | éclair
            - il pleut encore
            """,
            good="""
            {sky} la nuit c'est {good} | {sky} depuis le canapé c'est {good} | {tool} c'est la meilleure invention
            {sky} enfin, le jardin dit merci | dormir avec {sky} dehors c'est {good} | {deg} ici, temps {good}
            l'odeur de la pluie c'est {good}
            """,
            bad="""
            {deg} chez moi c'est {bad} | {sky} depuis {n} jours c'est {bad} | {tool} a lâché par {deg}
            {sky} a coupé le courant | {sky} à {place} c'est {bad} | dormir par {deg} c'est {bad}
            {who} ouvre les volets par {deg}, c'est {bad}
            """,
            flat="""
            il fait {deg} à {place} | ils annoncent {sky} demain | prends {tool} si tu sors | {deg} dans mon salon là
            {when} c'était {sky} à {place} | l'orage est à {n} kilomètres | {who} a acheté {tool}
            ici {sky}, rien d'autre
            """,
            ask="""
            il fait combien chez vous ? | vous avez {sky} aussi ? | tu as {tool} ? | c'est l'orage qu'on entend ?
            {deg} et tu cuisines ? | ils annoncent quoi comme météo ? | {sky} ou {sky} ?
            """,
        ),
        en=Words(
            slots={
                "sky": "the storm|the rain|hail|fog|the wind|the heat wave|snow",
                "tool": "the fan|the air con|the umbrella|the shutters|a sweater|rain boots",
                "deg": "35 degrees|38 degrees|40 degrees|2 degrees|minus 5|29 degrees at night",
            },
            short="""
            - too hot | - 38 degrees | + rain at last | thunder | - the fan died | + snow day | weather report
            - we are melting | storm | - not a cloud | + some fresh air | close the shutters | lightning
            - raining again
            """,
            good="""
            {sky} at night is {good} | {sky} from the couch is {good} | {tool} is the best invention
            {sky} at last, the garden says thanks | sleeping with {sky} outside is {good} | {deg} here, {good} weather
            the smell of rain is {good}
            """,
            bad="""
            {deg} at my place is {bad} | {sky} for {n} days is {bad} | {tool} broke at {deg} | {sky} cut the power
            {sky} in {place} is {bad} | sleeping at {deg} is {bad} | {who} opens the window at {deg}, {bad}
            """,
            flat="""
            {deg} in {place} | forecast says {sky} tomorrow | take {tool} if you go out | {deg} in my living room
            it was {sky} in {place} {when} | the storm is {n} miles away | {who} bought {tool} | only {sky} here
            """,
            ask="""
            how hot is it for you ? | do you have {sky} too ? | do you have {tool} ? | is that thunder ?
            {deg} and you are cooking ? | what is the forecast ? | {sky} or {sky} ?
            """,
        ),
    ),
    Topic(
        name="chess",
        title="une partie d'échecs",
        emotes=("Pion", "Gaffe"),
        moods=(0.32, 0.34),
        fr=Words(
            slots={
                "piece": "la dame|la tour|le fou|le cavalier|le pion h|le roi|le pion du centre",
                "move": "le roque|l'échec à la découverte|le gambit|la fourchette|la promotion|le clouage",
                "square": "e4|f7|d5|h6|g2|c3",
            },
            short="""
            échec | - la dame !! | roque | - la gaffe | + mat en 2 | prends le pion | - la tour est en prise
            cavalier f3 | + échec et mat | - zeitnot | la pendule | + fourchette | abandonne | nulle | e4
            """,
            good="""
            {move} c'est {good} | {piece} en {square} c'est {good} | {piece} domine tout l'échiquier
            {move} que personne avait vu | {move} avec {piece} c'est {good} | tu joues {piece} comme un maître
            la finale avec {piece} c'est {good}
            """,
            bad="""
            {piece} en {square} c'est {bad} | tu as oublié {piece} c'est {bad} | {piece} est en prise depuis {n} coups
            perdre {piece} sur {move} c'est {bad} | {who} voit mieux {move} que toi | {piece} dans un coin c'est {bad}
            plus que {n} secondes à la pendule et {piece} qui traîne
            """,
            flat="""
            moi je jouais {piece} en {square} | il menace {piece} | {move} puis {piece} en {square}
            il te reste {n} coups théoriques | {who} joue toujours {move} | échange {piece} et simplifie
            {when} j'ai gagné avec {move} | le roi est mieux en {square}
            """,
            ask="""
            pourquoi pas {piece} en {square} ? | t'as vu {move} ? | c'est quoi ton elo ? | {piece} ou le cavalier ?
            on peut reprendre {piece} ? | c'est quelle ouverture ? | il est mat ou pas ?
            """,
        ),
        en=Words(
            slots={
                "piece": "the queen|the rook|the bishop|the knight|the h pawn|the king|the center pawn",
                "move": "castling|the discovered check|the gambit|the fork|promotion|the pin",
                "square": "e4|f7|d5|h6|g2|c3",
            },
            short="""
            check | - the queen !! | castle | - blunder | + mate in 2 | take the pawn | - the rook is hanging
            knight f3 | + checkmate | - time trouble | the chess clock | + fork | resign | draw | e4
            """,
            good="""
            {move} is {good} | {piece} on {square} is {good} | {piece} rules the whole board
            nobody saw {move}, {good} | {move} with {piece} is {good} | you play {piece} like a master
            this endgame with {piece} is {good}
            """,
            bad="""
            {piece} on {square} is {bad} | you forgot {piece}, {bad} | {piece} has been hanging for {n} moves
            losing {piece} to {move} is {bad} | {who} sees {move} better than you | {piece} is trapped, {bad}
            {n} seconds on the clock and {piece} is asleep
            """,
            flat="""
            I would play {piece} to {square} | he threatens {piece} | {move} then {piece} to {square}
            {n} book moves left | {who} always plays {move} | trade {piece} and simplify | won with {move} {when}
            the king is better on {square}
            """,
            ask="""
            why not {piece} to {square} ? | did you see {move} ? | what is your elo ? | {piece} or the knight ?
            can you take {piece} back ? | which opening is this ? | is it mate or not ?
            """,
        ),
    ),
    Topic(
        name="pizza",
        title="l'ananas sur la pizza",
        emotes=("Pizza", "Ananas"),
        moods=(0.34, 0.36),
        fr=Words(
            slots={
                "top": "l'ananas|les anchois|les olives|le chorizo|le miel|la roquette|le maïs|les câpres",
                "pizza": "la quatre fromages|la reine|la marguerite|la calzone|la pizza surgelée|la pizza maison",
            },
            short="""
            - pas d'ananas | + team ananas | pizza | - l'ananas c'est non | anchois | + pizza froide au petit dej
            4 fromages | + la croûte | - une pizza sans fromage | + une part svp | calzone | livraison de pizza
            - ananas = ban
            """,
            good="""
            {top} sur la pizza c'est {good} | {pizza} c'est {good} | {pizza} avec {top} c'est {good}
            {pizza} de {who} est imbattable | {top} et du fromage fondu, c'est {good}
            la croûte bien cuite c'est {good} | je défends {top} sur la pizza jusqu'au bout
            """,
            bad="""
            {top} sur la pizza c'est {bad} | {pizza} avec {top} c'est {bad}
            mettre {top} sur {pizza} devrait être interdit | {who} met {top} sur {pizza}, c'est {bad}
            {pizza} à {n}0 euros c'est {bad} | la croûte molle c'est {bad}
            {top} et de la pizza tiède, mon estomac dit non
            """,
            flat="""
            je commande {pizza} avec {top} | {when} j'ai mangé {pizza} | moi c'est {pizza} et {top}
            {who} enlève {top} de {pizza} | il reste {n} parts de pizza ici | {pizza} c'est {n} minutes au four
            on partage {pizza} en {n} | la moitié {top}, la moitié nature
            """,
            ask="""
            pizza avec ou sans {top} ? | {pizza} ou la reine ? | qui met {top} sur une pizza ?
            tu as commandé quelle pizza ? | on mange la croûte ou pas ? | {top} et {top} ensemble ?
            la pizza arrive quand ?
            """,
        ),
        en=Words(
            slots={
                "top": "pineapple|anchovies|olives|pepperoni|honey|arugula|corn|capers",
                "pizza": "four cheese pizza|a margherita|a calzone|frozen pizza|homemade pizza|deep dish pizza",
            },
            short="""
            - no pineapple | + team pineapple | pizza | - pineapple is a no | anchovies | + cold pizza for breakfast
            four cheese | + the crust | - pizza with no cheese | + one slice please | calzone | pizza delivery
            - pineapple = ban
            """,
            good="""
            {top} on pizza, {good} | {pizza} is {good} | {pizza} with {top} is {good}
            nothing beats {pizza} from {who} | {top} and melted cheese is {good} | a crispy crust is {good}
            I will defend {top} on pizza forever
            """,
            bad="""
            {top} on pizza, {bad} | {pizza} with {top} is {bad} | {top} on {pizza} should be illegal
            {who} puts {top} on {pizza}, {bad} | {pizza} for {n}0 bucks is {bad} | a soggy crust is {bad}
            warm {top} on a pizza, my stomach says no
            """,
            flat="""
            ordering {pizza} with {top} | had {pizza} {when} | {pizza} and {top} for me
            {who} takes {top} off {pizza} | {n} slices of pizza left here | {pizza} takes {n} minutes in the oven
            splitting {pizza} {n} ways | half {top}, half plain pizza
            """,
            ask="""
            pizza with or without {top} ? | {pizza} or pepperoni ? | who puts {top} on pizza ?
            which pizza did you order ? | do you eat the crust ? | {top} and {top} together ?
            when is the pizza here ?
            """,
        ),
    ),
    Topic(
        name="haircut",
        title="la nouvelle coupe",
        emotes=("Coupe", "Peigne"),
        moods=(0.42, 0.26),
        fr=Words(
            slots={
                "hair": "la coupe|la frange|la mèche|la moustache|la teinture|le dégradé|la barbe",
                "look": "un pirate|un chanteur des années 80|un hérisson|un prof de sport|un poireau|une star",
            },
            short="""
            + belle coupe | la frange | - le coiffeur !!! | + ça te va bien la coupe | la moustache | - la frange non
            + classe | - rends la mèche | rase tout | team barbe | + nouvelle tête | la mèche rebelle | - mal coiffé
            """,
            good="""
            {hair} ça te va bien, {good} | {hair} c'est {good} | avec {hair} on dirait {look}, j'adore
            {hair} rajeunit de {n} ans | bravo au coiffeur, {hair} c'est {good} | {who} veut la même coupe
            enfin {hair}, c'est {good}
            """,
            bad="""
            {hair} c'est {bad} | on dirait {look} avec {hair} | {hair} vieillit de {n} ans
            le coiffeur t'en voulait, c'est {bad} | {who} m'a fait {hair} au bol c'est {bad}
            {hair} cache la moitié de l'écran | porte un bonnet, {hair} c'est {bad}
            """,
            flat="""
            {hair} repousse en {n} semaines | {when} je suis allé chez le coiffeur
            {who} se coupe les cheveux à la maison | {hair} me rappelle {look} | je vote pour garder {hair}
            mets du gel sur {hair} | il reste {n} cheveux à couper | un coiffeur c'est {n}0 euros ici
            """,
            ask="""
            tu as changé {hair} ? | c'est quel coiffeur ? | {hair} c'est voulu ? | qui t'a coupé les cheveux ?
            on garde {hair} ou on rase ? | pourquoi {hair} ? | {hair} ça tient comment ?
            """,
        ),
        en=Words(
            slots={
                "hair": "the haircut|the fringe|the mustache|the hair dye|the fade|the beard",
                "look": "a pirate|an 80s singer|a hedgehog|a gym teacher|a leek|a movie star",
            },
            short="""
            + nice haircut | the fringe | - barber !!! | + suits you the haircut | mustache | - not the fringe
            + classy hair | - bring back the old hair | shave it | team beard | + new hair who dis | bed hair
            - bad hair day
            """,
            good="""
            {hair} looks {good} | {hair} is {good} | {hair} makes you look like {look}, love it
            {hair} takes off {n} years | tip your barber, {hair} is {good} | {who} wants the same haircut
            at last {hair}, {good}
            """,
            bad="""
            {hair} is {bad} | you look like {look} with {hair} | {hair} adds {n} years | your barber hates you, {bad}
            {who} once did {hair} with a bowl, {bad} | {hair} covers half the screen | wear a hat, {hair} is {bad}
            """,
            flat="""
            {hair} grows back in {n} weeks | went to the barber {when} | {who} cuts hair at home
            {hair} reminds me of {look} | voting to keep {hair} | put some gel on {hair} | {n} hairs left to cut
            a barber is {n}0 dollars here
            """,
            ask="""
            did you change {hair} ? | which barber ? | is {hair} on purpose ? | who cut your hair ?
            do we keep {hair} or shave it ? | why {hair} ? | how does {hair} stay up ?
            """,
        ),
    ),
    Topic(
        name="board_game",
        title="un jeu de plateau",
        emotes=("De", "Plateau"),
        moods=(0.38, 0.3),
        fr=Words(
            slots={
                "res": "du bois|du blé|des moutons|de l'argile|une carte chance|un jeton|des cubes rouges",
                "who": "le joueur bleu|la joueuse rouge|le joueur vert|{nocta}|mon coloc",
                "act": "la route|le château|le marché|la case départ|la tuile du centre",
            },
            short="""
            lance le dé | + double six | - encore un 1 au dé | le plateau | échange un mouton | - il triche aux cartes
            à qui le tour | + la partie est pliée | passe ton tour | - case prison | pioche | les règles
            + bien joué le mouton
            """,
            good="""
            {act} c'est {good} | {res} contre {res} c'est {good} | le dé a dit oui, c'est {good}
            {who} va gagner la partie | {act} au bon moment c'est {good} | un jeu de plateau à {n} c'est {good}
            {who} joue ses cartes comme un pro
            """,
            bad="""
            {act} c'est {bad} | encore un dé raté c'est {bad} | {who} a volé {res} c'est {bad}
            {who} triche avec les cartes | la partie dure depuis {n} heures | il manque {res}, la partie est foutue
            les règles de ce jeu c'est {bad}
            """,
            flat="""
            prends {res} et pose {act} | il faut {res} pour {act} | {who} a {n} points | échange {res} contre {res}
            c'est à {who} de lancer le dé | {when} on a joué à ce jeu à {n} | garde {res} pour le prochain tour
            il reste {n} cartes dans la pioche
            """,
            ask="""
            c'est quoi les règles ? | c'est à qui de lancer le dé ? | il a combien de points {who} ?
            tu échanges {res} ? | on joue à combien à ce jeu ? | pourquoi pas {act} ? | {res} ça sert à quoi ?
            """,
        ),
        en=Words(
            slots={
                "res": "wood|wheat|sheep|clay|a chance card|a token|red cubes",
                "who": "the blue player|the red player|the green player|{nocta}|my roommate",
                "act": "the road|the castle|the market|the start tile|the center tile",
            },
            short="""
            roll the dice | + double six | - rolled a 1 again | the board | trade a sheep | - card cheater
            whose turn | + game is over gg | skip your turn | - go to jail | draw a card | read the rules
            + well played sheep
            """,
            good="""
            {act} is {good} | trading {res} for {res} is {good} | the dice said yes, {good}
            {who} wins this board game | {act} at the right time is {good} | a board game with {n} people is {good}
            {who} plays those cards like a pro
            """,
            bad="""
            {act} is {bad} | another bad roll, {bad} | {who} stole {res}, {bad} | {who} is cheating with the cards
            this game has lasted {n} hours | out of {res}, the game is lost | the rules of this board game are {bad}
            """,
            flat="""
            take {res} and build {act} | you need {res} for {act} | {who} has {n} points | trade {res} for {res}
            {who} rolls the dice now | we played this with {n} people {when} | keep {res} for next turn
            {n} cards left in the deck
            """,
            ask="""
            what are the rules ? | who rolls the dice ? | how many points does {who} have ? | do you trade {res} ?
            how many players is this game ? | why not {act} ? | what is {res} for ?
            """,
        ),
    ),
    Topic(
        name="parcel",
        title="un colis mystère",
        emotes=("Colis", "Surprise"),
        moods=(0.4, 0.28),
        fr=Words(
            slots={
                "box": "le colis|le carton|le paquet|l'enveloppe à bulles|la boîte",
                "gift": "une chaussette|un grille-pain|une figurine|un câble|un pull tricoté|une lampe canard",
                "tool": "des ciseaux|un cutter|les dents|une clé",
            },
            short="""
            ouvre le colis | + un cadeau | le carton | - le livreur | + unboxing | papier bulle | - colis abîmé
            déballe | + c'est lourd le paquet | - perdu par la poste | facteur | le scotch | suivi du colis
            + surprise dans le carton
            """,
            good="""
            {gift} dans {box} c'est {good} | voilà {box}, c'est {good} | {gift} de la part de {who} c'est {good}
            éclater le papier bulle c'est {good} | {gift} dans un colis, mon rêve
            {box} en avance de {n} jours c'est {good} | merci au viewer pour {box}
            """,
            bad="""
            recevoir {box} en miettes c'est {bad} | le livreur a lancé {box} c'est {bad}
            {n} semaines pour recevoir {gift} c'est {bad} | ils ont livré {box} chez {who} c'est {bad}
            {box} vide c'est {bad} | {gift} en morceaux dans {box}, pauvre facteur
            ouvrir {box} avec {tool} c'est {bad}
            """,
            flat="""
            je parie que c'est {gift} dans {box} | prends {tool} pour {box} | {when} j'ai reçu {gift} par la poste
            {box} pèse {n} kilos | {who} garde {box} pour le déménagement | {gift} dans le carton, je l'avais dit
            secoue {box} avant | le suivi du colis dit {n} jours
            """,
            ask="""
            y a quoi dans {box} ? | c'est qui qui a envoyé {box} ? | tu as {tool} pour {box} ? | c'est {gift} ?
            il arrive quand {box} ? | on peut t'envoyer {gift} ? | pourquoi {gift} ?
            """,
        ),
        en=Words(
            slots={
                "box": "the parcel|the box|the package|the bubble envelope",
                "gift": "a sock|a toaster|a figurine|a cable|a knitted sweater|a duck lamp|a jar of pickles",
                "tool": "scissors|a cutter|your teeth|a key",
            },
            short="""
            open the parcel | + a gift | the box | - the delivery guy | + unboxing | bubble wrap | - damaged box
            unwrap it | + heavy package | - lost in the mail | mailman | so much tape | tracking number
            + surprise box
            """,
            good="""
            {gift} in {box} is {good} | {box} is here, {good} | {gift} sent by {who} is {good}
            popping bubble wrap is {good} | always wanted {gift} in a box | {box} came {n} days early, {good}
            thanks to the viewer for {box}
            """,
            bad="""
            {box} is damaged, {bad} | they threw {box} at the door, {bad} | {n} weeks to get {gift} is {bad}
            {box} went to {who}, {bad} | an empty box is {bad} | {gift} broken in {box}, poor mailman
            opening {box} with {tool} is {bad}
            """,
            flat="""
            I bet it is {gift} in {box} | use {tool} on {box} | got {gift} in the mail {when}
            {box} weighs {n} pounds | {who} keeps {box} for moving day | {gift} in the box, called it
            shake {box} first | tracking says {n} days
            """,
            ask="""
            what is in {box} ? | who sent {box} ? | do you have {tool} for {box} ? | is it {gift} ?
            when does {box} arrive ? | can we mail you {gift} ? | why {gift} ?
            """,
        ),
    ),
    Topic(
        name="space",
        title="un lancement de fusée",
        emotes=("Fusee", "Lune"),
        moods=(0.46, 0.2),
        fr=Words(
            slots={
                "craft": "la fusée|le satellite|la sonde|le lanceur|la capsule|le télescope",
                "goal": "Mars|la Lune|Jupiter|l'orbite|la station spatiale|une comète",
                "thing": "le compte à rebours|le décollage|la séparation|le premier étage|l'atterrissage",
            },
            short="""
            la fusée | 3 2 1 décollage | + décollage !! | - report du tir | la Lune | + vers Mars | moteurs allumés
            - encore reporté | orbite | + bravo les ingénieurs | la Terre est ronde | télescope | + quelle fusée
            - trop de vent pour la fusée
            """,
            good="""
            {craft} vers {goal} c'est {good} | {thing} c'est {good} | {craft} qui revient se poser c'est {good}
            voir {goal} de mes yeux ce serait {good} | bravo les ingénieurs pour {thing}
            les images de {goal} c'est {good} | {craft} en direct avec {who} c'est {good}
            """,
            bad="""
            reporter {thing} c'est {bad} | {craft} à {n} milliards c'est {bad}
            perdre {craft} avant {goal} c'est {bad} | {thing} et plus d'image, c'est {bad}
            {who} croit pas à {goal}, c'est {bad} | {craft} qui fuit c'est {bad}
            {n} reports pour {craft}, les pauvres
            """,
            flat="""
            {craft} met {n} mois pour {goal} | {thing} dans {n} minutes | {when} on voyait {goal} à l'oeil nu
            {who} voulait piloter {craft} | {craft} pèse {n}00 tonnes | il faut {n} minutes pour atteindre l'orbite
            {goal} c'est loin quand même | après {thing} il y a {n} minutes de silence
            """,
            ask="""
            c'est quand {thing} ? | {craft} va jusqu'à {goal} ? | il y a des gens dans {craft} ?
            ça coûte combien {craft} ? | on ira sur {goal} un jour ? | pourquoi {goal} et pas la Lune ?
            vous voyez {craft} vous ?
            """,
        ),
        en=Words(
            slots={
                "craft": "the rocket|the satellite|the probe|the launcher|the capsule|the telescope",
                "goal": "Mars|the Moon|Jupiter|orbit|the space station|a comet",
                "thing": "the countdown|liftoff|stage separation|the booster|the landing|launch weather",
            },
            short="""
            rocket | 3 2 1 liftoff | + liftoff !! | - launch delayed | the Moon | + to Mars | engines on
            - scrubbed again | orbit | + well done engineers | the Earth is round | telescope | + what a rocket
            - too windy for a launch
            """,
            good="""
            {craft} to {goal} is {good} | {thing} is {good} | watching {craft} land again is {good}
            seeing {goal} myself would be {good} | {thing} perfect, well done engineers
            the pictures of {goal} are {good} | {craft} live with {who} is {good}
            """,
            bad="""
            {thing} delayed, {bad} | {n} billions for {craft} is {bad} | losing {craft} before {goal} is {bad}
            {thing} and then no picture, {bad} | {who} does not believe in {goal}, {bad} | a leak on {craft} is {bad}
            {n} delays for {craft}, poor them
            """,
            flat="""
            {craft} takes {n} months to {goal} | {thing} in {n} minutes | we could see {goal} {when}
            {who} wanted to fly {craft} | {craft} weighs {n}00 tons | {n} minutes to reach orbit
            {goal} is far away though | {n} minutes of radio silence after {thing}
            """,
            ask="""
            when is {thing} ? | does {craft} go to {goal} ? | are there people in {craft} ? | how much is {craft} ?
            will we go to {goal} one day ? | why {goal} and not the Moon ? | can you see {craft} ?
            """,
        ),
    ),
    Topic(
        name="exams",
        title="les révisions",
        emotes=("Exam", "Cahier"),
        moods=(0.24, 0.46),
        fr=Words(
            slots={
                "subject": "les maths|la philo|l'histoire|la physique|la chimie|la géo|l'anglais|le bac de français",
                "thing": "les fiches|le partiel|l'oral|le contrôle|la dissertation|les annales|le brouillon",
            },
            short="""
            - j'ai exam demain | révise | - le partiel | les fiches | + 18 en maths | - zéro en philo
            + j'ai eu mon bac | - rattrapages | la calculatrice | + courage aux étudiants | - copie blanche
            antisèche | - j'ai rien révisé
            """,
            good="""
            {subject} c'est {good} | {thing} pour {subject} c'était {good}
            réviser {subject} avec ce live c'est {good} | {n} points de plus pour {subject}, merci
            {who} m'aide pour {subject} c'est {good} | fini {thing}, enfin libre | la prof de maths elle est top
            """,
            bad="""
            {subject} c'est {bad} | {thing} pour {subject} c'était {bad}
            j'ai {thing} dans {n} heures et je sais rien | j'ai eu {n} pour {thing} c'est {bad}
            {who} va voir ma note au bac | réviser {subject} la nuit c'est {bad}
            {subject} coefficient {n} c'est {bad}
            """,
            flat="""
            je révise {subject} en même temps | {thing} c'est dans {n} jours | il faut faire {thing} avant minuit
            {who} corrige {thing} | {when} j'ai passé {thing} | moi c'est {subject} demain | commence par {thing}
            j'ai fait {n} pages de fiches
            """,
            ask="""
            qui a exam demain ? | vous révisez {subject} vous ? | {thing} c'est quand ? | quelqu'un est bon en maths ?
            {subject} ou la philo ? | c'est dur {thing} ? | tu avais eu combien pour {thing} ?
            """,
        ),
        en=Words(
            slots={
                "subject": "math|philosophy|history|physics|chemistry|geography|French class|biology",
                "thing": "flash cards|the final|the oral exam|the quiz|the essay|old exams|the draft",
            },
            short="""
            - exam tomorrow | study time | - finals week | flash cards | + passed my exam | - zero in math
            + got an A | - resits | calculator | + good luck students | - blank page exam | cheat sheet
            - did not study
            """,
            good="""
            {subject} is {good} | the {subject} exam was {good} | studying {subject} with this stream is {good}
            {n} more points in {subject}, thanks | {who} helps me with {subject}, {good} | {thing} done, free at last
            my {subject} teacher is {good}
            """,
            bad="""
            {subject} is {bad} | the {subject} exam was {bad} | {thing} in {n} hours and I know nothing
            got a {n} on {thing}, {bad} | {who} will see my {subject} grade | studying {subject} at night is {bad}
            {subject} final worth {n} credits is {bad}
            """,
            flat="""
            studying {subject} at the same time | {thing} in {n} days | {thing} due at midnight | {who} grades {thing}
            took {thing} {when} | it is {subject} tomorrow for me | start with {thing}
            wrote {n} pages of study notes
            """,
            ask="""
            who has an exam tomorrow ? | are you studying {subject} ? | when do you have {thing} ?
            is anyone good at math ? | {subject} or philosophy ? | how hard is it, {thing} ?
            what did you get on {thing} ?
            """,
        ),
    ),
    Topic(
        name="running",
        title="le semi-marathon",
        emotes=("Baskets", "Sueur"),
        moods=(0.36, 0.32),
        fr=Words(
            slots={
                "run": "le semi-marathon|le footing|le 10 km|la course|le trail|l'entraînement|le fractionné",
                "body": "les mollets|les genoux|les ampoules|le point de côté|le souffle|les courbatures",
                "gear": "les baskets|la montre|le dossard|le short|la gourde|le bandeau fluo",
            },
            short="""
            footing | + bravo pour la course | - les courbatures | 10 km | - j'ai couru 5 minutes | les baskets
            + finisher | - point de côté | étire toi | + quel chrono au semi | - courir non merci | cours plus vite
            + médaille | l'échauffement
            """,
            good="""
            {run} c'est {good} | {run} le matin c'est {good} | des baskets neuves et {run}, c'est {good}
            {n} km sans marcher c'est {good} | finir {run} avec {who} c'est {good}
            {run} en {n}0 minutes c'est {good} | la médaille de {run} c'est {good}
            """,
            bad="""
            {body} après {run} c'est {bad} | {run} sous la pluie c'est {bad} | mourir au kilomètre {n} c'est {bad}
            {who} court plus vite que moi | aïe, {body}, merci {run} | oublier {gear} avant {run} c'est {bad}
            {run} à 7h du matin c'est {bad}
            """,
            flat="""
            je cours {n} km par semaine | {when} j'ai fait {run} | pense à t'échauffer avant {run}
            prends {gear} pour {run} | {who} prépare {run} | {run} c'est dans {n} jours | moi je cours derrière le bus
            bois avant {run}
            """,
            ask="""
            tu as fait {run} en combien ? | {run} c'est quand ? | c'est quoi {gear} que tu as ? | qui court le matin ?
            tu t'étires après {run} ? | {body} ça passe comment ? | combien de km pour {run} ?
            """,
        ),
        en=Words(
            slots={
                "run": "the half marathon|a jog|the 10k|the race|trail running|training|interval training",
                "body": "my calves|my knees|the blisters|a side stitch|sore legs|running cramps",
                "gear": "running shoes|the watch|the bib number|shorts|the water bottle|a neon headband",
            },
            short="""
            jogging | + congrats on the race | - so sore | 10k | - I ran for 5 minutes | running shoes | + finisher
            - side stitch | stretch | + great half marathon time | - running no thanks | run faster | + medal
            warm up
            """,
            good="""
            {run} is {good} | {run} in the morning is {good} | new shoes and {run}, {good}
            {n} miles without walking is {good} | finishing {run} with {who} is {good}
            {run} in {n}0 minutes is {good} | the medal after {run} is {good}
            """,
            bad="""
            {body} after {run}, {bad} | {run} in the rain is {bad} | dying at mile {n} is {bad}
            {who} runs faster than me | no legs left after {run}, {body}, {bad}
            forgetting {gear} before {run} is {bad} | {run} at 7am is {bad}
            """,
            flat="""
            I run {n} miles a week | did {run} {when} | warm up before {run} | bring {gear} for {run}
            {who} trains for {run} | {run} is in {n} days | I only run after the bus | drink before {run}
            """,
            ask="""
            what was your time on {run} ? | when is {run} ? | can you show {gear} ? | who runs in the morning ?
            do you stretch after {run} ? | how do you fix {body} ? | how many miles is {run} ?
            """,
        ),
    ),
    Topic(
        name="drawing",
        title="un cheval dessiné en direct",
        emotes=("Dessin", "Cheval"),
        moods=(0.42, 0.26),
        fr=Words(
            slots={
                "part": "les jambes|le museau|la crinière|la queue|les oreilles|l'oeil|les sabots|l'ombre",
                "beast": "un cheval|une vache|une table|un tapir|un chien triste|un canapé",
                "tool": "la gomme|le pinceau|le crayon|le calque|la couleur|l'encre",
            },
            short="""
            le dessin | c'est un cheval | - c'est pas un cheval | + le musée appelle pour le dessin | gomme
            - les jambes du cheval | + chef d'oeuvre | dessine un chat | + magnifique la crinière | calque 2
            - il a 5 pattes | fais les sabots | plus de couleur
            """,
            good="""
            {part} du cheval c'est {good} | ce dessin c'est {good} | {part} avec {tool} c'est {good}
            je veux ce dessin sur un t-shirt | tu dessines {beast} mieux que {who} | le regard du cheval c'est {good}
            j'adore {part} sur ce dessin
            """,
            bad="""
            {part} du cheval c'est {bad} | on dirait {beast} ton dessin | le cheval a {n} pattes c'est {bad}
            {who} dessine mieux {beast} | {part} ça fait peur sur ce dessin | efface {part} avec {tool}, c'est {bad}
            pauvre cheval, {part} c'est {bad}
            """,
            flat="""
            prends {tool} pour {part} | commence par {part} du cheval | {when} j'ai dessiné {beast}
            {who} colle tes dessins au frigo | change {tool} pour le dessin | après le cheval dessine {beast}
            il reste {n} minutes pour le dessin | moi je dessine {beast} en {n} traits
            """,
            ask="""
            c'est {beast} ce dessin ? | tu utilises quoi, {tool} ? | pourquoi le cheval a {n} pattes ?
            on peut acheter le dessin ? | tu as appris le dessin où ? | {part} c'est voulu ?
            tu dessines {beast} après ?
            """,
        ),
        en=Words(
            slots={
                "part": "the legs|the nose|the mane|the tail|the ears|the eye|the hooves|the shadow",
                "beast": "a horse|a cow|a table|a tapir|a sad dog|a couch",
                "tool": "the eraser|the brush|the pencil|another layer|some color|ink",
            },
            short="""
            the drawing | it is a horse | - that is not a horse | + museum called about the drawing | erase it
            - horse legs | + masterpiece | draw a cat | + beautiful mane | layer 2 | - it has 5 legs | draw the hooves
            more color
            """,
            good="""
            {part} on that horse, {good} | this drawing is {good} | {part} with {tool} is {good}
            I want this drawing on a shirt | you draw {beast} better than {who} | the horse looks at me, {good}
            love {part} on this drawing
            """,
            bad="""
            {part} of the horse, {bad} | your drawing looks like {beast} | the horse has {n} legs, {bad}
            {who} draws {beast} better | {part} on that drawing, scary | erase {part} with {tool}, {bad}
            poor horse, {part}, {bad}
            """,
            flat="""
            use {tool} for {part} | start with {part} of the horse | drew {beast} {when}
            {who} puts your drawings on the fridge | try {tool} on this drawing | after the horse draw {beast}
            {n} minutes left for the drawing | I draw {beast} in {n} lines
            """,
            ask="""
            is this drawing {beast} ? | do you use {tool} for drawing ? | why does the horse have {n} legs ?
            can we buy the drawing ? | where did you learn to draw ? | did you mean {part} like that ?
            do you draw {beast} next ?
            """,
        ),
    ),
    Topic(
        name="bread",
        title="le pain au levain",
        emotes=("Pain", "Levain"),
        moods=(0.44, 0.22),
        fr=Words(
            slots={
                "bread": "le pain au levain|la baguette|la brioche|le pain complet|la focaccia|le pain de mie",
                "thing": "le levain|la pâte|la farine|la croûte|la levure|le pétrissage",
                "extra": "du sel|des graines|des noix|du beurre|des olives|du miel",
            },
            short="""
            le levain | + ça sent le pain chaud | pétris | - le pain est plat | la croûte | + belle mie | - pain brûlé
            laisse lever | farine | + tartine de pain | le four | team baguette | - levain mort | croissant ou pain
            """,
            good="""
            {bread} maison c'est {good} | {bread} avec {extra} c'est {good} | l'odeur de {bread} c'est {good}
            {thing} a doublé, c'est {good} | {bread} de {who} est imbattable | soigne {thing} et {bread} c'est {good}
            une tartine de {bread} et {extra}, la vie
            """,
            bad="""
            {bread} sans volume c'est {bad} | rater {thing} c'est {bad} | {thing} colle partout c'est {bad}
            {bread} ou un caillou, au choix | {bread} sans {extra} c'est {bad} | j'ai tué mon levain en {n} jours
            {who} a brûlé {bread} {when}
            """,
            flat="""
            {thing} doit reposer {n} heures | mets {extra} dans {bread} | {when} j'ai raté {bread}
            {who} nourrit son levain le matin | {n}00 grammes de farine pour {bread}
            j'ajoute {extra} dans la pâte à pain | {bread} cuit {n}0 minutes au four
            un pot d'eau dans le four pour {bread}
            """,
            ask="""
            on laisse {thing} combien de temps ? | {bread} ou la baguette ? | tu mets {extra} dans le pain ?
            il est né quand ton levain ? | quelle farine pour {bread} ? | il a un prénom le levain ?
            le pain sort du four quand ?
            """,
        ),
        en=Words(
            slots={
                "bread": "sourdough|baguette|brioche|rye bread|focaccia|sandwich bread",
                "thing": "the starter|the dough|the flour|the crust|the yeast|kneading",
                "extra": "salt|seeds|nuts|butter|olives|honey",
            },
            short="""
            sourdough | + smells like fresh bread | knead it | - flat bread | the crust | + nice crumb | - burnt bread
            let it rise | flour | + bread and butter | the oven | team baguette | - dead starter | croissant or bread
            """,
            good="""
            homemade {bread} is {good} | {bread} with {extra} is {good} | the smell of {bread} is {good}
            {thing} doubled, {good} bread | {who} bakes {bread} like nobody | do {thing} right and {bread} is {good}
            warm {bread} and {extra}, that is life
            """,
            bad="""
            flat {bread} is {bad} | failing {thing} is {bad} | dough sticks everywhere, {bad} | {bread} hard as a rock
            {bread} without {extra} is {bad} | killed my starter in {n} days | {who} burned {bread} {when}
            """,
            flat="""
            the dough rests for {n} hours | put {extra} in the {bread} | failed my {bread} {when}
            {who} feeds a sourdough starter | {n}00 grams of flour for {bread} | I add {extra} to the bread dough
            {bread} bakes for {n}0 minutes | put a pot of water in the oven for {bread}
            """,
            ask="""
            how long does the dough rise ? | {bread} or baguette ? | do you put {extra} in bread ?
            how old is your starter ? | which flour for {bread} ? | does the starter have a name ?
            when is the bread out ?
            """,
        ),
    ),
    Topic(
        name="movie",
        title="la fin du film",
        emotes=("Film", "Popcorn"),
        moods=(0.32, 0.36),
        fr=Words(
            slots={
                "part": "la fin du film|la scène du bateau|le méchant|la bande annonce|le générique|la suite",
                "kind": "un film de requins|un vieux western|une comédie de Noël|un film muet",
            },
            short="""
            - pas de spoil | le film | + quel film | - la fin du film | popcorn | la suite du film
            - 3 heures le film | + la scène du bateau | VO ou VF | - le doublage | + ciné ce soir | générique
            le méchant du film
            """,
            good="""
            {part} c'était {good} | {kind} c'est {good} | {kind} avec {who} et du popcorn c'est {good}
            {part} m'a fait pleurer | {part} vaut le ticket de ciné | {kind} en salle c'est {good}
            j'ai vu {kind} {n} fois, toujours {good}
            """,
            bad="""
            {part} c'était {bad} | spoiler {part} c'est {bad} | j'ai dormi pendant {part}
            {n} films et toujours le même méchant | {kind} de {n} heures c'est {bad}
            {who} parle pendant le film, c'est {bad} | le prix du popcorn au ciné c'est {bad}
            """,
            flat="""
            {when} j'ai vu {kind} | {who} pleure devant {kind} | {n} sur 20 pour {part} | {part} dure {n} minutes
            le livre est mieux que le film | {kind} sort dans {n} jours au ciné | moi je regarde {kind} le dimanche
            il faut voir {part} en VO
            """,
            ask="""
            tu as vu {kind} ? | {part} tu as compris ? | film en VO ou VF ? | c'est quoi le titre du film ?
            qui joue le méchant du film ? | {kind} ou {kind} ? | il y a une scène après le générique ?
            """,
        ),
        en=Words(
            slots={
                "part": "the ending|the boat scene|the villain|the trailer|the credits|the sequel|the dubbing",
                "kind": "a shark movie|an old western|a Christmas comedy|a silent movie|a seal documentary",
            },
            short="""
            - no spoilers | the movie | + what a movie | - that movie ending | popcorn | the sequel | - 3 hour movie
            + the boat scene | subs or dub | - the dubbing | + movie night | end credits | the movie villain
            """,
            good="""
            {part} of that movie was {good} | {kind} is {good} | {kind} with {who} and popcorn is {good}
            {part} made me cry, what a film | {part} is worth the movie ticket | {kind} on the big screen is {good}
            saw {kind} {n} times, still {good}
            """,
            bad="""
            {part} of the movie was {bad} | spoiling {part} is {bad} | slept through {part} of the film
            {n} movies and the same villain | {kind} for {n} hours is {bad} | {who} talks during the movie, {bad}
            cinema popcorn prices are {bad}
            """,
            flat="""
            saw {kind} {when} | {who} cries at {kind} | {part} of this film gets {n} out of 20 from me
            {part} of the movie lasts {n} minutes | the book is better than the movie | {kind} is out in {n} days
            I watch {kind} on sundays | watch the movie in the original language
            """,
            ask="""
            have you seen {kind} ? | did you get {part} of the movie ? | movie with subs or dub ?
            what is the movie called ? | who plays the villain in the film ? | {kind} or {kind} ?
            is there a scene after the credits ?
            """,
        ),
    ),
)

EMOTES = frozenset(
    [
        *GLOBAL_EMOTES.replace("|", " ").split(),
        *HOUSE_EMOTES,
        *RAID_EMOTES,
        *(PREFIX + name for topic in TOPICS for name in topic.emotes),
    ]
)
"""Every name in a text that is an emote."""
