# ruff: noqa: SIM905 (word lists are read and edited as lines of words)
"""Words of chat in French and English that the rules read; written for this project.

All are folded as ``cleaning.fold_case`` and ``pieces.squeeze`` fold them: lower case, no accents, no elongation.
"""

from __future__ import annotations


def _split_phrases(lines: str) -> frozenset[str]:
    """Return the phrases of lines in which they stand between bars."""
    return frozenset(phrase for line in lines.split("\n") for phrase in line.strip().split("|") if phrase)


TOP_DOMAINS = frozenset(
    "com net org tv fr gg io eu ch ca uk co app dev info xyz gl ly fm link live shop store site online website page "
    "video youtube twitch jp kr cn ru pl nl br mx au nz edu gov biz click stream".split()
)
"""Ends of domain names that are no word, so that a full stop without a space after it makes no link."""

DOUBLED = frozenset(
    """
    good cool too see need feel well hello all call tell will look book took cook room soon moon mood food foot
    feet week deep keep sleep free tree three been seem green street wheel wood pool tool fool school door poor
    boo boom zoom loot root shoot goose choose balloon hood wool ball fall tall small kill pill bill still skill
    hill sell hell yell spell shell full pull bull add off stuff cliff miss kiss less boss loss pass class glass
    grass mass mess dress press cross across happy apple happen sorry carry marry hurry funny bunny dinner
    winner letter better butter matter little bottle battle middle coffee pizza puzzle yummy mommy daddy really
    agree speed beer cheese queen yeet geez jeez sheesh teen noob oof oops woot hooray weeb poggers pepper llama
    allez aller alle belle elle celle quelle nouvelle folle ville mille fille famille vieille merveille
    bouteille bonne donne sonne personne tonne colonne annee homme comme femme somme pomme gomme nommer comment
    immense terrible horrible erreur terre guerre verre pierre arrete arrive arriver attend attends attention
    attaque lettre mettre mette nette cette dette toilette assez aussi passe passer laisse laisser casse classe
    chasse grosse fesse promesse poisson boisson naissance reussi reussir possible impossible message massage
    rousse tousse adresse princesse vitesse richesse appelle appel application apprendre frappe nappe trappe
    supprime difficile effet offre coffre souffle bouffe chiffre affaire accord occasion raccourci succes accent
    intelligent excellent excellente appart salle balle malle dalle installe creer
    """.split()
)
"""Words that are spelled with a double letter, in which an elongated letter stands for two."""

GREETINGS = frozenset(
    """
    bonjour bonsoir salut slt coucou cc bjr bsr hello hallo helo hellow hi hii hey heyo heya hiya yo yoo wesh
    hola ola holla salutations salutation rebonjour rebonsoir resalut recoucou kikou kikoo koukou plop bijour
    bonjou bonchour salute saluti howdy greetings morning gm moin servus ohayo konnichiwa konbanwa oi aloha
    namaste salam bienvenue welcome salutt bonjoir bonsoiir bonjours bonsoirs bonsouar halo ello herro wassup
    hullo re raid
    """.split()
)
GOODBYES = frozenset(
    """
    bye byebye ciao tchao tchuss tschuss cya goodbye goodnight gn bn bisous bisou adieu adios gnight nighty
    aurevoir farewell byee a+ a++ @+ bye-bye bb nini
    """.split()
)
GREETING_PHRASES = _split_phrases(
    """
    bonne nuit|bonne soiree|bonne journee|bonne aprem|bonne fin de soiree|bonne apres midi|bonne apres-midi
    bon aprem|bonne fin de stream|bon stream|bon live|bon week end|bon week-end|bon weekend|bonne semaine
    bon dimanche|bonne route|a demain|a plus|a plus tard|a bientot|a la prochaine|a tout|a tout a l'heure|a toute
    a tantot|au revoir|a ce soir|a lundi|a mardi|a mercredi|a jeudi|a vendredi|a samedi|a dimanche
    a la semaine prochaine|a jeudi prochain|good night|good morning|good evening|good afternoon|good day
    have a good one|have a good night|have a good day|have a great day|have a great night|have a nice day
    have a great evening|have a good evening|take care|see ya|see you|see you later|see you tomorrow|see you soon
    see you next time|catch you later|sleep well|sweet dreams|g'night|what's up|whats up|what up|happy stream
    sup chat|gute nacht|guten abend|guten morgen|buenas noches|buenos dias|je vous laisse|je file|je dois y aller
    i gotta go|gotta go|i have to go|i'm off|im off|heading to bed|off to bed|merci pour le live
    merci pour le stream|merci pour ce live|merci pour ce stream|merci pour la soiree|thanks for the stream
    thank you for the stream|thanks for streaming|bien le bonsoir|bien le bonjour|me voila|me revoila|i'm back
    im back|night night|evening all|evening everyone|evening chat|morning all|wb|sup|night chat|night all
    bonne app|je vais dormir|je vais me coucher|au dodo|dodo
    """
)
GREETING_TAILS = frozenset(
    """
    a tous toutes tout le la les l'equipe chat tchat chatte monde gens amis copains potes ca va comment vous tu
    bien et ici all everyone everybody every guys folks peeps friends there chatters y'all yall you u how are is
    it going doing today fam gang people team my the to and hope ya'll ladies gentlemen from de du depuis des
    mes mon ma encore again streamer mods mod boys girls lads lovely beautiful dear cher chere chers
    internet twitch youtube world equipe belle bonne soiree journee a+ demain tt tlm ccv cv cava ca-va nuit bon
    bonjour salut stream live merci pour bravo thanks for tonight ce soir soire c'etait super
    """.split()
)
"""Words that may follow a greeting without making it anything else."""

