"""What reaches finished work is a question first: refused until somebody has seen how much it is, and agreed."""

from projects.actions.reach import Impact
from projects.api.money import CostOut
from projects.api.problems import Problem


def check(impact: Impact, agreed: int | None) -> None:
    """Refuse what makes finished lines stale, unless ``agreed`` says just how many there are."""
    if impact.finished and agreed != impact.finished:
        detail = f"{impact.words} {impact.price} Send agreed: {impact.finished} to do it."
        cost = CostOut.of(impact.estimate).dict()
        raise Problem(
            409, "reaches_finished", detail, lines=impact.lines, finished=impact.finished, cost=cost
        )
