# ruff: noqa: SIM905 (word lists are read and edited as lines of words)
"""Names of emotes that are used in many channels, written from memory of public chat; case matters.

Twitch's own global emotes and those that BetterTTV, FrankerFaceZ and 7TV made common. Left out are names that are also
ordinary words in their own spelling (``Nice``, ``Gold``, ``NO``), as a list cannot tell those apart.
"""

from __future__ import annotations

_TWITCH = """
4Head ANELE AngelThump AMPEnergy AMPEnergyCherry AMPTropPunch ArgieB8 ArsonNoSexy AsexualPride AsianGlow BCWarrior BOP
BabyRage BatChest BegWan BibleThump BigBrother BigPhish BisexualPride BlackLivesMatter BlargNaut BlessRNG BloodTrail
BrainSlug BrokeBack BuddhaBar CaitlynS CarlSmile ChefFrank CoolCat CoolStoryBob CorgiDerp CrreamAwk CurseLit DAESuppy
DBstyle DansGame DarkKnight DarkMode DatSheffy DendiFace DinoDance DogFace DoritosChip DrinkPurple DxCat EarthDay
EleGiggle EntropyWins ExtraLife FBBlock FBCatch FBChallenge FBPass FBPenalty FBRun FBSpiral FBtouchdown FUNgineer
FailFish FamilyMan FeelsBadMan FeelsGoodMan FootBall FootGoal FootYellow FrankerZ FreakinStinkin FutureMan GayPride
GenderFluidPride GingerPower GivePLZ GlitchCat GlitchLit GlitchNRG GoatEmotey GoldPLZ GrammarKing GunRun HSCheers HSWP
HarleyWink HassaanChop HeyGuys HolidayCookie HolidayLog HolidayPresent HolidaySanta HolidayTree HotPokket HungryPaimon
ImTyping IntersexPride InuyoFace ItsBoshyTime JKanStyle Jebaited Jebasted JonCarnage KAPOW KEKHeim KPOPcheer KPOPdance
KPOPfan KPOPglow KPOPheart KPOPlove KPOPmerch KPOPselfie KPOPvictory Kappa KappaClaus KappaPride KappaRoss KappaWealth
Kappu Keepo KevinTurtle Kippa KomodoHype KonCha Kreygasm LUL LaundryBasket Lechonk LesbianPride MVGame Mau5 MaxLOL
MechaRobot MercyWing1 MercyWing2 MikeHogu MingLee ModLove MorphinTime MrDestructoid MyAvatar NewRecord NinjaGrumpy
NomNom NonbinaryPride NotATK NotLikeThis OSFrog OhMyDog OneHand OpieOP OptimizePrime OWL2019Tracer PJSalt PJSugar
PMSTwin PRChase PanicVis PansexualPride PartyHat PartyTime PeoplesChamp PermaSmug PicoMause PinkMercy PipeHype
PixelBob PizzaTime PogBones PogChamp Poooound PopCorn PopGhost PopNemo PorscheWIN PowerUpL PowerUpR PraiseIt
PrideBalloons PrideCheers PrideCrown PrideCute PrideDragon PrideFlower PrideFloat PrideHeartL PrideHeartR PrideHeyyy
PrideKatana PrideKoala PrideLaugh PrideLGBTea PrideLion PrideLionHey PrideLove PridePaint PridePenguin PridePog
PrideRhino PrideRise PrideShrug PrideStrong PrideToucan PrideUnicorn PrideUwu PrideWave PrideWingL PrideWingR PrimeMe
PunOko PunchTrees R6Rekt RaccAttack RalpherZ RedCoat RedTeam ResidentSleeper RitzMitz RlyTho RuleFive RyuChamp SMOrc
SSSsss SUBprise SabaPing SeemsGood SeriousSloth ShadyLulu ShazBotstix Shush SingsMic SingsNote SirMad SirPrise SirSad
SirShield SirSword SirUwU SmoocherZ SoBayed SoonerLater Squid1 Squid2 Squid3 Squid4 StinkyCheese StinkyGlitch
StoneLightning StrawBeary SuperVinlin SwiftRage TBAngel TF2John TPFufun TPcrunchyroll TTours TWITH TakeNRG TearGlove
TehePelo ThankEgg TheIlluminati TheRinger TheTarFu TheThing ThunBeast TinyFace TombRaid TooSpicy TransgenderPride
TriHard TwitchConHYPE TwitchLit TwitchRPG TwitchSings TwitchUnity TwitchVotes UWot UnSane UncleNox VirtualHug VoHiYo
VoteNay VoteYea WTRuck WholeWheat WhySoSerious WutFace YouDontSay YouWHY bleedPurple cmonBruh copyThis duDudu imGlitch
mcaT panicBasket pastaThat riPepperonis twitchRaid
"""
_THIRD_PARTY = """
5Head 3Head 4House 4Weird 6Head AINTNOWAY ALERT ALIENPLS AlienDance AlienPls ApuApustaja AYAYA AYAYAWeird BASED
BBoomer BLANKIES BOOBA BRUHMM BUSSERS Bedge BibleThumping Binoculars Binoculous BlobDance Boolin BOOMER Burger CAUGHT
COCKA COGGERS COPIUM CatBag CatTime Chadge Chatting Clap Clap2 ClapEmote ClownPls Clueless Concerned Copege Copesen
CrabRave Crunge CryLaugh CumPls DIESOFCRINGE DJKhaled DankChat DankG DansChamp Deadge Despairge Detective DonaldPls
DonkChat DonkBonk DONUT DonoWall Donowall Drake DrumTime DuckerZ EDM EZ EZY EZClap FeelsAmazingMan FeelsAverageMan
FeelsBirthdayMan FeelsBlushMan FeelsCryMan FeelsDankMan FeelsDonkMan FeelsGladMan FeelsGoodEnoughMan FeelsLagMan
FeelsLateMan FeelsLitMan FeelsOkayMan FeelsPumpkinMan FeelsRainMan FeelsSnowMan FeelsSnowyMan FeelsSpecialMan
FeelsStrongMan FeelsThinkingMan FeelsTiredAF FeelsWeirdMan FeelsWeirdManW FeelsWowMan FireSpeed FishMoley FLASHBANG
ForeverAlone GIGACHAD GAGAGA GachiPls Gayge GAMBA GanjaParty GabeN GIGAPoggers GoodMeme Gladge GoldenKappa GuitarTime
GuckFud HACKERMANS HAhaa HECOOKED HUHH HYPERCLAP HYPERDANSGAME HYPERDANSGAMEW HYPERNODDERS HYPERNOPERS HYPERPOGGER
HYPERROBDANCE HYPERYump HYPERS HandsUp Happi Happge HmmNotes HmMNotes Hmmge Hmmm HmmmOkay HolidayPls HypeLUL HypeLol
HypeHeart HypeLove1 ICANT IDontEvenKnow IMAGINE Jamgie JAMMING JAMMIES JamminOut Jigglin JudgementKEKW JuicyPls KEKBye
KEKG KEKL KEKLEO KEKPOINT KEKSad KEKSlide KEKVibe KEKW KEKWait KEKWalk KEKWiggle KEKYou KEKInsane KKona KKonaW KKool
KKomrade KKrikey KappaCool KappaB KissaVV Kissahomie Kissaweeb Kapp LETHIMCOOK LETSGO LETSGOOO LEAMAO LULE LULW LULWW
LULWHAT LaughHard LatitudeThink LifeHD LookUp Looking LOLW Madge Madgeclap Madgers Malding MALDING MEGALUL MEGALULW
MEGADANK MODS MLADY MmmHmm ModCheck MODCHECK Mhm MyMan MYAAA MONKA Mittens NaM NaMsoldier NAILS NODDERS NODDIES NOPERS
NOTED NOTTED NOWAYING NLT NODDING Nerd NERD NERDGE Nerdge NepSmug Nessie NEVERLUCKY NOBULLY NOIDONTTHINKSO NiceTry
Nodders Noted NymnCorn OMEGADANCE OMEGAKEKW OMEGALUL OMEGALULW OMEGALULiguess OMEGAROLL OMEGAPOGGERS OMEGASP OMEGA
OOOO OOOOBANG OBJECTION Okayge Okayeg OkayChamp OkayMan Okayga OPOGGERS PAGCHAMP PagBounce PagChomp PagMan PAUSERS
PEEPEES PEPEDS PETTHE PETTHEPEEPO PETPET PauseChamp PauseChampies PauseFish PauseMan Pausechamp PauseShake PepeA
PepeClap PepeCry PepeCringe PepeGa PepeHands PepeJam PepeKMS PepeLa PepeLaugh PepeLaughing PepeLmao PepeM PepeMods
PepeMoney PepeNopers PepeO PepeP PepePls PepePoint PepePoo PepePunch PepeS PepeSadJam PepeSadDance PepeSanta
PepeScience PepeSit PepeSpin PepeSus PepeThink PepeToilet PepeU PepeW PepeWeird PepeWHY PepegA PepegAim PepegaAim
PepegaBlind PepegaCredit PepegaDriving PepegaPhone PepegaPls PepegaSign PepegaGun Pepega PepegaChat PepeHappy
PeepoHappy PeepoGlad PeepoSad PeepoComfy PeepoWeird PepoG PepoDance PepoCheer PepoThink PepoSabers PokemonDance
PoggersHype POGGERS POGGERSE POGGIES POGGIESZ POGPLANT POGSLIDE POGU POGCHAMP POGGING POGOGGERS POGROLL Pog PogO PogU
PogChamping PogTasty PogFish Poggers PogWarts POGCRAZY PogPrime PogChampPog Poghurt PogPls Prayge PRAYGE PunchTree
PurpleStar QQ RainbowPls RainTime RAGEY RIPBOZO ROFLCOPTER RareChar RarePepe ReallyMad ReallyGunPull ReallyNice
RebeccaBlack REEeee RonSmug RollIt Ratge SHITTERS SCAMMED SCHIZO SCATTER SHEESHH SMUG SNIFFA SadCat SadChamp SadDog
SadPag SadKEK SadgeCry Sadge SadgeBusinessTime SadgerCry SadgeJam SallyThink SaltyCorn SaltyThink SaguiPls SavedYou
Scared SexPanda ShoopDaWhoop ShyGuy SHUSH SillyChamp Sippin SmileW SoonTM Smoge Smadge SmugCat SneakySnake SourPls
SoSnowy SPEEDERS SpinningPepe Stare Starege StareChamp StronkPog SUSSY Susge SUBpls Swag SwiftPls SourPlsW TANTIES
THATSENOUGH TaxiBro ThisIsFine ThisIsNotFine TherapyTime TimeToStop ToasterBath TombRaider TopHat TrollDespair
TrollFace Trollge TRUEING TRUING TriEasy TriKool TriHardo TriSad TYPERS UltraMad VIBE VIBES VIBEOFF ViolinTime
VisLaugh WAYTOODANK WAYTOOSMART WICKED WICKEDPRAYGE WICKEDSTEER WTFF WHAAAT WaitWhat WeSmart WeirdChamp WeirdEyes
WeirdDude WeirdChamping WeirdPaul Wokege WideHard WideHardo WidePeepoHappy WideVIBE WHOMEGALUL WhatChamp WhoAsked
Wowee WutBoat XiPls YEP YEPCOCK YEPP YEPPERS YOURMOM YEPJAM YESIDOTHINKSO YesYes YetiZ ZULUL ZoidPls ZreknarF ZrehplaR
Zzzfool aRichAMP alien3 angryWOOF animeIntensifies apollo BroBalt basedCigar batJAM beanping bebeLa billyReady
blobDance bUrself booba bongoTap borpaSpin bOOBA buhFlipExplode bttvNice bttvAngry bttvConfused bttvCool bttvGrin
bttvHappy bttvHeart bttvSad bttvSleep bttvSurprised bttvTongue bttvTwink bttvUnsure bttvWink catKISS catJAM catJam
catNOD catRAVE catBOP catNo catYep catYes catDance catPLS chipichipi chatlingClap coffinPLS coffinJAM cumDetected
confusedCat cvHazmat cvMask cvL cvR dankHug dankNoted dankWave dekuHYPE deadlole docArrive docLeave docPls docnotL
doggoArrive doggoLeave dogJAM donkSad donkWalk donkRun duckDance ducKJAM eeeh elmoFire emoDance ewe eyyy fanfan
fishJAM fishMoley floppaJAM forsen forsenCD forsenE forsenPls forsenSWA gachiBASS gachiBOP gachiGASM gachiHYPER
gachiPRIDE gachiRoll gachiW gachiCOOL gachiANGEL gachiPOWER gachiAPPROVE gachiClap gachiPls gachiVICTORY haHAA hahaa
hackerCD hamsterJAM headBang iAsk ihBOMB iMadge jermaVenus jupijej knaDyppaHopeep koroneFukireta kermitDrink laughBlob
lebronJAM letsgo2 lickL lizardPls luvSign marinerPls mericCat meow moon2A moon2M moon2S modCheck monakS monkaCHRIST
monkaChrist monkaE monkaEXTREME monkaEyes monkaGIGA monkaGIGAftRobertDowneyJr monkaGun monkaH monkaHmm monkaLaugh
monkaMEGA monkaOMEGA monkaS monkaSHAKE monkaSTARE monkaSpeed monkaSoap monkaSTEER monkaThink monkaTOS monkaTos
monkaUFB monkaW monkaX monkaa monkers monkaStare monkeyPls muniMelt muniPeepo mushDance mysaaa nanaAYAYA NanaAYAYA
nekoNod noxSorry notListening nyanPls nymnCorn nmpFeels nosleep owoCheer ohnePixel ohno2 paapoHappy paapoWeird
pandaPls pajaDank paggiwaggi pag PAGGING paimonPls partyParrot pausecham peepoAngry peepoArrive peepoASSUME
peepoBlanket peepoBlush peepoBox peepoBlushing peepoBye peepoCheer peepoClap peepoCoffee peepoComfy peepoCry peepoCute
peepoDJ peepoDance peepoDetective peepoDrunk peepoEvil peepoExit peepoFA peepoFAT peepoFarmer peepoFat peepoFight
peepoFinger peepoFlower peepoFlute peepoFoil peepoFriends peepoFrog peepoFriendship peepoGamble peepoGift peepoGiggles
peepoGiveUp peepoGlad peepoGolfClap peepoGun peepoHappy peepoHappyU peepoHappier peepoHey peepoHeart peepoHigh
peepoHide peepoHmm peepoHug peepoHuggers peepoIQ peepoJAM peepoJuice peepoJudge peepoKing peepoKiss peepoKnife
peepoLeave peepoLeaveFinger peepoLegs peepoLove peepoMad peepoMelt peepoMoney peepoMoving peepoNap peepoNerd peepoNo
peepoNolegs peepoPANTIES peepoPants peepoPat peepoPing peepoPinkie peepoPoint peepoPog peepoPoo peepoPopcorn
peepoPride peepoPuke peepoRain peepoReading peepoRiot peepoRun peepoSad peepoSadDank peepoSaber peepoSHUSH peepoSalute
peepoScared peepoShy peepoShortOfBreath peepoSign peepoSing peepoSip peepoSit peepoSitti peepoSleep peepoSmile
peepoSmart peepoSnow peepoSprint peepoStare peepoStop peepoSus peepoTalk peepoTeddy peepoTeeth peepoThink peepoThrow
peepoTired peepoTrip peepoUK peepoVibe peepoVW peepoWTF peepoWave peepoWeird peepoWeirdLeave peepoWeirdo peepoWicked
peepoWide peepoWow peepoYELL peepoYes pepeBASS pepeCD pepeClap pepeD pepeFASTJAM pepeGun pepeJAM pepeJAMJAM pepeJam
pepeLaugh pepeLaughing pepeMeltdown pepeNoo pepeNope pepePoint pepePls pepeRun pepeSadJam pepeSmoke pepeSpin pepeThink
pepeW pepeWeird peppoHappy petTheModge petthepeepo pikaOMG pikachuS pokiChamp popCat poggerz pogu puke pupperDoggo
purpleHeart qtpHONK quirkyDog racoonDance raveDance ratJAM ratJam ratge reallyMad roblBOP roachPls robDance
roflanEbalo sadCat sadJAM sadgeRain sadKEK sadE sadDance sheCrazy shroudDance shruggers sillyCat slothPls smileCat
sodaBASED sodaDink sodaC sodaICANT spinMeRightRound sumSmash squadHips squirrelPls steerR susDog swordPls taHAA
tf2Sandvich tokiDance triPls trollDance vibeCat vibePls vsauceParty waaa waytoodank wePaid weirdChamp wickedSteer
wideBoris wideDuckass widePeepo widePeepoHappy widepeepoHappy widepeepoHappyRightHeart widepeepoHug widepeepoMad
widepeepoSad widepeepoBlanket widePutin wideNessie wideVIBE xar2EDM xqcDriving xqcL xqcS yapp yeahBOI yesHoney yoinkS
zuckJAM zyzzBass zyzzRave zzZ xdd xdding xddWalk xddShrug dinkDonk DinkDonk docSpin
"""

EMOTE_NAMES = frozenset((_TWITCH + _THIRD_PARTY).split()) - frozenset(
    "IMAGINE CAUGHT SCARED Scared Looking LETSGO BASED QQ NERD Nerd MODS SMUG VIBES Swag BOOMER meow puke apollo "
    "eyyy Detective Burger Drake Concerned Hmmm TheThing TopHat VIBE ALERT SHUSH SCAMMED Noted ewe EDM NAILS JAMMING "
    "MALDING Malding DONUT OBJECTION forsen pausecham poggerz pogu pag hahaa yapp nosleep docnotL".split()
)
