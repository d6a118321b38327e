"""What generating would cost and how long it would sound, before anything is called."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from narrator.tags import money
from projects.actions import endpoint
from projects.models import Guide, LexiconEntry, Price, Project, Take, TakeStatus
from projects.models.money import cost_micro
from projects.models.paragraphs import ParagraphQuerySet
from projects.models.takes import ACTIVE
from projects.speech.budget import billing_characters
from projects.speech.line import Line, normalised

# Characters, spaces and punctuation with them, that a narrator speaks in a minute, pauses between sentences
# included. English: 155 words a minute, the usual pace of audiobooks, at 5.9 characters a word. Chinese: 240, the
# pace of broadcast reading. The others: common figures of narration in syllables or words, turned into characters.
# Typical figures, not measured at the endpoint; the stand-in is quicker (measured: English 1,080, Chinese 230).
CHARACTERS_A_MINUTE = {
    "Chinese": 240,
    "English": 920,
    "French": 950,
    "German": 900,
    "Italian": 950,
    "Japanese": 350,
    "Korean": 330,
    "Portuguese": 950,
    "Russian": 850,
    "Spanish": 950,
}
# Of a text whose language is not given: Chinese where more than this share of its characters is Han.
HAN_SHARE = 0.3
DIGESTS_A_QUERY = 500


@dataclass(frozen=True)
class Estimate:
    """So many lines would be called, for so many billing characters; ``minutes`` is the length of the speech."""

    lines: int
    characters: int
    amount_micro: int
    currency: str
    minutes: float
    confirm_above_micro: int

    @property
    def asks_first(self) -> bool:
        """Whether the team wants to be asked before so much is spent."""
        return self.amount_micro > self.confirm_above_micro

    @property
    def amount(self) -> str:
        return money(self.amount_micro, self.currency)

    @property
    def length(self) -> str:
        """``about 38 minutes``."""
        minutes = math.ceil(self.minutes)
        if self.minutes < 1:
            return _("under a minute")
        if minutes < 120:
            return ngettext("about %(count)s minute", "about %(count)s minutes", minutes) % {"count": minutes}
        return _("about %(hours)s h %(minutes)s min") % {
            "hours": minutes // 60,
            "minutes": f"{minutes % 60:02}",
        }

    @property
    def work(self) -> str:
        """``412 lines, about 38 minutes of speech``."""
        words = ngettext(
            "%(count)s line, %(length)s of speech", "%(count)s lines, %(length)s of speech", self.lines
        )
        return words % {"count": f"{self.lines:,}", "length": self.length}

    def __str__(self) -> str:
        return _("%(work)s, %(amount)s") % {"work": self.work, "amount": self.amount}


def estimate(lines: ParagraphQuerySet, project: Project, *, with_waiting: bool = False) -> Estimate:
    """Estimate what generating these lines of the project would call for. Four queries, with a lexicon eight.

    Lines that will use audio of the project again cost nothing, nor do those that wait or are made already,
    unless ``with_waiting`` counts them, too; equal lines are called once. The price is rounded up for the whole,
    so it may be a few millionths under the sum of the calls.
    """
    price = Price.of(project.team_id)
    speaker = endpoint.speaker(project.team_id)
    spoken = Take.objects.filter(
        Q(paragraph=OuterRef("pk")) | Q(model=speaker.model, host=speaker.host),
        project=project,
        digest=OuterRef("digest"),
        status__in=[TakeStatus.READY] if with_waiting else [TakeStatus.READY, *ACTIVE],
    )
    rows = lines.filter(~Exists(spoken)).order_by()
    return _estimate(_said(rows, project).values(), price)


def _said(lines: ParagraphQuerySet, project: Project) -> dict[str, tuple[str, str]]:
    """What each of these lines says and in which language, by digest. Two queries, with a lexicon six."""
    lexicon = LexiconEntry.objects.lexicon(project)
    if not lexicon:
        rows = lines.values_list("digest", "text", "language")
        return {digest: (normalised(text), language or project.language) for digest, text, language in rows}
    guide, said = Guide.of(project.pk), {}
    fields = ("digest", "text", "language", "script_id", "character_id")
    for line in lines.values_list(*fields, named=True):
        language = guide.language(line)
        said[line.digest] = (normalised(lexicon.say(line.text, language).text), language)
    return said


def of_lines(lines: Iterable[Line], project: Project) -> Estimate:
    """The same for lines as they might be sent one day, not as the rows say now."""
    speaker = endpoint.speaker(project.team_id)
    made = Take.objects.filter(
        project=project, status=TakeStatus.READY, model=speaker.model, host=speaker.host
    ).order_by()
    wanted = {line.digest: (line.spoken, line.language) for line in lines}
    digests = list(wanted)
    for start in range(0, len(digests), DIGESTS_A_QUERY):
        some = digests[start : start + DIGESTS_A_QUERY]
        for digest in made.filter(digest__in=some).values_list("digest", flat=True):
            wanted.pop(digest, None)
    return _estimate(wanted.values(), Price.of(project.team_id))


def of_takes(line: Line, count: int, price: Price) -> Estimate:
    """The same for so many new takes of one line, whatever audio of it is there. No query."""
    return _estimate([(line.spoken, line.language)] * count, price)


def of_texts(texts: Iterable[str], language: str, price: Price) -> Estimate:
    """Estimate what speaking these texts, one a line, would call for, where none of them is a line yet."""
    return _estimate(((normalised(text), language) for text in texts), price)


def together(parts: Iterable[Estimate], price: Price) -> Estimate:
    """The sum of estimates; its price is rounded once."""
    known = list(parts)
    lines, characters = sum(one.lines for one in known), sum(one.characters for one in known)
    return _priced(lines, characters, sum(one.minutes for one in known), price)


def _estimate(wanted: Iterable[tuple[str, str]], price: Price) -> Estimate:
    """Of texts as they are sent, each with its language."""
    lines, characters, minutes = 0, 0, 0.0
    for text, language in wanted:
        billed = billing_characters(text)
        lines, characters = lines + 1, characters + billed
        minutes += len(text) / pace(text, billed, language)
    return _priced(lines, characters, minutes, price)


def _priced(lines: int, characters: int, minutes: float, price: Price) -> Estimate:
    amount_micro = cost_micro(characters, price.per_10k_micro)
    return Estimate(lines, characters, amount_micro, price.currency, minutes, price.confirm_above_micro)


def pace(text: str, billed: int, language: str) -> int:
    """Characters of this text in a minute; ``billed`` are its billing characters."""
    if language not in CHARACTERS_A_MINUTE:
        language = "Chinese" if billed - len(text) > HAN_SHARE * len(text) else "English"
    return CHARACTERS_A_MINUTE[language]