LAUGHS = frozenset(
    """
    mdr mdrr ptdr ptdrr xptdr lol lul lulz lmao lmfao lmaoo lel lolz rofl roflmao xd xdd kek kekw jaja jeje haha
    hehe hihi hoho huhu aha ahah hah heh ha he hihihi pfahaha pfiou mort mouru mwahaha muhaha bwahaha ahaha jpp
    jptdr lawl lmaooo lmfaoo xptdrr mdrrr dead ded omegalul kappa ksks keke www kkk 233 555
    """.split()
)
REACTIONS = LAUGHS | frozenset(
    """
    oui non ouais ouai ouep ouip yep yup yes no nah nope nop nan naan si ok okay oke okey okk k kk oki d'accord
    dac dacc vrai faux true false same idem pareil exact exactement exactly right carrement grave clairement
    evidemment yeah yea ye ya yah yee yess yeh mouais mwais bof meh ouf ouff ouuf oof ooof uf ouch outch aie
    ayoye ow oww owie ah aah ahh oh ooh ohh eh euh heu hein hm hmm hum huh uh uhm um mm mmm m mh ho hu hou bah
    ben beh pf pff pfff psst ugh ew eww yuck beurk berk bruh bro breh bwah wow woah woaw whoa waouh wouah waw
    waouw ouah wouaw wtf wth omg omfg oml ffs jfc gg ggs ggwp wp gj gl hf glhf gz gratz grats congrats
    congratulations felicitations felicitation bravo felicitationss bsahtek bg nt ns nj nice noice neat cool
    genial geniale super top parfait perfect excellent great awesome amazing sweet lovely incroyable incredible
    insane dingue enorme magnifique sublime magique stylé style stylee legendary epic epique pog poggers
    pogchamp poggies pogu pogg champ hype hypee letsgo lesgo lesgoo lfg go goo allez alley allezz yolo gogogo
    clap clapclap applause slay king queen goat based cringe sus yikes oops woops whoops rip riip f ff w l x y n
    o7 o/ \\o/ o sadge copium kappa monkas kekl lulw jebaited damn dang dam darn shit putain ptn purée purin
    mince merde zut punaise bordel crap fuck heck hell holy jesus christ god gosh dieu seigneur misericorde
    sheesh shesh chef aww aw aaw awww naww oooh choque choquee shock shook scam scandale scandaleux chaud chad
    malaise aled alde help sos noo noon nani what wat wut quoi koi comment pardon sorry desole desolee pls
    please plz stp svp merci thanks thank thx ty tyvm tysm mrc mercii danke gracias arigato np nvm oula oulala
    ohlala olala houla ouille aieaie hop hopla tada woot yay yey yeehaw youpi youhou yahoo hourra hooray wouhou
    woohoo wooo woo woop weee wee wii boo booo bouh chut shh sh miam slurp boom pan paf bam pouet prout honk
    meow miaou woof blep uwu owo nya rawr zzz <3 </3 +1 -1 this first preum preums sec ez easy rekt owned clutch
    cursed blessed amen inshallah mashallah wallah wlh cheh tg bonk bingo voila tiens bon allo chelou bizarre
    weird creepy gross horrible terrible catastrophe honte honteux shame ayy ayyy ayo let's lets sah oklm ouin
    snif snirf sniff triste sad noob nul trash ratio ouaip oué ouè wé we we'd huzzah oups bahaha bahah roh rho
    lezgo feur oskour osef oulah ui voui oue ouiii jamais mouai malin habile dur rude cute good sure fair pain
    close wot welp jeez agreed stonks understandable noted yas yass yessir tru wo bim boum serieux serieuse
    serieusement seriously crying screaming beautiful gorgeous brilliant brillant monstrueux monstre chapeau
    respect courage force solide propre reel real fake rigged scammed toxic baited clip mdrr impossible possible
    maybe peut-etre probably surement idk jsp dunno mb oopsie yum yummy delicious adorable mignon hot lewd
    chokbar choqued choc masterclass banger magnifik splendide ridicule ridiculous pathetic wild savage brutal
    cooked okidoki okie pitie mercy stop no-no never toujours always enfin finally deja encore absolument
    absolutely totalement totally definitely surely facts fact fr frfr ong bet word valid mood relatable felt
    indeed certes effectivement
    """.split()
)
"""Words of which a message can be made without saying anything about a subject."""

