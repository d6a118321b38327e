"""The Celery application of the clock (beat): the schedule and the names of the tasks, without the tasks themselves.

Loading what the tasks lean on (audio, tables, manuscripts) would cost the clock 35 MB and as much time as a worker.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "narrator.settings")

app = Celery("narrator", fixups=[])
app.config_from_object("django.conf:settings", namespace="CELERY")
