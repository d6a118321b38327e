"""Narrator's own settings for the workers of a plant: the same, but they lose patience with a database sooner."""

from narrator.settings import *  # noqa: F403 - these are settings
from narrator.settings import CELERY_BEAT_SCHEDULE, DATABASES

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 1,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=1000;",
    }
CELERY_BEAT_SCHEDULE["sweep"]["schedule"] = 1.0
