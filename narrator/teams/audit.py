"""Writing the audit trail: one row for each event, and one line in the log, which can be kept on another machine."""

import logging

from allauth.core import context as allauth

from narrator.sentences import gettext_noop
from narrator.teams.models import AuditEvent, AuditKind, Team, User
from narrator.teams.models.audit import WORDS
from narrator.web import client_address

REFUSED = gettext_noop("was refused: %(said_why)s")

logger = logging.getLogger("narrator.audit")


def note(kind: AuditKind, words: str, *, by: User | None, team: Team | None = None, who: str = "") -> None:
    """Keep that somebody did something: ``who`` ``words``; call it in the transaction that does it.

    Without a team it is about the account of ``by``. The address is that of the request that is being answered.
    """
    name = (who or str(by or "Narrator"))[:120]
    address = client_address(allauth.request) if allauth.request else None
    event = AuditEvent.objects.create(
        kind=kind, words=words[:WORDS], by=by, team=team, who=name, address=address
    )
    logger.info("%s %s (%s, %s)", name, words, team or "account", event.address or "no address")


def sign_in_refused(email: str, why: str) -> None:
    """Keep that somebody was refused at the sign-in, with the account that it was tried with, where there is one."""
    account = User.objects.filter(email__iexact=email).first()
    tried = email if account is None else str(account)
    note(AuditKind.SIGN_IN, REFUSED % {"said_why": why}, by=account, who=tried or "Somebody")
