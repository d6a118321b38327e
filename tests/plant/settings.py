"""Narrator's own settings for the parts of a plant: the same, but they lose patience with a database sooner."""

from narrator.settings import *  # noqa: F403 - these are settings
from narrator.settings import CELERY_BEAT_SCHEDULE, DATABASES, STORAGES

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 1,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=1000;",
    }
CELERY_BEAT_SCHEDULE["sweep"]["schedule"] = 1.0
# Nobody has collected the static files of a fresh clone.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
