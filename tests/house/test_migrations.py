"""The tables are as the models say."""

import io

from django.core.management import call_command


def test_no_migration_is_missing(db: None) -> None:
    said = io.StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", stdout=said)
    except SystemExit:
        raise AssertionError(f"run manage.py makemigrations:\n{said.getvalue()}")
