"""How well the shared pace keeps an endpoint's limit: `.venv/bin/python -m bench.pacing` (about seven minutes).

Two processes of 16 threads call the stand-in, which counts 180 requests in any 60 s exactly, through a real
Valkey. The table says: share of the allowed rate in the last full minute, 429s, what one turn costs, the waits.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import redis

from narrator.studio.broker import running_broker
from projects.pacing import quota
from projects.pacing.pace import Pace, Slot
from projects.speech.client import Client
from projects.speech.errors import Busy
from projects.speech.line import Line
from projects.speech.standin.server import Standin
from projects.speech.standin.settings import Settings

PROCESSES, THREADS = 2, 16
ALLOWED = 180
MEASURED_S = 60.0
TOKEN = "bench"
LINE = Line("One.", voice="Cherry")


@dataclass
class Job:
    """What one worker process is told."""

    redis_url: str
    endpoint_url: str
    requests_per_minute: int | None
    concurrency: int
    end_s: float


@dataclass
class Tally:
    """What one worker thread did. cpu_s: of the turns alone."""

    grants: int
    busy: int
    cpu_s: float
    waits_s: list[float]


def main() -> None:
    print(f"{PROCESSES} processes x {THREADS} threads; the endpoint allows {ALLOWED} in any 60 s\n")
    print(
        "| case | share | 429 | commands a turn | CPU ms a turn | wait p50 / p95 / max s | grants a thread |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    _case("set to 180, calls of 1 s", 180, latency_s=1.0)
    _case("set to 180, calls of 5 s", 180, latency_s=5.0)
    # These need the minute before: it is full when the first 429 comes.
    _case("set to 200: too much by 11 %", 200, latency_s=1.0, warm_up_s=75)
    _case("not set: learned", None, latency_s=1.0, warm_up_s=75)


def _case(name: str, requests_per_minute: int | None, *, latency_s: float, warm_up_s: float = 12) -> None:
    settings = Settings(latency_s=latency_s, requests_per_minute=ALLOWED)
    with (
        tempfile.TemporaryDirectory(prefix="pace-") as folder,
        running_broker(Path(folder)) as redis_url,
        Standin(speech="tone", token=TOKEN, settings=settings) as standin,
        quota.client(redis_url, 1) as server,
    ):
        job = Job(redis_url, standin.url, requests_per_minute, PROCESSES * THREADS, warm_up_s + MEASURED_S)
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(_run, job)
            time.sleep(warm_up_s)  # all have their slots, and the first window has filled
            questions, turns = _questions(server), len(standin.calls)
            time.sleep(MEASURED_S - 2)
            a_turn = (_questions(server) - questions) / (len(standin.calls) - turns)
            tallies = running.result()
        calls = standin.calls
    _print(name, tallies, [call.at for call in calls if call.status == 200], a_turn)


def _questions(server: redis.Redis) -> int:
    return int(server.info("commandstats")["cmdstat_evalsha"]["calls"])


def _run(job: Job) -> list[Tally]:
    argv = [sys.executable, "-m", "bench.pacing", "--worker", json.dumps(asdict(job))]
    workers = [subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) for _ in range(PROCESSES)]
    said = [worker.communicate()[0] for worker in workers]
    return [Tally(**line) for text in said for line in json.loads(text)]


def _print(name: str, tallies: list[Tally], accepted_at: list[float], questions_a_turn: float) -> None:
    last = max(accepted_at)
    share = sum(last - MEASURED_S < at <= last for at in accepted_at) / ALLOWED
    grants = [tally.grants for tally in tallies]
    waits = sorted(wait for tally in tallies for wait in tally.waits_s)
    cpu_ms = 1000 * sum(tally.cpu_s for tally in tallies) / sum(grants)
    p50, p95 = statistics.median(waits), waits[int(len(waits) * 0.95)]
    print(
        f"| {name} | {share:.3f} | {sum(tally.busy for tally in tallies)} | {questions_a_turn:.2f} "
        f"| {cpu_ms:.2f} | {p50:.2f} / {p95:.2f} / {waits[-1]:.2f} | {min(grants)}-{max(grants)} |",
        flush=True,
    )


def _work(job: Job) -> None:
    account = quota.account_of(job.endpoint_url, TOKEN)
    pace = Pace(
        job.redis_url, account, concurrency=job.concurrency, requests_per_minute=job.requests_per_minute
    )
    tallies = [Tally(0, 0, 0.0, []) for _ in range(THREADS)]
    stop = threading.Event()
    with Client(job.endpoint_url, TOKEN) as client:
        threads = [threading.Thread(target=_call, args=(pace, client, stop, tally)) for tally in tallies]
        for thread in threads:
            thread.start()
        stop.wait(job.end_s)
        stop.set()
        for thread in threads:
            thread.join()
    pace.close()
    print(json.dumps([asdict(tally) for tally in tallies]))


def _call(pace: Pace, client: Client, stop: threading.Event, tally: Tally) -> None:
    slot = pace.slot(wait_s=5)
    if slot is None:
        return
    with slot:
        while not stop.is_set():
            if _turn(slot, stop, tally):
                try:
                    client.synthesize(LINE)
                    slot.clean()
                except Busy as error:
                    tally.busy += 1
                    slot.busy(error.retry_after_s, error.code)


def _turn(slot: Slot, stop: threading.Event, tally: Tally) -> bool:
    began, cpu = time.monotonic(), time.thread_time()
    granted = slot.begin(stop, wait_s=60)
    tally.cpu_s += time.thread_time() - cpu
    if granted:
        tally.grants += 1
        tally.waits_s.append(time.monotonic() - began)
    return granted


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        _work(Job(**json.loads(sys.argv[2])))
    else:
        main()
