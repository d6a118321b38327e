"""The frame: how the site runs and who comes in. It knows no word of narration."""

from narrator.celery import app as celery_app

__all__ = ["celery_app"]
