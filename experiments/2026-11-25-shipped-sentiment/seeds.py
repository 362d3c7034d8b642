"""What well-known emotes, emoji, emoticons and words of chat say by themselves, written for this project."""

# ruff: noqa: SIM905, E501

POSITIVE = frozenset(
    """
    :KEKW :LUL :LULW :OMEGALUL :PepeLaugh :EleGiggle :LMAO :HypeLUL :HypeLol :MEGALUL :LULE :KEKL :ICANT :PogChamp :Pog
    :PogU :POGGERS :Poggers :PogBones :POGSLIDE :Pogey :PagMan :GIGACHAD :HYPERS :Kreygasm :SeemsGood :VoHiYo :HeyGuys
    :BloodTrail :bleedPurple :TwitchUnity :FeelsGoodMan :FeelsAmazingMan :FeelsStrongMan :FeelsOkayMan :Clap :EZ
    :EZClap :peepoClap :peepoHappy :peepoLove :peepoHey :peepoBlush :widepeepoHappy :catJAM :pepeJAM :PepeJam :AYAYA
    :CoolCat :GlitchCat :TakeNRG :GivePLZ :PartyTime :PartyHat :DinoDance :HypeLove1 :HypeHeart :TPFufun :BlessRNG
    :Gladge :COGGERS :NODDERS :GoodMeme :LETSGO :LETSGOOO :WICKED :BASED :MLADY :pepeD :PepoDance :Happi :Hype :hype
    :love :pog :lul :lol :laugh :heart :hearts :clap :dance :happy :hug :hugs :yay :blush :wow :gg :jam :party :cheer :win
    ❤ 💜 💙 💚 🧡 💛 💕 💖 😍 🥰 😘 😊 😂 🤣 😄 😁 😀 😃 🙂 😎 👏 🙌 👍 🎉 🔥 💯 🥳 😻 🤗 ✨ 🙏 💪
    :) :D ;) <3 xd :] :3
    """.split()
)
NEGATIVE = frozenset(
    """
    :Sadge :BibleThump :FeelsBadMan :PepeHands :peepoSad :NotLikeThis :monkaS :monkaW :monkaX :monkaGIGA :monkaEyes
    :DansGame :WutFace :SwiftRage :BabyRage :FailFish :ResidentSleeper :Madge :PepeCry :FeelsCryMan
    :FeelsWeirdMan :Weirdge :Pepega :TearGlove :Despairge :Deadge :PJSalt :Jebaited :UWot :SMOrc :HYPERDANSGAME :DIESOFCRINGE :Crunge :MALDING
    :Malding :Aware :Concerned :COPIUM :Copege :KEKSad :NOPERS :WeirdChamp :YouWHY :RIP :sad :cry :rip :rage :angry :mad
    :nope :panic :monka :pain :bonk :ugh :fail :tilt :scared :sadge :wtf
    😭 😢 😡 🤬 😠 💔 😞 😔 😩 😫 😱 😨 😰 🤮 🤢 👎 🙁 ☹ 😒 😤 😟 😖 😣 😥
    :( :'( :/ :| :S t_t D: </3
    """.split()
)
LAUGHS = {"en": frozenset("lol lmao lmfao rofl haha hahaha hehe".split())}
LAUGHS["fr"] = frozenset("mdr mdrr ptdr xptdr lol haha hahaha hehe ahah".split())

WORDS_FR = {
    "positive": frozenset(
        """
        bravo merci génial excellent parfait super magnifique incroyable adore j'adore adorable trop bien félicitations
        gg courage force bienvenue cool sympa beau belle bonheur heureux heureuse content contente drôle hilarant mignon
        mignonne banger masterclass royal chapeau respect stylé propre régal kiffe kiff top
        """.split()
    )
    - {"trop", "bien"},
    "negative": frozenset(
        """
        nul nulle nuls pourri horrible chiant chiante déçu déçue triste dommage merde putain connard con honte honteux
        ridicule relou saoulé insupportable déteste pire pitoyable dégueulasse fatigué mal peur pleure malheureusement
        catastrophe scandale mensonge menteur raté ratée bug lag rip aïe aie cringe malaise gênant
        """.split()
    ),
}
