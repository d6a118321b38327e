"""What the script page of 500 lines costs on the server, in this process: CPU and wall time, queries, bytes.

The peer in the same run is the plainest page that Django can make of the same rows: one query, one template with a
single variable a row. The limit is the issue's 150 ms.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable

LINES, ROUNDS = 500, 15


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NARRATOR_DATA_DIR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "narrator.settings"
        os.environ["NARRATOR_LOG_LEVEL"] = "ERROR"
        _measure()


def _measure() -> None:
    import django  # noqa: PLC0415 - the settings read the environment set above

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    from django.db import connection  # noqa: PLC0415
    from django.template import engines  # noqa: PLC0415
    from django.test import Client, override_settings  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from tests import cast, factories  # noqa: PLC0415

    people = cast.assemble()
    script = factories.script(people.team, lines=LINES)
    factories.all_ready(script, duration_ms=200)
    client = Client(HTTP_HOST="localhost")
    client.force_login(people.editor)
    plain = engines["django"].from_string("{% for line in lines %}<li>{{ line.text }}</li>{% endfor %}")
    static = "django.contrib.staticfiles.storage.StaticFilesStorage"

    def page() -> bytes:
        response = client.get(f"/scripts/{script.pk}/")
        assert response.status_code == 200
        return response.content

    def poll() -> bytes:
        return client.get(f"/scripts/{script.pk}/changes/?since=999999").content

    def peer() -> bytes:
        return plain.render({"lines": script.paragraphs.for_page()}).encode()

    with override_settings(
        STORAGES={
            "default": {"BACKEND": "narrator.storage.AtomicFileSystemStorage"},
            "staticfiles": {"BACKEND": static},
        },
        DEBUG=False,
    ):
        for name, work in (
            ("page of 500 lines", page),
            ("poll, nothing changed", poll),
            ("peer: bare list", peer),
        ):
            with CaptureQueriesContext(connection) as queries:
                size = len(work())
            count = len(queries)  # read now: the next request empties the log
            print(f"  {name:24} {_timed(work)}; {count} queries; {size / 1024:.0f} kB")
    connection.close()


def _timed(work: Callable[[], bytes]) -> str:
    """Do it some times over, and say what it cost."""
    wall, cpu = [], []
    for _ in range(ROUNDS):
        began, used = time.perf_counter(), time.process_time()
        work()
        wall.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    return f"CPU {min(cpu):6.1f} ms best, {statistics.median(cpu):6.1f} median; wall {statistics.median(wall):6.1f} ms"


if __name__ == "__main__":
    main()
