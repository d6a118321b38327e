"""The delivery gate's report of an export, what puts a miss right, and ordering the export again."""

from typing import Any

from django.http import Http404
from ninja import Schema
from pydantic import Field

from narrator.teams.rights import Right
from projects import access, tasks
from projects.actions import deliveries, exports, remedies
from projects.api.doors import ApiRequest, Noun
from projects.api.exports import ExportOut
from projects.api.pages import Id
from projects.api.sent import Sent
from projects.models import Export

router = Noun("exports")


class CheckOut(Schema):
    """One thing that the destination asks of one file: in words, and the line behind it where it is not met."""

    rule: str
    name: str
    unit: str
    figure: float | str | None
    is_met: bool
    found: str
    asked: str
    take_id: int | None
    line_id: int | None

    @classmethod
    def of(cls, check: dict[str, Any]) -> "CheckOut":
        kept = ("rule", "name", "unit", "figure", "is_met", "found", "asked")
        line = check["line"]
        return cls(
            **{name: check[name] for name in kept}, take_id=check["take"], line_id=line.pk if line else None
        )


class MeasuredOut(Schema):
    """One file with all that was checked of it."""

    file: str
    is_met: bool
    checks: list[CheckOut]


class RemedyOut(Schema):
    """What puts a rule right. ``by_hand``: a person has to bring something; ``is_done``: the next export has it."""

    rule: str
    words: str
    by_hand: bool
    is_done: bool

    @classmethod
    def of(cls, remedy: remedies.Remedy) -> "RemedyOut":
        return cls(rule=remedy.rule, words=remedy.words, by_hand=bool(remedy.address), is_done=remedy.is_done)


class DeliveryOut(Schema):
    """Whether the files of an export have what their destination asks, file by file."""

    preset: str
    destination: str
    is_met: bool
    files: list[MeasuredOut]
    remedies: list[RemedyOut]


class FixIn(Sent):
    """Which rule is to be put right."""

    rule: str = Field(max_length=40)


class FixedOut(Schema):
    """What was set for the next export; null where there was nothing left to set."""

    remedy: RemedyOut | None


@router.look("/exports/{export_id}/delivery", dict[str, Any])
def export_delivery(request: ApiRequest, export_id: Id) -> dict[str, Any]:
    """What was measured of the files, where the project's finish names a destination."""
    return dict(_reported(access.export(request.user, export_id)).delivery)


@router.look("/exports/{export_id}/delivery/report", DeliveryOut)
def delivery_report(request: ApiRequest, export_id: Id) -> DeliveryOut:
    """The same in words, with the line behind each miss and what puts it right."""
    export = _reported(access.export(request.user, export_id))
    files = [
        MeasuredOut(
            file=one["file"], is_met=one["is_met"], checks=[CheckOut.of(check) for check in one["checks"]]
        )
        for one in deliveries.shown(export)
    ]
    about = {name: export.delivery[name] for name in ("preset", "destination", "is_met")}
    return DeliveryOut(
        **about, files=files, remedies=[RemedyOut.of(one) for one in remedies.of(export).values()]
    )


@router.act("/exports/{export_id}/delivery/fix", FixedOut)
def delivery_fix(request: ApiRequest, export_id: Id, said: FixIn) -> FixedOut:
    """Set what puts one rule right; the files are right when the export is ordered again."""
    export = access.export(request.user, export_id, least=Right.EXPORT)
    remedy = remedies.apply(export, said.rule, by=request.user)
    return FixedOut(remedy=RemedyOut.of(remedy) if remedy else None)


@router.make("/exports/{export_id}/again", ExportOut)
def export_again(request: ApiRequest, export_id: Id) -> ExportOut:
    """Order the same export once more, of what is chosen now, with what was set for it since."""
    export = access.export(request.user, export_id, least=Right.EXPORT)
    scripts, wanted = export.project.scripts.all(), exports.again(export)
    return ExportOut.of(tasks.queue_export(export.project, scripts, by=request.user, **wanted))


def _reported(export: Export) -> Export:
    if not export.delivery:
        raise Http404
    return export