REACTION_FILLERS = frozenset(
    "le la les un une de du des oh my mon ma the a so trop tres bien tellement very too much chat mec man dude bro "
    "les gars ca c'est that's thats it's its is that et and joue".split()
)
"""Words that do not end a reaction when at most two of them stand among its words."""

INTENSIFIERS = frozenset("trop tellement so too very tres super vraiment really si such quel quelle".split())
"""Before one more word they make an exclamation: trop fort, so cute."""

REACTION_PHRASES = _split_phrases(
    """
    bien joue|well played|good game|good job|nice job|nice one|nice try|well done|oh my god|oh my|my god|no way
    let's go|lets go|let's goo|here we go|oh no|oh non|oh oui|oh yes|ah oui|ah non|ah bon|ah ok|ah ouais|oh wow
    la vache|la honte|bon courage|bonne chance|good luck|good for you|trop bien|trop fort|trop bon|trop drole
    trop mignon|so good|so cute|so cool|so true|so sad|pas mal|not bad|c'est parti|c'est vrai|c'est faux|c'est bon
    c'est beau|c'est clair|c'est chaud|that's true|thats true|that's crazy|thats crazy|that's wild|what the fuck
    what the hell|what the|holy shit|holy moly|holy cow|oh shit|oh fuck|oh god|oh dear|oh lord|oh boy|oh man
    oh well|bah oui|bah non|ben oui|ben non|mais oui|mais non|mais ouais|mais nan|mais lol|mais mdr|eh oui|et oui
    he oui|et non|eh non|bien sur|of course|for real|for sure|same here|me too|moi aussi|moi non plus|me neither
    pareil ici|trop tard|too late|au secours|a l'aide|la classe|quel enfer|quelle honte|quel homme|quel talent
    quel boss|what a play|what a game|thank you|thank you so much|merci beaucoup|merci bien|merci a tous
    de rien|no problem|you're welcome|youre welcome|je t'aime|i love you|love you|love it|i love it
    j'adore|je meurs|i'm dead|im dead|i can't|i cant|big brain|big oof|huge w|massive w|big w|big l|bon app
    bon appetit|a vos souhaits|bless you|joyeux anniversaire|happy birthday|bonne annee|happy new year|joyeux noel
    merry christmas|a la tienne|sante|the goat|le goat|le roi|le boss|la goat|ce goat|no comment|sans commentaire
    oh la la|oh la|ho la la|ah la la|sa mere|ta mere|sa race|ouais non|oui mais non|yes but no|of course not
    je crois pas|oh nan|je pleure|je suis mort|je suis morte|chui mort|jsuis mort|je decede|mort de rire
    mdr je pleure|i'm crying|im crying|i'm screaming|im screaming|i'm shook|bien vu|bien dit|well said|wait what
    clip it|clip ca|it hurts|j'ai mal|ca fait mal|that hurts|pas ca|not this|not again|not like this|pas encore
    pas lui|pas elle|c'est pas vrai|c'est pas possible|c'est impossible|c'est fou|c'est ouf|c'est dingue|de ouf
    truc de ouf|so close|si proche|presque|so funny|too funny|that's funny|thats funny|too good|too cute|too much
    trop cool|trop beau|trop triste|trop nul|c'est nul|c'est cool|c'est genial|c'est top|c'est super|c'est triste
    c'est mignon|c'est moche|c'est magnifique|c'est incroyable|that's sad|thats sad|that's cool|thats cool
    that's awesome|that's amazing|love that|love this|damn it|come on|come on man|rien compris|j'ai rien compris
    j'ai pas compris|en effet|et bim|et paf|il est fort|elle est forte|so sick|so bad|so hot|good one|good point
    bon point|fair enough|makes sense|my bad|all good|sounds good|there we go|you got this|get rekt|nailed it
    ruined|my heart|my ears|mes oreilles|mon coeur|pauvre bete|poor thing|le pauvre|la pauvre|les pauvres
    je suis choque|je suis choquee|i'm scared|im scared|j'ai peur|j'en peux plus|je n'en peux plus|je peux pas
    i agree|je suis d'accord|tellement vrai|trop vrai|very nice|very good|tres bien|tres bon|tres fort|un genie
    genius|what a save|what a shot|nice shot|clean shot|rest in peace|in the chat|f in chat|f in the chat|gg wp
    ez clap
    """
)

