"""What allauth asks us: who may sign up, what its errors are called here, and what happens when mail fails."""

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from narrator import sealing
from narrator.languages import speaking
from narrator.sentences import gettext_noop
from narrator.teams import audit, invitations
from narrator.teams.models import AuditKind, User

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """Accounts as this house has them."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is switched off. Ask an admin of your team."),
        "email_password_mismatch": _(
            "This address and password do not belong together. Check both and try again."
        ),
        "email_taken": _("There is an account with this address already. Sign in with it instead."),
        "incorrect_password": _("This is not your password. Check it and try again."),
        "enter_current_password": _("This is not your present password. Check it and try again."),
        "duplicate_email": _("This is your address already."),
        "too_many_login_attempts": _("Too many attempts failed. Wait five minutes, then try again."),
        "rate_limited": _("Too many attempts at once. Wait a minute, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        invited = settings.SIGN_UP == "invited" and invitations.find(_token(request)) is not None
        return invited or settings.SIGN_UP == "open"

    @transaction.atomic
    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Make the account; by an invitation it becomes a member of the team in the same moment, or is not made."""
        user.language = get_language() or ""
        user = super().save_user(request, user, form, commit)
        token = _token(request)
        try:
            if token and settings.SIGN_UP != "closed":
                invitations.accept(token, user)
                request.session.pop(invitations.SESSION_KEY)
        except invitations.Closed:
            if settings.SIGN_UP == "invited":
                raise ImmediateHttpResponse(render(request, "teams/join_closed.html", status=404)) from None
        audit.note(AuditKind.ACCOUNT, gettext_noop("made an account"), by=user)
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        audit.sign_in_refused(str(credentials.get("email", "")), gettext_noop("a wrong password"))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail that somebody waits for; where it cannot be sent, answer with a page that says so."""
        try:
            with speaking(context.get("user")):
                super().send_mail(template_prefix, email, context)
        except (SMTPException, OSError) as error:
            logger.exception("A mail could not be sent: %s", template_prefix)
            page = render(allauth.request, "account/mail_failed.html", status=503)
            raise ImmediateHttpResponse(page) from error

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Tell somebody of a change that was made already; it stays made when the mail cannot be sent."""
        try:
            super().send_notification_mail(*args, **kwargs)
        except ImmediateHttpResponse:
            logger.warning("A change to an account was made without telling its owner by mail")


class SecondStepAdapter(DefaultMFAAdapter):
    """The second step: codes of an app, passkeys, recovery codes."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _(
            "This is not the right code. Codes of an app change every 30 seconds: enter the next one."
        ),
        "unopened": _(
            "This studio has lost the key to your second step. Ask whoever runs it to remove the step."
        ),
        "unverified_email": _(
            "Confirm your e-mail address first, by the link in the mail that was sent to it."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Seal the key of an app and the seed of recovery codes before they are written down."""
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return sealing.opened(encrypted_text)
        except sealing.Unopened:
            logger.error(
                "A second step was sealed with a key that NARRATOR_TOKEN_KEYS does not name any more"
            )
            raise self.validation_error("unopened") from None

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return gettext("My passkey")


def _token(request: HttpRequest) -> str:
    """The token of the invitation by which this visitor came."""
    return str(request.session.get(invitations.SESSION_KEY, ""))
