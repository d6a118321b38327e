"""Writing the audit trail: one row for each event, and one line in the log, which can be kept on another machine."""

import logging

from allauth.account.adapter import get_adapter
from allauth.core import context as allauth
from django.core.exceptions import PermissionDenied

from narrator.teams.models import AuditEvent, AuditKind, Team, User
from narrator.teams.models.audit import WORDS

logger = logging.getLogger("narrator.audit")


def note(kind: AuditKind, words: str, *, by: User | None, team: Team | None = None, who: str = "") -> None:
    """Keep that somebody did something: ``who`` ``words``; call it in the transaction that does it.

    Without a team it is about the account of ``by``. The address is that of the request that is being answered.
    """
    name = (who or str(by or "Narrator"))[:120]
    event = AuditEvent.objects.create(
        kind=kind, words=words[:WORDS], by=by, team=team, who=name, address=client_address()
    )
    logger.info("%s %s (%s, %s)", name, words, team or "account", event.address or "no address")


def client_address() -> str | None:
    """The address that asks, as far as our own proxies vouch for it; None where nothing is being asked."""
    if allauth.request is None:
        return None
    try:
        return get_adapter().get_client_ip(allauth.request)
    except PermissionDenied:
        return None


def sign_in_refused(email: str, why: str) -> None:
    """Keep that somebody was refused at the sign-in, with the account that it was tried with, where there is one."""
    account = User.objects.filter(email__iexact=email).first()
    tried = email if account is None else str(account)
    note(AuditKind.SIGN_IN, f"was refused: {why}", by=account, who=tried or "Somebody")