POLL_FAMILIES = (
    frozenset("abcde"),
    frozenset("123456789"),
    frozenset("oui non ouais nan yes no yep nope yeah nah".split()),
    frozenset(("+1", "-1", "++", "+")),
    frozenset("pour contre".split()),
    frozenset("vrai faux true false".split()),
    frozenset("rouge bleu vert jaune noir blanc red blue green yellow black white".split()),
    frozenset("gauche droite left right".split()),
)
"""Sets of short answers; a crowd answers from one of them."""

SAME_ANSWERS = {
    answer: name
    for name, answers in {
        "oui": "ouais yes yep yeah",
        "non": "nan no nope nah",
        "+1": "++ +",
        "vrai": "true",
        "faux": "false",
        "rouge": "red",
        "bleu": "blue",
        "vert": "green",
        "jaune": "yellow",
        "noir": "black",
        "blanc": "white",
        "gauche": "left",
        "droite": "right",
    }.items()
    for answer in answers.split()
}
"""Answers that mean the same as another one of their family."""

VOTE_WORDS = frozenset(
    """
    sondage sondages vote votez voter votes quiz quizz poll polls strawpoll umfrage encuesta choisissez
    """.split()
)
"""Words of messages that ask for votes."""

FILLERS = frozenset(
    """
    et mais euh heu du coup donc alors hey chat so but and wait also ok okay bon sinon ah oh hi bonjour
    bonsoir salut hello coucou yo question attends attend mdr lol ptdr ben bah eh he enfin puis well like um uh
    hmm hm oui non yeah yes no guys les gens du-coup dites dis dite please stp svp pardon sorry or ou par contre
    en fait au btw hein because car parce que quick serieux vraiment juste just
    """.split()
)
"""Words that may stand before the first word of a question."""

