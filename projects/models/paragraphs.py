"""A paragraph: the line of a script that is spoken in one take, with what it changes of the project's direction."""

import hashlib
from functools import cache
from typing import TYPE_CHECKING, Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from narrator import direct
from narrator.direct import Asked, Blank, Prepared
from narrator.indexes import where_set
from narrator.teams.models import User
from projects.audio.pauses import CLIP, SCENE_END, TITLE, Followed
from projects.lexicon.entries import Spoken
from projects.models.characters import NAME_CHARACTERS, Character
from projects.models.direction import Layer
from projects.models.guides import Guide
from projects.models.projects import LONGEST_PAUSE_MS
from projects.models.scripts import Script
from projects.speech.line import Line

if TYPE_CHECKING:
    from projects.models.reviews import Verdict

# What a person may change of a line; all of it is kept in its history and can be undone.
EDITED = ("text", "character_id", "voice", "language", "instructions", "pause_ms", "kind")
# What nobody may change of a locked line. Its place among the others is not the line's own.
GUARDED = frozenset({*EDITED, "removed"})
# A clip is a line that is locked for good, but its pause is anybody's, and it is deleted and put back like others.
GUARDED_CLIP = frozenset({*EDITED, "is_locked"}) - {"pause_ms"}
# Between two lines of a fresh script there is room for so many others, so that moving one renumbers none.
STEP = 2**16

# A position behind that of every line.
LAST = 10**17
ROW_FIELDS = (
    *("script", "position", "kind", "text", "language", "pause_ms", "digest", "version"),
    *(
        "is_locked",
        "locked_at",
        "locked_by__name",
        "locked_by__email",
        "character__name",
        "character__colour",
    ),
    *("chosen__duration_ms", "chosen__digest", "chosen__audio_sha256", "chosen__trim_count"),
    *("chosen__lead_silence_ms", "chosen__tail_silence_ms", "chosen__findings", "chosen__cleared_at"),
    *("verdict__kind", "verdict__take", "verdict__digest", "verdict__audio_sha256", "verdict__reason"),
    *("verdict__at", "verdict__by__name", "verdict__by__email", "verdict__guest__name"),
    *("latest__number", "latest__status", "latest__priority", "latest__digest", "latest__claimed_at"),
    "latest__error_reason",
)


class LineKind(models.TextChoices):
    """What a line is in its chapter, which says how long the pause behind it is where it has none of its own."""

    LINE = "", _("Line")
    TITLE = TITLE, _("Title")
    SCENE_END = SCENE_END, _("End of a scene")
    CLIP = CLIP, _("Clip")


class Stage(models.TextChoices):
    """How far a line is: without a take of what it says now, waiting for one, having one, judged as it stands."""

    MISSING = "missing"
    WAITING = "waiting"
    READY = "ready"
    APPROVED = "approved"
    PICKUP = "pickup"


SPOKEN_KINDS = [(kind.value, kind.label) for kind in LineKind if kind != LineKind.CLIP]


def _stands() -> models.Q:
    """That a line's newest verdict is on what the line sounds like now."""
    heard = models.Q(verdict__take=models.F("chosen"), verdict__audio_sha256=models.F("chosen__audio_sha256"))
    return heard & models.Q(verdict__digest=models.F("digest"))


