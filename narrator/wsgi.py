"""The entry of the web server (docs/adr/0002 says why it is WSGI)."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "narrator.settings")
application = get_wsgi_application()

# What is loaded by now lives as long as the process; a full collection would walk it in the middle of a request.
gc.collect()
gc.freeze()
