"""A team's prices and caps: changing them. How they hold is in money.py."""

from django.db import transaction

from narrator.tags import money
from narrator.teams.models import User
from projects.actions import activity
from projects.models import ActKind, Price

AMOUNTS = ("per_10k_micro", "confirm_above_micro", "monthly_cap_micro")


@transaction.atomic
def save(price: Price, *, by: User | None) -> None:
    """Save a team's prices and its monthly cap."""
    kept = Price.of(price.team_id)
    price.save()
    told = [
        f"{_label(name)}: {amount(getattr(kept, name), kept.currency)} → "
        f"{amount(getattr(price, name), price.currency)}"
        for name in AMOUNTS
        if (getattr(kept, name), kept.currency) != (getattr(price, name), price.currency)
    ]
    if told:
        activity.note(ActKind.MONEY, f"changed {', '.join(told)}", by=by, team_id=price.team_id)


def _label(name: str) -> str:
    return str(Price._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def amount(amount_micro: int | None, currency: str) -> str:
    return "none" if amount_micro is None else money(amount_micro, currency)