class ParagraphQuerySet(models.QuerySet["Paragraph"]):
    def with_takes(self) -> Self:
        """With the character, the chosen and the latest take, the newest verdict, and without waveforms."""
        rows = self.select_related("character", "chosen", "latest", "verdict__by", "verdict__guest")
        return rows.defer("chosen__peaks", "latest__peaks")

    def for_page(self) -> Self:
        """With just what the rows of a page show: hundreds of them are read at a time."""
        rows = self.select_related(
            "character", "chosen", "latest", "verdict__by", "verdict__guest", "locked_by"
        )
        return rows.only(*ROW_FIELDS)

    def with_marks(self) -> Self:
        """Each with ``marked``, its mark as ``Paragraph.mark`` says, told by the database for thousands of lines."""
        is_flagged = ~models.Q(chosen__findings=[]) & models.Q(chosen__cleared_at=None)
        has_failed = models.Q(latest__status="failed", latest__digest=models.F("digest"))
        marked = models.Case(
            models.When(latest__status__in=["queued", "running"], then=models.F("latest__status")),
            models.When(has_failed, then=models.Value("failed")),
            models.When(chosen=None, then=models.Value("none")),
            models.When(~models.Q(chosen__digest=models.F("digest")), then=models.Value("stale")),
            models.When(_stands(), then=models.F("verdict__kind")),
            models.When(is_flagged, then=models.Value("flagged")),
            default=models.Value("ready"),
        )
        return self.annotate(marked=marked)

    def with_stages(self) -> Self:
        """Each with ``stage``, a ``Stage``: how far it is."""
        current = models.Q(chosen__digest=models.F("digest"))
        waits = models.Q(latest__status__in=["queued", "running"], latest__digest=models.F("digest"))
        stage = models.Case(
            models.When(current & _stands(), then=models.F("verdict__kind")),
            models.When(current, then=models.Value(Stage.READY)),
            models.When(waits, then=models.Value(Stage.WAITING)),
            default=models.Value(Stage.MISSING),
        )
        return self.annotate(stage=stage)

    def in_figures(self) -> models.QuerySet:
        """Each of these lines in few figures, in no order. One query, and no objects: there may be thousands.

        (stage, id, position, mark, take, ms, own pause, length of its text, how often the take was trimmed,
        character, kind, the take's voice and source, its own silence in ms before and after its sound); None for
        what there is none of.
        """
        rows = self.with_marks().with_stages().order_by()
        return rows.values_list(
            *("stage", "pk", "position", "marked", "chosen", "chosen__duration_ms", "pause_ms"),
            *(Length("text"), "chosen__trim_count", "character", "kind", "chosen__voice", "chosen__source"),
            *("chosen__lead_silence_ms", "chosen__tail_silence_ms"),
        )

    def open(self) -> Self:
        """The lines that nobody has locked."""
        return self.filter(is_locked=False)

    def missing(self) -> Self:
        """The lines that have no chosen take of their present text and direction."""
        return self.exclude(chosen__isnull=False, chosen__digest=models.F("digest"))

    def current(self) -> Self:
        """The lines that have a chosen take of their present text and direction."""
        return self.filter(chosen__isnull=False, chosen__digest=models.F("digest"))

    def judged(self, kind: str) -> Self:
        """The lines whose standing verdict is of this kind."""
        return self.current().filter(_stands(), verdict__kind=kind)

    def unjudged(self) -> Self:
        """The lines on whose present sound no verdict stands."""
        return self.exclude(_stands(), verdict__isnull=False)

    def with_project(self) -> Self:
        """The lines with all that their rows show, their script and its project."""
        return self.with_takes().select_related("script__project", "edited_by", "locked_by")

    def verdicts_by_person(self) -> models.QuerySet:
        """How many of the verdicts that stand on these lines each person gave, as person, kind and number."""
        standing = self.current().filter(_stands(), verdict__by__isnull=False).order_by()
        return standing.values_list("verdict__by", "verdict__kind").annotate(n=models.Count("pk"))

    def numbers(self) -> dict[int, int]:
        """The number of each of these lines in its script, as people count: 1, 2, 3. Two queries."""
        scripts = set(self.order_by().values_list("script", flat=True).distinct())
        rows = Paragraph.objects.filter(script__in=scripts).order_by("script", "position")
        found: dict[int, int] = {}
        script, number = None, 0
        for pk, script_id in rows.values_list("pk", "script_id"):
            number = number + 1 if script_id == script else 1
            script, found[pk] = script_id, number
        return found

    def changed_since(self, version: int | direct.Blank, position: int | direct.Blank = LAST) -> Self:
        """The lines with a later change, in the order of changes; of ``version`` itself those past ``position``."""
        later = models.Q(version__gt=version) | models.Q(position__gt=position)
        # Where an index may begin: at an "or" it would be walked from its first line.
        return self.filter(later, version__gte=version).order_by("version", "position")


