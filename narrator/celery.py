"""The Celery application. What the tasks do is written in projects/tasks."""

import os
import sys

from celery import Celery
from celery.signals import task_prerun
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "narrator.settings")

app = Celery("narrator")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["projects"])
# Celery would close a thread's connection to the database around each task, and opening one costs as much as five
# claims: 32 slots that begin together would all wait for that. Django says how long one is kept.
app.conf.CELERY_DB_REUSE_MAX = sys.maxsize


@task_prerun.connect
def _look_after_the_connection(**_about: object) -> None:
    close_old_connections()
