"""Mail that does not go out: into the data folder by setting, or refused by a server."""

import logging
import socket
import stat
from pathlib import Path

import pytest
from django.core.mail import send_mail
from django.test import Client
from django.urls import reverse

from tests.accounts.people import is_in, signs_in
from tests.cast import PASSWORD, Cast

NEW = "another horse battery"


def test_without_a_server_each_mail_is_a_file_for_the_operator_alone(
    settings: object, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "mail"
    settings.EMAIL_BACKEND = "narrator.accounts.mail.MailFolder"  # type: ignore[attr-defined]
    settings.EMAIL_FILE_PATH = folder  # type: ignore[attr-defined]
    with caplog.at_level(logging.WARNING):
        send_mail("A new password", "https://narrator.example/password/x/", None, ["edgar@example.org"])
    (file,) = folder.iterdir()
    assert "https://narrator.example/password/x/" in file.read_text()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert f"a mail for edgar@example.org was written into {folder}" in caplog.text
    assert "password/x" not in caplog.text  # links open accounts: they do not belong into logs


@pytest.fixture
def dead_server(settings: object) -> None:
    """A mail server that takes no connection."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port  # type: ignore[attr-defined]


def test_a_mail_that_cannot_be_sent_is_not_said_to_be(cast: Cast, dead_server: None) -> None:
    answer = Client().post(reverse("account_reset_password"), {"email": cast.editor.email})
    assert answer.status_code == 503
    assert b"The mail could not be sent" in answer.content


def test_a_change_stays_made_when_its_owner_cannot_be_told(
    cast: Cast, dead_server: None, settings: object
) -> None:
    settings.ACCOUNT_EMAIL_NOTIFICATIONS = True  # type: ignore[attr-defined]
    client = signs_in(cast.editor)
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert client.post(reverse("account_change_password"), form).status_code == 302
    assert is_in(signs_in(cast.editor, password=NEW))
