"""Narrator's own settings on a data folder of this test process alone."""

import atexit
import os
import shutil
import tempfile

# A short path: the broker's socket is in it.
os.environ["NARRATOR_DATA_DIR"] = tempfile.mkdtemp(prefix="nt-")
atexit.register(shutil.rmtree, os.environ["NARRATOR_DATA_DIR"], ignore_errors=True)
# Only tests/verification talks to an endpoint that somebody pays for.
REAL_ENDPOINT = (os.environ.pop("NARRATOR_SPEECH_URL", ""), os.environ.pop("NARRATOR_SPEECH_TOKEN", ""))
for name in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL"):
    os.environ.pop(name, None)
if os.environ.get("NARRATOR_TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["NARRATOR_TEST_DATABASE_URL"]

from narrator.settings import *  # noqa: E402, F403 - the environment above must come first

# Programs that a test starts make their own database in their own data folder.
os.environ.pop("DATABASE_URL", None)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # tests sign in often
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
# A machine that stands still for a second has not lost its broker.
CELERY_BROKER_TRANSPORT_OPTIONS["socket_timeout"] = 60  # noqa: F405
REQUESTS_EACH_MINUTE = 0  # people of the tests are quick; tests/test_limits.py sets it
# Pages are counted by their queries; what notes the activity of sessions has its own tests.
USERSESSIONS_TRACK_ACTIVITY = False
# Nobody has collected the static files of a fresh clone; the tests' own server finds them where they are written.
STATIC_ROOT = DATA_DIR / "static-built"  # noqa: F405
STATIC_ROOT.mkdir()
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file, as in real life: tests with threads, a live server or a worker share it.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}  # noqa: F405
elif os.environ.get("NARRATOR_TEST_TEMPLATE"):
    DATABASES["default"]["TEST"] = {"TEMPLATE": os.environ["NARRATOR_TEST_TEMPLATE"]}  # noqa: F405