ASKS = r"""
c'est quoi|c quoi|cest quoi|c'est qui|c qui|cest qui|c'est ou\b|c ou\b|c'est quand|c quand|c'est pour quand
c'etait quoi|c'est combien|c combien|c'est lequel|c'est laquelle|c'est quel|c'est comment|ca veut dire quoi
ca sert a quoi|ca fait quoi|ca commence quand|ca commence a quelle|ca dure combien|ca coute combien|est[- ]ce qu
es[- ]ce qu|qu'est[- ]ce|quest[- ]ce|kesk|keske|qu'es[- ]ce|c'est[- ]a[- ]dire|qui est[- ]ce|pourquoi (?!pas$)
pourquoi$|pk[ ]|prk[ ]|pq[ ]|pkoi[ ]|pourkoi
comment (?:on|vous|tu|ca|faire|se|s'|fait|font|est|etes|peut|peux|dit|ils?|elles?|c'est|t'as|les|le|la)\b|combien[ ]
quand (?:est|c'est|commence|sort|debute|arrive|est-ce|revient)\b|a quand[ ]|depuis (?:quand|combien)[ ]
jusqu'a quand|c'est a quelle|a quelle heure|a quoi (?:ca|sert|tu|vous|on)|de quoi (?:on|tu|vous|ca|parle|il|elle)
qui (?:est|sont|a |c'est|peut|joue|gagne|va |veut|connait|sait|parle|etait)|quoi comme
ou (?:est|sont|est-ce|peut|on peut)\b
quel(?:le)?s? (?:est|sont|etait|heure|jeu|jour|age|musique|temps|film|difference|version|config|est-ce)
(?:quelqu'un|qqn|qqun|qlq1|qq1|quelqun|kelkun) (?:sait|saurait|connait|peut|pourrait|a |aurait|joue|d'autre)
(?:vous (?:savez|pensez|trouvez)|tu (?:sais|penses|trouves)) (?:si|quand|ou|comment|pourquoi|qui|quoi|combien|quel)
y a[- ]t[- ]il|y'a t'il|ya t il|il y a combien|on est (?:a )?combien|t'as (?:quel|combien|deja)
tu as (?:quel|combien|deja)|tu (?:joue|joues|fais|fait) quoi|tu (?:preferes|prefere) quoi
vous (?:faites|jouez|pensez|preferez) quoi|(?:peux|pourrais|veux|vas|sais|es|as|fais)-tu
(?:pouvez|pourriez|voulez|savez|etes|avez|pensez)-vous|peut[- ]on|doit-on|va-t
what (?:is|are|does|do|did|was|were|time|happen|game|song|kind|about|if|would|should|will|can)\b
what (?:mod|map|day|year|level|s|has|have|even is|u|you)\b
what's (?!up$)|whats (?!up$)|what're|wat is|which[ ]
who (?:is|are|was|did|does|do|has|won|wins|else|would|can|will|wants|the )|who's[ ]|whos[ ]|whose[ ]|whom[ ]
where (?:is|are|do|did|can|does|was|were|you|u |the|have|has|should)|where's[ ]|wheres[ ]
when (?:is|are|do|does|did|will|can|was|were)\b|when's[ ]|whens[ ]
why (?:is|are|do|does|did|don't|dont|not |was|were|would|can't|cant|you|u |he|she|they|the|isn't|has|have|am)|why$
why's[ ]
how (?:is|are|do|does|did|much|many|long|old|to|can|come|far|often|was|were|big|tall|good|would|should)\b
how (?:will|u|you|has|have|i)\b
how's[ ]|hows[ ]|(?:does|do|did|has|have|is|was|are|can|could|would) (?:any ?one|any ?body|some ?one|any of)
any ?one [a-z]|any ?body [a-z]|(?:can|could) (?:any ?one|some ?one|any ?body|some ?body) [a-z]
some ?one (?:know|tell me|explain)|any (?:idea|chance|news|update|plans|tips|recommend)
(?:is|was|are|were|isn't|aren't|wasn't) (?:this|that|it|he|she|there|they|we|you|u |the|your|his|her|these|those)\b
do (?:you|u|we|they|i|ya)\b|(?:does|did|doesn't|didn't|don't) (?:you|u|we|they|he|she|it|this|that|i|the|ya)\b
(?:can|could|will|would|should|shall)(?:n't)? (?:you|u|we|they|he|she|it|i|someone|the)\b
(?:won't|can't) (?:you|u|we|they|he|she)\b
(?:have|has|haven't|hasn't|had) (?:you|u |we|they|he|she|it|i |the)\b|am i[ ]|r u[ ]|u (?:gonna|ok|good)$|didnt you
"""
"""Beginnings of questions, one alternative after another; none can match the same text in two ways."""

TAGS = frozenset(("ou pas", "ou quoi", "ou non", "n'est-ce pas", "or not", "or what", "or nah"))
"""Ends of questions."""

SUBJECTS = frozenset("on tu vous il elle ils elles ca c'est c y ya y'a t'as t'es vas va faut ta te".split())
"""First words of a French question whose interrogative stands after the verb: tu fais quoi."""

INNER_ASKS = frozenset("quoi koi combien quel quelle quels quelles lequel laquelle".split())
"""Interrogatives that may stand after the verb."""

NO_ASK_BEFORE = frozenset("n'importe importe de pas ou comme sur que d avec sans jamais sait sais rien".split())
"""Words before such an interrogative that make it none: n'importe quoi, pas de quoi, ou quoi."""
