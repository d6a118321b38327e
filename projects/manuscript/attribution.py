"""Who is said to speak, by the words beside a quotation: "said Filby", "the Psychologist asked", "he cried".

One paragraph at a time, in English, German, French and Chinese. What the paragraphs around it add is in dialogue.py.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .quotations import Part, sentences

FIRST, HE, SHE, THEY = "I", "he", "she", "they"
PRONOUNS = frozenset({FIRST, HE, SHE, THEY})

NAMED, DESCRIBED = 95, 85
# Who speaks is said within so many characters of the speech; more is not looked at, so that no text takes long.
NEAR = 160


@dataclass(frozen=True)
class Cue:
    """Who speaks, as the text says it: a name without its article, or one of PRONOUNS; and how sure, of 100."""

    who: str
    sure: int


@dataclass(frozen=True)
class Tongue:
    """How one language tells who speaks. Verbs are regular expressions, words are listed with spaces between."""

    verbs: str
    articles: str
    pronouns: dict[str, str]
    titles: str
    joins: str = "of de la le du van von der den zu da di del bin al y"
    stops: str = ""
    fillers: str = ""
    helpers: str = "would had could might only then now at last"


ENGLISH = Tongue(
    verbs=(
        "said|says|say|ask|reply|cry|add|whisper|asked|asks|cried|cries|replied|replies|answered|answers|began|begins|continued|continues|proceeded|"
        "exclaimed|murmured|whispered|shouted|remarked|observed|returned|retorted|interrupted|added|repeated|muttered|"
        "suggested|called|inquired|enquired|demanded|declared|explained|agreed|went on|goes on|thought|growled|sighed|"
        "laughed|gasped|announced|admitted|protested|insisted|screamed|yelled|roared|stammered|snapped|put in|broke in|"
        "cut in|resumed|rejoined|responded|ventured|sobbed|groaned|grunted|hissed|objected|persisted|pleaded|commented|"
        "echoed|concluded|confessed|corrected|breathed|chimed in|ejaculated|howled|implored|mumbled|pursued|assented|"
        "bellowed|boomed|wailed|squeaked|moaned|urged|warned|ordered|commanded|told|spoke|read|sang|wrote|thundered"
    ),
    articles="the|a|an|my|his|her|our|their|this|that|another|one",
    pronouns={"i": FIRST, "he": HE, "she": SHE, "they": THEY, "we": THEY},
    titles="Mr|Mrs|Ms|Miss|Dr|Sir|Lady|Lord|Captain|Colonel|General|Major|Sergeant|Professor|Father|Mother|Uncle|Aunt|"
    "Aunty|King|Queen|Prince|Princess|Madame|Mademoiselle|Monsieur|Old|Little|St",
    stops="with in as of and who whom which to from at on by when while after before for into but then that so without "
    "under over through again slowly quietly softly suddenly presently at last once more too was were had is are has",
    fillers="Then|And|But|So|At|In|On|When|While|After|Before|As|If|It|There|This|That|What|Presently|Suddenly|Finally|"
    "Once|Here|Now|Again|Yet|For|With|From|By|Still|Perhaps|Well|Yes|No|Oh|Not|Nobody|Everyone|Only|Even|Or|Nor|To|Of",
)  # fmt: skip
GERMAN = Tongue(
    verbs=(
        "sagte|sagt|fragte|fragt|rief|ruft|antwortete|erwiderte|entgegnete|begann|fuhr|meinte|meint|flüsterte|murmelte|"
        "schrie|brüllte|bemerkte|versetzte|unterbrach|fügte|wiederholte|erklärte|verlangte|seufzte|lachte|stammelte|"
        "stöhnte|knurrte|brummte|zischte|sprach|dachte|befahl|warf|gestand|behauptete|schluchzte|jammerte|bat"
    ),
    articles="der|die|das|ein|eine|sein|seine|ihr|ihre|mein|meine|unser|unsere|dieser|diese|jener|jene",
    pronouns={"ich": FIRST, "er": HE, "sie": SHE, "wir": THEY},
    titles="Herr|Frau|Fräulein|Doktor|Dr|Professor|Graf|Gräfin|Baron|Baronin|König|Königin|Onkel|Tante|Vater|Mutter",
    stops="mit in im als und der die das den dem zu zum zur von vom an am auf nach vor für aber dann so ohne leise "
    "laut plötzlich wieder noch einmal endlich sich ihm ihr fort ein hinzu",
    fillers="Da|Dann|Und|Aber|Als|Wie|Nun|So|Doch|Endlich|Plötzlich|Auf|In|Mit|Nach|Was|Wenn|Es|Man|Niemand|Ja|Nein",
)  # fmt: skip
FRENCH = Tongue(
    verbs=(
        "dit|demanda|demande|répondit|répond|s’écria|s'écria|cria|murmura|reprit|continua|ajouta|répliqua|fit|observa|"
        "interrompit|répéta|déclara|expliqua|soupira|balbutia|chuchota|hurla|commença|poursuivit|objecta|pensa|gémit|"
        "songea|insista|protesta|ordonna|annonça|avoua|remarqua|riposta|rétorqua|s’exclama|s'exclama|grogna|gronda"
    ),
    articles="le|la|l’|l'|les|un|une|mon|ma|son|sa|notre|leur|ce|cet|cette",
    pronouns={"je": FIRST, "il": HE, "elle": SHE, "ils": THEY, "elles": THEY, "nous": THEY, "on": THEY},
    titles="M|Mme|Mlle|Monsieur|Madame|Mademoiselle|Docteur|Dr|Professeur|Comte|Comtesse|Père|Mère|Oncle|Tante|Maître",
    stops="avec en dans comme et qui que de du des à au aux par sur pour mais puis sans d’ une un tout sous alors "
    "enfin lentement doucement brusquement",
    fillers="Alors|Et|Mais|Puis|Enfin|Comme|Quand|Si|Dans|Avec|Après|Ce|Cela|Que|Qui|Oui|Non|Personne|Ici|Là",
)  # fmt: skip
TONGUES = {"en": ENGLISH, "de": GERMAN, "fr": FRENCH}


class Grammar:
    """The patterns of one tongue, compiled."""

    def __init__(self, tongue: Tongue) -> None:
        self.tongue = tongue
        self.stops = frozenset(f"{tongue.stops} {tongue.helpers}".split())
        word = r"[^\W\d_][\w’'-]*"
        title = rf"(?:(?:{tongue.titles})\.?\s+)"
        upper = r"[A-ZÀ-ÖØ-ÞŒ][\w’'-]*"
        join = "|".join(tongue.joins.split())
        filler = rf"(?!(?:{tongue.fillers})\b)"
        name = rf"{filler}{title}*{upper}(?:\s+(?:(?:{join})\s+)?{upper})*"
        articles = rf"(?:{tongue.articles})"
        gap = r"(?:(?<=[’'])|\s+)"
        pronoun = rf"(?:{'|'.join(tongue.pronouns)})\b"
        # Articles and pronouns of any case, names with a capital.
        who = rf"(?P<who>(?i:{pronoun})|(?i:{articles}){gap}(?:{name}|{word}(?:\s+{word}){{0,4}})|{name})"
        helpers = "|".join(tongue.helpers.split())
        verb = rf"(?P<verb>(?i:{tongue.verbs}))\b"
        lead = r"\A[\s,;:—–.!?…»”\"'’-]*"
        self.verb_first = re.compile(rf"{lead}{verb}(?:-t)?[\s-]+{who}")
        self.who_first = re.compile(rf"{lead}{who}(?:\s+(?:{word}ly|{helpers}))?\s+{verb}")
        self.before = re.compile(
            rf"(?:\A|[\s(—–]){who}\s(?:[^.!?“”„«»]*?\s)?{verb}[^.!?“”„«»]{{0,60}}[,:—–]?\s*\Z"
        )
        self.turned = re.compile(rf"(?:\A|[\s,]){verb}\s+{who}\s*[,:]?\s*\Z")

    def name(self, said: str) -> tuple[str, bool]:
        """The name in what stands in the place of a speaker, and whether it is a proper one; "" for none."""
        words = said.split()
        pronoun = self.tongue.pronouns.get(said.lower())
        if pronoun and (pronoun != FIRST or self.tongue is not ENGLISH or said == "I"):
            return pronoun, True
        bare = re.sub(rf"\A(?i:{self.tongue.articles})(?:(?<=[’'])|\s+)", "", said)
        words = bare.split()
        if not words:
            return "", False
        if words[0][:1].isupper():
            return _proper(words), True
        return self._described(words), False

    def _described(self, words: list[str]) -> str:
        """The first words up to where the description ends: "redheaded man" of "redheaded man calmly"."""
        kept: list[str] = []
        for word in words[:4]:
            lower = word.lower()
            if lower in self.stops or (kept and lower.endswith(("ly", "ing", "ment"))):
                break
            kept.append(word)
        return " ".join(kept)


def _proper(words: list[str]) -> str:
    while words and not words[-1][:1].isupper():
        words = words[:-1]
    name = " ".join(words)
    return re.sub(r"[’']s?\Z", "", name)


@lru_cache(maxsize=8)
def grammar(language: str) -> Grammar:
    """The grammar for a language code; English for those that have none of their own."""
    return Grammar(TONGUES.get(language.split("-")[0].lower(), ENGLISH))


def cue(parts: Sequence[Part], language: str) -> Cue | None:
    """Who speaks a paragraph, by its own words: the first speech that is told of decides."""
    if language.startswith("zh"):
        return _chinese(parts)
    rules = grammar(language)
    for at, part in enumerate(parts):
        if not part.spoken:
            continue
        after = parts[at + 1].text if at + 1 < len(parts) and not parts[at + 1].spoken else ""
        before = parts[at - 1].text if at and not parts[at - 1].spoken else ""
        found = _after(rules, after, part.text) or _before(rules, before)
        if found:
            return found
    return None


def _after(rules: Grammar, text: str, spoken: str) -> Cue | None:
    """Behind a speech. One that ends with a full stop is told of by no clause that goes on from it."""
    if not text or spoken.rstrip().endswith("."):
        return None
    text = text[:NEAR]
    found = rules.verb_first.match(text) or rules.who_first.match(text)
    return _cue(rules, found) if found else None


def _before(rules: Grammar, text: str) -> Cue | None:
    """In front of a speech: the last sentence, which a verb of saying or a colon leads over to it."""
    sentence = sentences(text[-NEAR:])[-1] if text[-NEAR:].strip() else ""
    if not sentence or sentence.endswith((".", "!", "?", "…")):
        return None
    found = rules.turned.search(sentence) or rules.before.search(sentence)
    return _cue(rules, found) if found else None


def _cue(rules: Grammar, found: re.Match[str]) -> Cue | None:
    who, proper = rules.name(found["who"])
    return Cue(who, NAMED if proper else DESCRIBED) if who else None


# 說道, 笑道, 問: told before a colon, or behind the closing mark.
ZH_VERB = (
    "(?:說道|说道|問道|问道|答道|笑道|叫道|喊道|嘆道|叹道|罵道|骂道|想道|應道|应道|回答|"
    "說|说|道|問|问|答|叫|喊|嚷|罵|骂)"
)
ZH_BEFORE = re.compile(
    rf"(?P<who>[^，。！？；：、「」『』“”\s]{{0,14}}?)(?P<verb>{ZH_VERB})[^，。！？；：]{{0,6}}[，：:]\s*\Z"
)
ZH_AFTER = re.compile(rf"\A\s*(?P<who>[^，。！？；：、「」『』“”\s]{{1,8}}?)(?P<verb>{ZH_VERB})")
ZH_ADVERBS = re.compile(
    r"(?:便|又|就|也|只|卻|却|才|還|还|都|忽然|慢慢地|低聲|低声|大聲|大声|高聲|高声|輕輕地|轻轻地|笑着|笑著|着|著|對.{1,4}|对.{1,4}|向.{1,4}|"
    r"接着|接著|連忙|连忙|趕忙|赶忙|仍然|於是|于是|這樣|这样|不住|幾回|几回|一面|恭敬地|吃吃|悄悄地|很|的|地)+\Z"
)
ZH_PRONOUNS = {"我": FIRST, "他": HE, "她": SHE}
# No name has these; a stretch with one of them is a clause, or says that nobody speaks.
ZH_NO_NAME = frozenset("誰谁這这那不沒没有是都著着近訴诉嘆叹走看聽听站坐拿睜睁含胡嘴眼手我你他她")


def _chinese(parts: Sequence[Part]) -> Cue | None:
    looks: tuple[tuple[int, Callable[[str], re.Match[str] | None]], ...]
    looks = ((-1, ZH_BEFORE.search), (1, ZH_AFTER.match))
    for at, part in enumerate(parts):
        if not part.spoken:
            continue
        for step, look in looks:
            beside = parts[at + step] if 0 <= at + step < len(parts) else None
            found = look(beside.text) if beside and not beside.spoken else None
            who = ZH_ADVERBS.sub("", found["who"]) if found else ""
            if who[:1] in ZH_PRONOUNS:
                return Cue(THEY if "們" in who or "们" in who else ZH_PRONOUNS[who[0]], NAMED)
            if 1 < len(who) <= 5 and not ZH_NO_NAME & set(who):
                return Cue(who, DESCRIBED)
    return None
