"""What something costs, as the API says it: whole millionths of the currency's unit, so that nothing is rounded."""

from ninja import Schema

from projects.actions.estimates import Estimate
from projects.models.money import MICRO


class CostOut(Schema):
    """What generating would call for: ``lines`` calls, ``characters`` billed, so many ``seconds`` of speech."""

    lines: int
    characters: int
    amount_micro: int
    currency: str
    seconds: int

    @classmethod
    def of(cls, expected: Estimate) -> "CostOut":
        return cls(
            lines=expected.lines,
            characters=expected.characters,
            amount_micro=expected.amount_micro,
            currency=expected.currency,
            seconds=round(expected.minutes * 60),
        )


def decimal(amount_micro: int | None) -> str:
    """An amount as forms take it, in units of the currency, as people write it; "" for none."""
    if amount_micro is None:
        return ""
    return f"{amount_micro // MICRO}.{amount_micro % MICRO:06}".rstrip("0").rstrip(".")
