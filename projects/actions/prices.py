"""A team's prices and caps: changing them. How they hold is in money.py."""

from django.db import transaction
from django.utils.translation import override

from narrator import sentences
from narrator.tags import money
from narrator.teams.models import User
from projects.actions import activity
from projects.models import ActKind, Price
from projects.sentences import gettext_noop

CHANGED = gettext_noop("changed %(said_all)s")
FROM_TO = gettext_noop("%(said_label)s: %(said_before)s → %(said_after)s")

AMOUNTS = ("per_10k_micro", "confirm_above_micro", "monthly_cap_micro")


@transaction.atomic
def save(price: Price, *, by: User | None) -> None:
    """Save a team's prices and its monthly cap."""
    kept = Price.of(price.team_id)
    price.save()
    told = [
        FROM_TO
        % {
            "said_label": _label(name),
            "said_before": amount(getattr(kept, name), kept.currency),
            "said_after": amount(getattr(price, name), price.currency),
        }
        for name in AMOUNTS
        if (getattr(kept, name), kept.currency) != (getattr(price, name), price.currency)
    ]
    if told:
        activity.note(ActKind.MONEY, CHANGED % {"said_all": ", ".join(told)}, by=by, team_id=price.team_id)


def _label(name: str) -> str:
    return sentences.english(Price._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def amount(amount_micro: int | None, currency: str) -> str:
    """An amount as it is kept in the trail, in English."""
    if amount_micro is None:
        return gettext_noop("none")
    with override("en"):
        return money(amount_micro, currency)
