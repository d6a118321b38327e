"""What people do with their accounts, written into the audit trail: allauth tells of each by a signal."""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as second_step
from allauth.mfa.models import Authenticator
from django.dispatch import receiver

from narrator.sentences import gettext_noop
from narrator.teams import audit
from narrator.teams.models import AuditKind, User

CHANGED_ADDRESS = gettext_noop("changed the e-mail address from %(said_before)s to %(email)s")
SET_UP = gettext_noop("set up %(said_step)s")
REMOVED = gettext_noop("removed %(said_what)s")
MADE_ANEW = gettext_noop("made %(said_step)s anew")

STEPS = {
    Authenticator.Type.TOTP: gettext_noop("an authenticator app"),
    Authenticator.Type.WEBAUTHN: gettext_noop("a passkey"),
    Authenticator.Type.RECOVERY_CODES: gettext_noop("recovery codes"),
}


@receiver(account.user_logged_in)
def _signed_in(user: User, **_: Any) -> None:
    audit.note(AuditKind.SIGN_IN, gettext_noop("signed in"), by=user)


@receiver(account.user_logged_out)
def _signed_out(user: User | None, **_: Any) -> None:
    if user is not None:
        audit.note(AuditKind.SIGN_IN, gettext_noop("signed out"), by=user)


@receiver(account.password_changed)
@receiver(account.password_set)
def _changed_password(user: User, **_: Any) -> None:
    audit.note(AuditKind.ACCOUNT, gettext_noop("changed the password"), by=user)


@receiver(account.password_reset)
def _reset_password(user: User, **_: Any) -> None:
    audit.note(AuditKind.ACCOUNT, gettext_noop("chose a new password by a link"), by=user)


@receiver(account.email_changed)
def _changed_address(user: User, from_email_address: Any, to_email_address: Any, **_: Any) -> None:
    before = from_email_address.email if from_email_address else "none"
    words = CHANGED_ADDRESS % {"said_before": before, "email": to_email_address.email}
    audit.note(AuditKind.ACCOUNT, words, by=user)


@receiver(second_step.authenticator_added)
def _added_step(user: User, authenticator: Authenticator, **_: Any) -> None:
    audit.note(AuditKind.ACCOUNT, SET_UP % {"said_step": STEPS[authenticator.type]}, by=user)


@receiver(second_step.authenticator_removed)
def _removed_step(user: User, authenticator: Authenticator, **_: Any) -> None:
    audit.note(AuditKind.ACCOUNT, REMOVED % {"said_what": STEPS[authenticator.type]}, by=user)


@receiver(second_step.authenticator_reset)
def _reset_step(user: User, authenticator: Authenticator, **_: Any) -> None:
    audit.note(AuditKind.ACCOUNT, MADE_ANEW % {"said_step": STEPS[authenticator.type]}, by=user)


@receiver(second_step.authentication_failed)
def _wrong_code(user: User, **_: Any) -> None:
    audit.sign_in_refused(user.email, gettext_noop("a wrong code"))
