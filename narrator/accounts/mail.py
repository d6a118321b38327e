"""Where mail goes: out by the server that EMAIL_URL names, or into a folder where the operator finds it."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.filebased import EmailBackend
from django.core.mail.message import EmailMessage
from django.http import HttpRequest

logger = logging.getLogger(__name__)


class MailFolder(EmailBackend):
    """Writes each mail into a folder that only the studio's own user may read: links in it open accounts."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        Path(settings.EMAIL_FILE_PATH).mkdir(mode=0o700, parents=True, exist_ok=True)
        super().__init__(*args, **kwargs)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        sent = super().send_messages(email_messages)
        for message in email_messages:
            to = ", ".join(message.to)
            logger.warning("EMAIL_URL is not set: a mail for %s was written into %s", to, self.file_path)
        return sent or 0


def delivery(request: HttpRequest) -> dict[str, Any]:
    """Tell every page whether mail goes out and who may sign up, so that none promises what does not happen."""
    return {"mail_goes_out": settings.MAIL_GOES_OUT, "sign_up": settings.SIGN_UP}
