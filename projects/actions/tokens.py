"""A person's tokens: made, shown once, used, taken back."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from narrator.teams import audit
from narrator.teams.models import AuditKind, User
from projects.models import ApiAnswer, ApiToken
from projects.models.tokens import ANSWERS_KEPT, SCOPES
from projects.sentences import gettext_noop

MADE_THE_API = gettext_noop("made the API token %(row)s: %(opens)s")
REVOKED_THE_API = gettext_noop("revoked the API token %(token)s")

# So that a token in the wrong place is known for one, by people and by scanners.
PREFIX = "narrator_"
HINT_CHARACTERS = 14


@sensitive_variables()
@transaction.atomic
def make(user: User, *, name: str, scopes: Iterable[str], days: int | None) -> tuple[ApiToken, str]:
    """Make a token that lasts for so many days, None for as long as nobody takes it back.

    Returns its row and the secret, which is kept nowhere: whoever asked sees it now or never.
    """
    secret = PREFIX + secrets.token_urlsafe(32)
    wanted = set(scopes)
    row = ApiToken.objects.create(
        user=user,
        name=name,
        digest=_digest(secret),
        hint=secret[:HINT_CHARACTERS],
        scopes=[scope for scope in SCOPES if scope in wanted],
        ends_at=None if days is None else timezone.now() + timedelta(days=days),
    )
    audit.note(AuditKind.TOKENS, MADE_THE_API % {"row": row, "opens": row.opens}, by=user)
    return row, secret


@sensitive_variables()
def find(secret: str) -> ApiToken | None:
    """Return the living token with this secret, with its person, and note that it was used; None for any other."""
    now = timezone.now()
    row = ApiToken.objects.alive(now).select_related("user").filter(digest=_digest(secret)).first()
    if row is not None:
        row.note_use(now)
    return row


@transaction.atomic
def revoke(token: ApiToken) -> bool:
    """Take a token back; False where it is already."""
    if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        return False
    audit.note(AuditKind.TOKENS, REVOKED_THE_API % {"token": token}, by=token.user)
    return True


def sweep(now: datetime | None = None) -> int:
    """Forget answers that are older than a day; return how many."""
    old = ApiAnswer.objects.filter(at__lt=(now or timezone.now()) - ANSWERS_KEPT)
    return old.delete()[0] if old.exists() else 0


@sensitive_variables()
def _digest(secret: str) -> str:
    """Of so many random bits one round is enough: there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()
