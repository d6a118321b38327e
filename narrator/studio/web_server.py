"""gunicorn's settings, for `make run` and for a server of one's own: gunicorn -c python:narrator.studio.web_server."""

import gc
import os
from typing import Any

from django.urls import get_resolver

wsgi_app = "narrator.wsgi"
worker_class = "gthread"
workers = 2
threads = 8
# The application is loaded once, before the workers are forked: half the start-up work, and shared memory.
preload_app = True
timeout = 60
# Shorter than the studio waits, so that the workers end by themselves.
graceful_timeout = 5
max_requests = 0
# The workers' sign of life is a file's date; on a real disk that can block for seconds.
MEMORY = "/dev/shm"  # noqa: S108 - gunicorn makes its file there safely
worker_tmp_dir = MEMORY if os.access(MEMORY, os.W_OK) else None
control_socket_disable = True


def when_ready(server: Any) -> None:
    """Load all views before the workers are forked, and keep what is loaded out of every later garbage collection.

    The first saves each worker the same imports, the second halves the slowest answers.
    """
    assert get_resolver().url_patterns
    gc.collect()
    gc.freeze()
