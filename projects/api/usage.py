"""What a team spent: the sums of a month, and its calls one by one."""

from datetime import date, datetime

from ninja import Query, Schema
from pydantic import Field

from projects import access
from projects.actions import usage
from projects.api.doors import ApiRequest, Noun
from projects.api.pages import Id, Page, Wanted, page
from projects.models import Call, Price

router = Noun("usage")

KEPT = ("id", "take_id", "project_id", "at", "state", "voice", "characters", "amount_micro", "currency")
TOLD = ("request_id", "error_code", "duration_ms")


class SumOut(Schema):
    """What calls came to in one currency; ``unsure_micro`` of it may not have been charged."""

    id: int | None = Field(None, description="Of the project or the person; null for what has none.")
    name: str = ""
    currency: str
    calls: int
    billed: int
    spent_micro: int
    unsure_micro: int


class UsageOut(Schema):
    """A month of a team: in all, by project and by person, and the cap that holds now."""

    month: str
    totals: list[SumOut]
    projects: list[SumOut]
    people: list[SumOut]
    monthly_cap_micro: int | None
    cap_used_micro: int
    currency: str


class CallOut(Schema):
    """One call of the endpoint. ``state``: open, charged, free or unknown."""

    id: int
    take_id: int | None
    project_id: int | None
    at: datetime
    state: str
    voice: str
    characters: int
    amount_micro: int
    currency: str
    request_id: str
    error_code: str
    duration_ms: int | None

    @classmethod
    def of(cls, row: Call) -> "CallOut":
        return cls(**{name: getattr(row, name) for name in (*KEPT, *TOLD)})


class Month(Schema):
    """Which month, by UTC; the present one where none is named."""

    month: str | None = Field(None, pattern="^20[0-9]{2}-(0[1-9]|1[0-2])$", examples=["2026-11"])

    @property
    def first(self) -> date:
        return date.fromisoformat(f"{self.month}-01") if self.month else usage.this_month()


@router.look("/teams/{team_id}/usage", UsageOut)
def team_usage(request: ApiRequest, team_id: Id, asked: Query[Month]) -> UsageOut:
    """What a team spent in a month."""
    team = access.team(request.user, team_id)
    price, spent = Price.of(team.pk), usage.of(team, asked.first)
    return UsageOut(
        month=f"{asked.first:%Y-%m}",
        totals=[SumOut(**vars(total)) for total in spent.totals],
        projects=[_sum(row, "project", row["project__title"]) for row in spent.projects],
        people=[_sum(row, "person", row["person__name"] or row["person__email"]) for row in spent.people],
        monthly_cap_micro=price.monthly_cap_micro,
        cap_used_micro=usage.used(team, price).get(None, 0),
        currency=price.currency,
    )


def _sum(row: dict, field: str, name: str | None) -> SumOut:
    return SumOut(id=row[field], name=name or "", **{key: row[key] for key in usage.SUMS})


@router.look("/teams/{team_id}/calls", Page[CallOut])
def call_list(request: ApiRequest, team_id: Id, month: Query[Month], asked: Wanted) -> Page[CallOut]:
    """The calls of a team in a month, the oldest first."""
    team = access.team(request.user, team_id)
    return page(Call.objects.filter(team=team).in_month(month.first), asked, CallOut.of, by="pk")
