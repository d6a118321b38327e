"""Invitations: made, mailed, looked up, used, taken back."""

import hashlib
import secrets
from datetime import timedelta
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from narrator.languages import speaking
from narrator.sentences import english, gettext_noop
from narrator.teams import audit
from narrator.teams.models import AuditKind, Invitation, Membership, Role, Team, User

ONE = gettext_noop("one person by link")
SEVERAL = gettext_noop("%(count)s people by link")
INVITED = gettext_noop("invited %(said_whom)s as %(said_role)s")
JOINED = gettext_noop("joined as %(said_role)s, invited by %(name)s")
TOOK_BACK = gettext_noop("took back the invitation of %(said_whom)s")

TOKEN_BYTES = 24
OPEN_AT_MOST = 100
# Where a visitor's session keeps the token while she makes an account.
SESSION_KEY = "invitation"


class Closed(Exception):
    """The invitation is used up, has run out, or was taken back."""


class TooMany(Exception):
    """The team has as many open invitations as it may."""

    def __init__(self) -> None:
        super().__init__(
            _("There are %(count)s open invitations. Take some back first.") % {"count": OPEN_AT_MOST}
        )


@transaction.atomic
def make(
    team: Team, *, role: Role, days: int, by: User, most_uses: int = 1, email: str = ""
) -> tuple[Invitation, str]:
    """Make an invitation; return it with its token, which is never to be seen again. Raises TooMany."""
    now = timezone.now()
    if team.invitations.open(now).count() >= OPEN_AT_MOST:
        raise TooMany
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = Invitation.objects.create(
        team=team,
        role=role,
        email=email,
        token_hash=_hash_of(token),
        most_uses=1 if email else most_uses,
        expires_at=now + timedelta(days=days),
        created_by=by,
    )
    whom = email or (ONE if row.most_uses == 1 else SEVERAL % {"count": row.most_uses})
    words = INVITED % {"said_whom": whom, "said_role": english(role.label).lower()}
    audit.note(AuditKind.INVITATIONS, words, by=by, team=team)
    return row, token


def send(invitation: Invitation, token: str) -> None:
    """Mail an invitation to its address. Raises SMTPException, OSError; network: keep it out of transactions."""
    address = f"{settings.SITE_URL}{reverse('join', args=[token])}"
    context = {"invitation": invitation, "address": address}
    with speaking(User.objects.filter(email__iexact=invitation.email).first()):
        text = render_to_string("teams/invitation.txt", context)
        names = {"who": invitation.created_by, "team": invitation.team}
        subject = _("%(who)s invites you to %(team)s") % names
    EmailMessage(" ".join(subject.split())[:150], text, to=[invitation.email]).send()


def offer(team: Team, *, by: User, **wanted: Any) -> tuple[Invitation, str]:
    """Make an invitation and mail it, where it has an address and mail goes out; else it is a link for one person.

    Returns it with its token, "" where a mail has taken that. ``wanted`` as for ``make``, which may raise TooMany.
    """
    row, token = make(team, by=by, **wanted)
    if row.email and settings.MAIL_GOES_OUT and _sent(row, token):
        return row, ""
    unaddressed(row)
    return row, token


def _sent(row: Invitation, token: str) -> bool:
    try:
        send(row, token)
    except (SMTPException, OSError):
        return False
    return True


def unaddressed(invitation: Invitation) -> None:
    """Make of an invitation whose mail did not go out a link for one person: it proves nobody's address."""
    Invitation.objects.filter(pk=invitation.pk).update(email="")


def find(token: str) -> Invitation | None:
    """The open invitation of this token, or None: unknown, used up, expired and revoked ones look the same."""
    rows = Invitation.objects.open(timezone.now()).filter(token_hash=_hash_of(token))
    return rows.select_related("team", "created_by").first() if token else None


@transaction.atomic
def accept(token: str, user: User) -> Membership:
    """Make this person a member; who is one already stays what she is, and nothing is used up. Raises Closed."""
    invitation = find(token)
    if invitation is None:
        raise Closed
    Team.objects.select_for_update().get(pk=invitation.team_id)
    already = Membership.objects.filter(team=invitation.team_id, user=user).first()
    if already is not None:
        return already
    mine = Invitation.objects.open(timezone.now()).filter(pk=invitation.pk)
    if not mine.update(uses=F("uses") + 1):
        raise Closed
    words = JOINED % {
        "said_role": english(invitation.get_role_display()).lower(),
        "name": invitation.created_by or "nobody",
    }
    audit.note(AuditKind.MEMBERS, words, by=user, team=invitation.team)
    return Membership.objects.create(team=invitation.team, user=user, role=invitation.role)


@transaction.atomic
def revoke(invitation: Invitation, *, by: User) -> bool:
    """Close an invitation for good; False where it is closed already."""
    mine = Invitation.objects.open(timezone.now()).filter(pk=invitation.pk)
    if not mine.update(revoked_at=timezone.now()):
        return False
    words = TOOK_BACK % {"said_whom": english(invitation)}
    audit.note(AuditKind.INVITATIONS, words, by=by, team=invitation.team)
    return True


def _hash_of(token: str) -> str:
    """The token is long and random, so one round of a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
