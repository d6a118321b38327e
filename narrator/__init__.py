"""The frame: how the site runs and who comes in. It knows no word of narration."""

import gc

# New objects after which the youngest are looked through. What a program loads stays, and what a page or a line leaves
# behind is mostly gone by itself: to look after every 700 took an eighth of each start and a twentieth of each page.
gc.set_threshold(20_000)

from narrator.celery import app as celery_app  # noqa: E402 - what it loads is what is not to be looked through

__all__ = ["celery_app"]
