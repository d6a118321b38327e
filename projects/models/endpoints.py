"""The endpoint that a team has of its own: where it is, how it is asked, and its token, which is kept sealed.

A team without a row uses the installation's endpoint, which the settings name. What an endpoint is made into, so that
lines can be spoken, is in actions/endpoint.py.
"""

from functools import cache

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from narrator import sealing
from narrator.direct import Asked, Blank, Prepared
from narrator.teams.models import Team, User
from projects.speech.address import host_of

MOST_CONCURRENT = 64


class EndpointKind(models.TextChoices):
    """How an endpoint is asked, and how it answers."""

    DASHSCOPE = "dashscope", _("DashScope-style gateway")
    OPENAI = "openai", _("OpenAI-compatible")


class LimitUnit(models.TextChoices):
    """What a limit on the text of one call counts; see speech.budget."""

    BYTES = "bytes", _("bytes")
    WEIGHTED = "weighted", _("billing characters")
    CHARACTERS = "characters", _("characters")


class TeamEndpoint(models.Model):
    """A team's own endpoint.

    ``account`` is the same for rows with the same address and token, and says nothing of either: those who share an
    account share its pace. ``token_sealed`` is opened by ``token`` alone.
    """

    team = models.OneToOneField(Team, models.CASCADE, primary_key=True, related_name="endpoint")
    kind = models.CharField(max_length=10, choices=EndpointKind, default=EndpointKind.OPENAI)
    address = models.CharField(max_length=300)
    token_sealed = models.TextField(blank=True, editable=False)
    token_at = models.DateTimeField(null=True, blank=True, editable=False)
    account = models.CharField(max_length=32, db_index=True, editable=False)
    model = models.CharField(max_length=100)
    stream = models.BooleanField(default=False)
    text_limit = models.PositiveIntegerField(
        _("longest text of one call"), default=600, validators=[MinValueValidator(16)]
    )
    limit_unit = models.CharField(_("counted in"), max_length=10, choices=LimitUnit, default=LimitUnit.BYTES)
    concurrency = models.PositiveSmallIntegerField(
        _("calls at the same time"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_CONCURRENT)],
    )
    requests_per_minute = models.PositiveIntegerField(
        _("calls a minute"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    # Names, as they are sent; of the gateway's kind the catalogue in speech.voices holds instead.
    typed_voices = models.JSONField(default=list, blank=True)
    listed_voices = models.JSONField(default=list, blank=True, editable=False)
    listed_at = models.DateTimeField(null=True, blank=True, editable=False)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=EndpointKind.values), name="endpoint_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(limit_unit__in=LimitUnit.values), name="endpoint_limit_unit_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team_id}: {self.get_kind_display()} at {self.address}"

    @classmethod
    def of(cls, team_id: int) -> "TeamEndpoint | None":
        """The team's own endpoint, or None where it uses the installation's. One query."""
        return cls.asking(team_id).first()

    @classmethod
    def asking(cls, team_id: int) -> Asked:
        """What is to be asked for ``of``."""
        return _of_team().asking(team=team_id)

    @property
    def host(self) -> str:
        return host_of(self.address)

    @property
    def voices(self) -> list[str]:
        """The names that were typed, then those that were listed, each once."""
        return list(dict.fromkeys([*self.typed_voices, *self.listed_voices]))

    @sensitive_variables()
    def set_token(self, token: str) -> None:
        """Keep this token, "" for none, together with the address as it is now. Saving is the caller's."""
        self.token_sealed = sealing.seal(token)
        self.token_at = timezone.now() if token else None
        self.account = self._mark(token)

    @sensitive_variables()
    def _mark(self, token: str) -> str:
        return sealing.mark(self.address, token)

    @sensitive_variables()
    def reseal(self) -> bool:
        """Seal the token anew, with the first key; False where somebody set another one meanwhile. Raises Unopened."""
        sealed = {"token_sealed": sealing.sealed_anew(self.token_sealed), "account": self._mark(self.token())}
        same = TeamEndpoint.objects.filter(pk=self.pk, token_sealed=self.token_sealed, address=self.address)
        return bool(same.update(**sealed))

    @sensitive_variables()
    def token(self) -> str:
        """The token in clear, "" for none; raises sealing.Unopened. Nothing that people see may ask for it."""
        return sealing.opened(self.token_sealed)


@cache
def _of_team() -> Prepared:
    return Prepared(TeamEndpoint.objects.filter(team=Blank(TeamEndpoint, "team")))
