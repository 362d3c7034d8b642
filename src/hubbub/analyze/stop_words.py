"""Words that say nothing about what a message is about: our own lists for seven languages, and the fillers of chat.

All words are folded as ``terms.fold`` folds them: lower case, no accents, straight apostrophes. Names, nouns and emotes
are never stop words. Not handled: other languages (their frequent words are pushed down by the term weights only).
"""

from __future__ import annotations

_FRENCH = """
demande demandes demander demandait ah oh connait connais surtout besoin essaye arrete arretez imagine personne
va-t-il est-ce a ai aie aient aies ait alors apres as assez au aucun aucune aujourd'hui aupres auquel aura aurai
auraient aurais aurait auras aurez auront aussi autant autre autres aux avaient avais avait avant avec avez avoir
avons ayant beaucoup bien bon bonne c car ce ceci cela celle celles celui ces cet cette ceux chaque chez ci combien
comme comment contre d dans de debout dedans dehors deja depuis dernier derniere derriere des desormais devant devrait
doit doivent dois donc dont du elle elles en encore enfin entre es est et etaient etais etait etant etc ete etes etre
eu eux faire fais faisait fait faites faut ferait font fois hors ici il ils j je jusqu jusque juste l la laquelle le
lequel les lesquels leur leurs lors lorsque lui m ma mais mal malgre me meme memes mes mettre mieux mis moi moins mon
n ne ni non nos notre nous on ont or ou oui par parce parfois parmi pas pendant peu peut peuvent peux plus plusieurs
plutot pour pourquoi pourrait pourtant presque prend pris puis puisque qu quand quant que quel quelle quelles quelque
quelques quels qui quoi quoique rien s sa sans sauf se selon sera serai seraient serais serait seras serez seront ses
seul seule seulement si sinon soi soient sois soit sommes son sont sous souvent suis sur t ta tandis tant te tel telle
tellement telles tels tes toi ton toujours tous tout toute toutes tres trop tu un une va vais vas vers veut veux voici
voila voir vois voit vont vos votre vous vraiment vu y c'est c'etait cest cetait d'accord j'ai jai j'avais j'etais
qu'il qu'elle qu'on quil quelqu'un n'est nest n'a na s'est d'un d'une l'a l'on dit dire dis disent pense penser croire
crois sais sait savoir savez aller allez allons alle passe peut-etre aime aimer met genre coup chose choses truc trucs
gens mec mecs fille gars hein bah ben beh bof eh euh hum ouais ouai ouep nan nn ui oue ok okay dac oki voui ouaip yep
yup ya y'a yavait y'avait yen yaura ca caa ct cetais jsp jspas jsuis jss jpp chui chuis tkt osef stp svp sil s'il
plait merci mrc bjr bsr slt cc pk pkoi pcq psk pq prc pck dsl mdr mdrr mdrrr ptdr ptdrr lol lool loul xd xdd mddr haha
hahaha ahah ahaha hihi hehe rip gg wp re rere tjrs tjr tt tte ts ttes qd qqn qqun qq qqch ds dc bcp vrm vrmt ms mm
p'tit ptit petit petite franchement clairement carrement grave apparemment effectivement evidemment forcement
normalement vs aps pr ki ke koi c'te cte des' etonnant tiens voyons dirait parait semble parler parle parlent arrive
arriver fallait faudrait pouvait pourra pouvoir faudra voulait vouloir vient venir viens laisse laisser attend attends
attendez attendre regarde regarder donne donner trouve trouver tout-le-monde jour jours soir matin heure heures minute
minutes an ans mois temps jamais ailleurs certain certaine certains certaines quelconque environ sujet super cool top
nul nulle vrai vraie faux sure pareil possible bref salut bonjour bonsoir coucou hello hey yo hola bye bienvenue
bisous aurevoir dommage pis puisse
"""

_ENGLISH = """
http https www com a about above actually after again against ain't aint all almost already also although always am an
and another any anybody anyone anything anyway are aren't arent around as at away back be because been before being
below between both but by came can can't cannot cant come comes coming could couldn't couldnt did didn't didnt do does
doesn't doesnt doing don't done dont down during each either else enough even ever every everybody everyone everything
few for from further get gets getting give gives given go goes going gone gonna good got gotta great guess guy guys
had hadn't has hasn't hasnt have haven't havent having he he'd he'll he's her here here's hers herself hes hey him
himself his how how's i i'd i'll i'm i've id if ill im in instead into is isn't isnt it it'd it'll it's its itself ive
just keep kind kinda knew know knows least less let let's lets like liked likely little look looking looks lot lots
made make makes making many may maybe me mean means might mine more most much must my myself need needs neither never
new next no nobody none nor not nothing now of off oh ok okay old on once one ones only or other others our ours out
over own people please pretty probably put quite rather really right said same saw say saying says see seen seems she
she'd she'll she's shes should shouldn't shouldnt since so some somebody someone something sometimes soon sort still
stuff such sure take takes taking tell than thank thanks that that's thats the their theirs them themselves then there
there's theres these they they'd they'll they're they've theyre thing things think thinks this those though thought
through time times to today together told too took toward tried try trying two under until up upon us use used uses
using very via wanna want wanted wants was wasn't wasnt way we we'd we'll we're we've well went were weren't what
what's whats when when's where where's whether which while who who's whole whom whos whose why why's will with within
without won't wont would wouldn't wouldnt yeah yea yep yes yet you you'd you'll you're you've your youre yours
yourself youve ya yall y'all yo u ur r n tho thru tbh imo imho idk idc ikr btw omg omfg lmao lmfao lol lul rofl kek
wtf wth brb afk gg ggs ez pls plz thx ty np fr ngl rn smh nvm bro bruh dude man mate bud xd haha hahaha hehe lmaoo hi
hello bye goodnight morning nice cool wow damn shit fuck fucking wait literally basically honestly totally definitely
absolutely feel feels bad best better happen happened happens actual long first last day days hour hours minute
minutes year years real big hard start started stop
"""

