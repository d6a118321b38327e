"""A script: one chapter or episode of a project, and the counter by which pages learn what changed."""

from functools import cache
from typing import Self

from django.db import models
from django.urls import reverse

from narrator import direct
from narrator.direct import Asked, Blank, Prepared
from projects.models.direction import Layer
from projects.models.projects import Project


class ScriptQuerySet(models.QuerySet["Script"]):
    def directed(self) -> Self:
        """Those that have a direction of their own."""
        return self.exclude(voice="", language="", instructions="")

    def with_counts(self) -> Self:
        """Each with ``line_count``, ``ready_count``, ``active_count``, ``failed_count`` and ``duration_ms``.

        Ready lines have a chosen take of their present text and direction; the duration is that of the
        chosen takes. One query: a line has at most one chosen and one latest take, so nothing is counted twice.
        """
        here = models.Q(paragraphs__removed=False)
        current = models.Q(paragraphs__chosen__digest=models.F("paragraphs__digest"))
        active = models.Q(paragraphs__latest__status__in=["queued", "running"])
        failed = models.Q(
            paragraphs__latest__status="failed", paragraphs__latest__digest=models.F("paragraphs__digest")
        )
        return self.annotate(
            line_count=models.Count("paragraphs", filter=here),
            ready_count=models.Count("paragraphs", filter=here & current),
            active_count=models.Count("paragraphs", filter=here & active),
            failed_count=models.Count("paragraphs", filter=here & failed),
            duration_ms=models.Sum("paragraphs__chosen__duration_ms", filter=here),
        )

    def with_verdicts(self) -> Self:
        """Each with ``line_count``, ``approved_count``, ``pickup_count`` and ``to_hear_count``. One query.

        To hear are the lines that have a current take on which no verdict stands.
        """
        here = models.Q(paragraphs__removed=False)
        current = here & models.Q(paragraphs__chosen__digest=models.F("paragraphs__digest"))
        stands = models.Q(
            paragraphs__verdict__take=models.F("paragraphs__chosen"),
            paragraphs__verdict__digest=models.F("paragraphs__digest"),
            paragraphs__verdict__audio_sha256=models.F("paragraphs__chosen__audio_sha256"),
        )
        counts = {
            f"{kind}_count": models.Count(
                "paragraphs", filter=current & stands & models.Q(paragraphs__verdict__kind=kind)
            )
            for kind in ("approved", "pickup")
        }
        ready = models.Count("paragraphs", filter=current)
        return self.annotate(
            line_count=models.Count("paragraphs", filter=here),
            **counts,
            to_hear_count=ready - counts["approved_count"] - counts["pickup_count"],
        )

    def to_encode(self) -> Self:
        """Those that changed since their chosen takes were last encoded, the longest untouched first."""
        return self.filter(encoded_version__lt=models.F("version")).order_by("pk")


class Present(models.Manager.from_queryset(ScriptQuerySet)):  # type: ignore[misc]
    """The chapters that are there. One that a revision took out is kept, with its lines, and seen by ``everything``."""

    def get_queryset(self) -> ScriptQuerySet:
        rows: ScriptQuerySet = super().get_queryset()
        return rows.filter(removed=False)


class Script(Layer):
    """One chapter or episode, with what its lines inherit. ``version`` counts changes of its lines and takes.

    ``spread_version`` is the version at which the positions of its lines were last spread anew,
    ``encoded_version`` that up to which its chosen takes are encoded.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="scripts")
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=300)
    removed = models.BooleanField(default=False, editable=False)
    version = models.PositiveBigIntegerField(default=0, editable=False)
    spread_version = models.PositiveBigIntegerField(default=0, editable=False)
    encoded_version = models.PositiveBigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    # Set by ScriptQuerySet.with_counts.
    line_count: int
    ready_count: int
    active_count: int
    failed_count: int
    duration_ms: int | None
    # Set by ScriptQuerySet.with_verdicts.
    approved_count: int
    pickup_count: int
    to_hear_count: int

    objects = Present()
    everything = ScriptQuerySet.as_manager()

    class Meta:
        ordering = ["project", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "position"],
                condition=models.Q(removed=False),
                name="script_position_once",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("script-detail", args=[self.pk])

    @classmethod
    def asking_of(cls, project_id: int) -> Asked:
        """What is to be asked for the chapters of a project in their order."""
        return _of_project().asking(project=project_id)

    @classmethod
    def next_version(cls, script_id: int) -> int:
        """Count one more change and return its number. Call it first in the transaction of the change.

        The update holds the script's row until the commit. So changes to one script become visible in the
        order of their numbers, and a page that asks for everything past a number can miss none.
        """
        return cls.version_of(cls.counting_up(script_id))

    @classmethod
    def counting_up(cls, script_id: int) -> direct.Question:
        """The same, to be run together with what is read under its hold; the number is its ``version_of``."""
        return cls._counting_up("%s", script_id)

    @staticmethod
    def version_of(counted: direct.Question) -> int:
        """The number of the change that was counted."""
        ((version,),) = counted.rows
        return version

    @classmethod
    def next_version_of_line(cls, paragraph_id: int) -> int:
        """As ``next_version``, for the script of this paragraph."""
        its_script = "(SELECT script_id FROM projects_paragraph WHERE id = %s)"
        return cls.version_of(cls._counting_up(its_script, paragraph_id))

    @classmethod
    def _counting_up(cls, which: str, pk: int) -> direct.Question:
        set_, params = direct.setting(cls, version=direct.Plus(1))
        return direct.Question(f"{set_} WHERE id = {which} RETURNING version", [*params, pk])


@cache
def _of_project() -> Prepared:
    return Prepared(Script.objects.filter(project=Blank(Script, "project")).order_by("position"))
