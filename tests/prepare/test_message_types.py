"""Message types that a text alone tells."""

import pytest

from hubbub.prepare import Preparation, prepare_texts

CASES = {
    "question": """
        tu viens ?|c'est quoi ce jeu|c quoi le sujet|pourquoi il fait ça|est-ce que ça marche|qqn sait où il est
        quelqu'un a le lien|combien ça coûte|tu joues à quoi|on fait quoi après|il a quel âge|what is this game
        anyone know the song|how long is the stream|is this live|do you like cats|can we see it
        @bob where are you|euh du coup c'est quand la pause|bonjour, c'est quoi le sujet ?|tu viens ? LUL
        ça va durer combien de temps svp|why is he there|hein ?|@bob what is that
    """,
    "command": """
        !uptime|!backseat|@bob !discord|!so bob|!1deag|!règle
    """,
    "reaction": """
        mdr|MDRRRR|ptdr|lol|xD|hahahaha|ahah|GG|gg wp|wow|pog|nooon|F|W|L|oui|non !|bravo !!!|well played
        bien joué|oh my god|oh non LUL|no way|...|???|!!!|:)|<3|^^|:'(|merci|+1|o7|trop fort|so cute|quel boss
        what a play|@bob mdr|wtf ?|10/10|nicee
    """,
    "emote_only": """
        LUL|LUL LUL LUL|massietBonjour Kappa|😂😂|@bob Kappa|:_hi: :_hi:|❤️
    """,
    "greeting": """
        bonjour|Bonsoir !|salut tout le monde|coucou Jean|hello chat|hi|yo|hey ! LUL|bonne nuit|bye bye|ciao
        good night everyone|salut ça va ?|bonjouuuuur|Bonjour à tous et à toutes|merci pour le live|bonne soirée
    """,
    "opinion": """
        il joue mal ce soir|la constitution|je pense que c'est faux|this game is hard|n'importe quoi ce mec
        ou quoi que ce soit|je sais pas quoi dire|quand il est arrivé on riait|do it|il faut pas de quoi rire
        this is what i like|bonjour je pense que le ministre a tort sur ce point
    """,
}


def split_cases(lines: str) -> list[str]:
    return [text for line in lines.strip().split("\n") for text in line.strip().split("|")]


@pytest.mark.parametrize(
    ("message_type", "text"), [(name, text) for name in CASES for text in split_cases(CASES[name])]
)
def test_message_types(message_type: str, text: str) -> None:
    assert prepare_texts(Preparation(), [text])["message_type"][0] == message_type