_GERMAN = """
aber alle allem allen aller alles als also am an auch auf aus bei beim bin bis bist da damit dann das dass dein deine
dem den denn der des dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem einen einer
eines einfach er es etwas euch euer eure fur gab ganz gar geht gegen gerade gibt gut habe haben hab hast hat hatte
hatten hier hin ich ihm ihn ihnen ihr ihre im immer in ins ist ja jetzt kann kannst kein keine keinen klar komm kommt
konnen konnte leider machen macht mal man mehr mein meine mich mir mit muss nach naja ne nein nicht nichts noch nur
nun ob oder ohne schon sehr sein seine seit selbst sich sie sieht sind so sollte sonst uber um und uns unser unter
viel vom von vor war waren warum was weil weiss wenn wer werden wie wieder will wir wird wirklich wo wurde zu zum zur
zwar danke bitte halt eben nee jo moin hallo leute sagen heute
"""

_SPANISH = """
a ahora al algo alguien alli antes aqui asi aunque bien bueno cada como con contra cual cuando de del desde donde dos
el ella ellas ellos en entonces entre era eres es esa esas ese eso esos esta estaba estan estar estas este esto estos
estoy fue fueron ha hace hacer han hasta hay he hola jaja jajaja la las le les lo los mas me mejor mi mis mismo mucho
muy nada ni no nos nosotros o otra otro para pero poco por porque pq pues que quien quiero se sea ser si sido siempre
sin sobre solo son soy su sus tambien tan tanto te tengo ti tiene tienen todo todos tu tus un una uno unos va vamos
van ver voy y ya yo gracias jajajaja eh
"""

_PORTUGUESE = """
a agora ai ainda algo alguem ali ao aos aqui as assim ate bem bom cada com como da das de dela dele deles depois do
dos e ela elas ele eles em entao era essa esse esta estava este eu faz fazer foi gente ha isso isto ja la lhe mais mas
me mesmo meu minha muito na nao nas nem no nos nossa nosso num numa o onde os ou para pela pelo por porque pra pro
qual quando que quem sao se sem ser seu seus si sim so sobre sua suas tambem tao te tem tenho ter teu to tudo um uma
vai vamos vc vcs voce voces vou kkk kkkk kkkkk obrigado obrigada ta ne
"""

_ITALIAN = """
a adesso ai al alla alle allora anche ancora avere aveva bene c'e che chi ci ciao coi col come con cosa cosi da dagli
dai dal dalla dei del dell della delle di dopo dove due e ed era essere fa fare fatto fino fra gli grazie ha hai hanno
ho i il in io la le lei li lo loro lui ma me meno mi mia mio molto ne negli nei nel nella no noi non nostro o ogni ora
per pero perche piu poi poco proprio qua quando quanto quella quelle quelli quello questa queste questi questo qui
quindi sara se sei sempre senza si sia siamo siete solo sono sta stato su sua sul sulla suo tra tu tua tuo tutti tutto
un una uno va vi voi
"""

_INDONESIAN = """
ada adalah aja aku akan apa atau bang banget bisa buat cuma dan dari dengan di dia dong dulu gak ga gitu gue gua ini
itu iya jadi jangan juga kak kalau kalo kan karena kayak ke kita klo ko kok lagi lah lebih loh lu mau memang mereka
nah nanti ngga nggak nih nya oleh pada punya sama sampai sangat saya se sebagai secara sih sudah tapi tau telah tidak
tuh udah untuk wkwk wkwkwk ya yang yg semua saja belum
"""

_CONNECTORS = """
a al au aux de del della der des di do du d en et in l la las le les of on the to und von y
"""

_ELISIONS = """
c d j jusqu l lorsqu m n puisqu qu quoiqu s t dell all nell sull un
"""

STOP_WORDS: frozenset[str] = frozenset(
    word
    for language in (_FRENCH, _ENGLISH, _GERMAN, _SPANISH, _PORTUGUESE, _ITALIAN, _INDONESIAN)
    for word in language.split()
)
"""Folded words that are never a term by themselves."""

CONNECTORS: frozenset[str] = frozenset(_CONNECTORS.split())
"""Stop words that may stand inside a term of two words: *coupe du monde*, *lord of the rings*."""

ELISIONS: frozenset[str] = frozenset(_ELISIONS.split())
"""What may be cut off before an apostrophe: *l'autoroute* is the word *autoroute*."""