class Present(models.Manager.from_queryset(ParagraphQuerySet)):  # type: ignore[misc]
    """The lines that are there. Removed ones are kept for undo, with their takes, and are seen by ``everything``."""

    def get_queryset(self) -> ParagraphQuerySet:
        rows: ParagraphQuerySet = super().get_queryset()
        return rows.filter(removed=False)


class Paragraph(Layer):
    """One line. Blank fields of direction mean: as its character says, else its script, else the project.

    ``speaker`` is the name that the manuscript gives to whoever speaks it, ``speaker_sure`` how sure that is, in
    hundredths; ``is_labelled`` where it stood before the words. ``character`` is what people made of it, none means
    the narrator.
    ``digest`` is that of the line as it would be sent now; a take with another digest is stale. ``position`` only
    puts lines in order, with gaps; ``number`` is what people see.
    A line that ``is_locked`` has a current take and keeps it: until it is unlocked its ``digest`` stays, too, whatever
    it inherits (docs/adr/0018).
    """

    script = models.ForeignKey(Script, models.CASCADE, related_name="paragraphs", db_index=False)
    position = models.BigIntegerField()
    removed = models.BooleanField(default=False, editable=False)
    kind = models.CharField(max_length=5, choices=LineKind, default=LineKind.LINE, blank=True)
    text = models.TextField()
    character = models.ForeignKey(
        Character, models.SET_NULL, null=True, blank=True, related_name="paragraphs", db_index=False
    )
    speaker = models.CharField(max_length=NAME_CHARACTERS, blank=True, editable=False)
    speaker_sure = models.PositiveSmallIntegerField(default=0, editable=False)
    is_labelled = models.BooleanField(default=False, editable=False)
    pause_ms = models.PositiveIntegerField(
        _("pause after, ms"), null=True, blank=True, validators=[MaxValueValidator(LONGEST_PAUSE_MS)]
    )
    digest = models.CharField(max_length=64, editable=False)
    chosen = models.ForeignKey(
        "Take", models.SET_NULL, null=True, blank=True, related_name="+", editable=False, db_index=False
    )
    latest = models.ForeignKey(
        "Take", models.SET_NULL, null=True, blank=True, related_name="+", editable=False, db_index=False
    )
    verdict = models.ForeignKey(
        "Verdict", models.SET_NULL, null=True, blank=True, related_name="+", editable=False, db_index=False
    )
    version = models.PositiveBigIntegerField(default=0, editable=False)
    edited_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    edited_at = models.DateTimeField(null=True, blank=True)
    is_locked = models.BooleanField(default=False, editable=False)
    locked_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    locked_at = models.DateTimeField(null=True, blank=True)

    # Set by ParagraphQuerySet.with_marks.
    marked: str
    # Set by actions/takes.py.
    highest: int | None

    objects = Present()
    everything = ParagraphQuerySet.as_manager()

    class Meta:
        ordering = ["script", "position"]
        indexes = [
            models.Index(fields=["script", "version"], name="paragraph_changes"),
            # The few lines that name a voice of their own: each page of a project asks whether it is known.
            models.Index(fields=["script"], name="paragraph_own_voice", condition=~models.Q(voice="")),
            # For whoever deletes what they name. An imported line names none of them.
            *(where_set(key, f"paragraph_{key}") for key in ("character", "chosen", "latest", "verdict")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["script", "position"], name="paragraph_position_once"),
            models.CheckConstraint(condition=~models.Q(text=""), name="paragraph_has_text"),
            models.CheckConstraint(condition=models.Q(kind__in=LineKind.values), name="paragraph_kind_known"),
            models.CheckConstraint(
                condition=~models.Q(kind=LineKind.CLIP) | models.Q(is_locked=True),
                name="paragraph_clip_is_locked",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @classmethod
    def whole(cls, pk: int) -> "Paragraph | None":
        """A line, removed or not, with all that its row shows, its script and its project; None where there is none.

        One query.
        """
        return cls.asking(pk).first()

    @classmethod
    def asking(cls, pk: int) -> Asked:
        """What ``whole`` asks, to be asked together with other things; the line is its ``first``."""
        return _whole().asking(pk=pk)

    @classmethod
    def touch(cls, pk: int) -> None:
        """Let pages see that the line or a take of it has changed, inside the transaction that changes it."""
        direct.update(cls, {"pk": pk}, version=Script.next_version_of_line(pk))

    def line(self, guide: Guide) -> Line:
        """Return what would be sent for this line now, by the guide of its project. No query."""
        direction = {name: said.value for name, said in guide.direction(self).items()}
        text = guide.lexicon.say(self.text, direction["language"]).text
        return Line(text=text, optimize_instructions=guide.project.optimize_instructions, **direction)

    def spoken(self, guide: Guide) -> Spoken:
        """What this line says, with each change that the lexicon makes of it. No query."""
        return guide.lexicon.say(self.text, guide.language(self))

    @property
    def is_clip(self) -> bool:
        """Whether it is a clip, which nobody speaks."""
        return self.kind == LineKind.CLIP

    @property
    def guarded(self) -> frozenset[str]:
        """What nobody may change of it now."""
        if self.is_clip:
            return GUARDED_CLIP
        return GUARDED if self.is_locked else frozenset()

    @property
    def followed(self) -> Followed:
        """What the pause behind it depends on (audio/pauses.py), beside the line that comes then."""
        return self.pause_ms, self.kind, self.character_id

    def number(self, asked: Asked | None = None) -> int:
        """The line's number in its script, as people count; one query, unless it was ``asked`` with others."""
        before = (asked or self.asking_number()).rows
        return before[0][0] + 1 if before else 1

    def asking_number(self) -> Asked:
        """What is to be asked for ``number``."""
        return _count_before().asking(script=self.script_id, position=self.position)

    def asking_neighbours(self) -> tuple[Asked, Asked]:
        """What the line before this one says, and the one behind it: a row each, none where there is no such line."""
        before, behind = (
            text.asking(script=self.script_id, position=self.position)
            for text in (_text_before(), _text_behind())
        )
        return before, behind

    @property
    def text_mark(self) -> str:
        """A short name for this very text, by which a form knows later whether the line still says it."""
        return hashlib.blake2b(self.text.encode(), digest_size=9).hexdigest()

    @property
    def is_stale(self) -> bool:
        """Whether the chosen take speaks another text or direction than the line has now."""
        return self.chosen is not None and self.chosen.digest != self.digest

    @property
    def standing(self) -> "Verdict | None":
        """The newest verdict, where it is on the chosen take as it sounds and on what the line says now."""
        verdict, chosen = self.verdict, self.chosen
        if verdict is None or chosen is None:
            return None
        now = (chosen.pk, chosen.audio_sha256, self.digest)
        return verdict if (verdict.take_id, verdict.audio_sha256, verdict.digest) == now else None

    @property
    def mark(self) -> str:
        """The name of the mark at the line's edge: none, queued, running, failed, stale, approved,
        pickup, flagged or ready.

        A failure of an older text says nothing about the present one.
        """
        if self.latest is not None and self.latest.is_active:
            return self.latest.status
        if self.latest is not None and self.latest.has_failed and self.latest.digest == self.digest:
            return "failed"
        if self.chosen is None:
            return "none"
        if self.is_stale:
            return "stale"
        if self.standing is not None:
            return self.standing.kind
        return "flagged" if self.chosen.is_flagged else "ready"


@cache
def _whole() -> Prepared:
    return Prepared(Paragraph.everything.with_project().filter(pk=Blank(Paragraph, "pk")))


def _before() -> ParagraphQuerySet:
    here: ParagraphQuerySet = Paragraph.objects.filter(script=Blank(Paragraph, "script"))
    return here.filter(position__lt=Blank(Paragraph, "position")).order_by("-position")


@cache
def _count_before() -> Prepared:
    return Prepared(_before().order_by().values("script").annotate(n=models.Count("pk")).values_list("n"))


@cache
def _text_before() -> Prepared:
    return Prepared(_before().values_list("text")[:1])


@cache
def _text_behind() -> Prepared:
    here = Paragraph.objects.filter(script=Blank(Paragraph, "script"))
    behind = here.filter(position__gt=Blank(Paragraph, "position")).order_by("position")
    return Prepared(behind.values_list("text")[:1])
