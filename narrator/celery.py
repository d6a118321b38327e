"""The Celery application. What the tasks do is written in projects/tasks."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "narrator.settings")

app = Celery("narrator")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["projects"])
