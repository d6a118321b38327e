"""A studio of tiny parts as a program: small_studio.py LOGS JSON SECONDS; the JSON maps a name to Python code.

Parts have so many seconds to stop, and a minute to be ready, but one named ``late``, which never is: five seconds.
It prints ``open`` when all are ready, and then every line that the supervisor says.
"""

import json
import os
import sys
from pathlib import Path

from narrator.studio.part import CannotStart, Part, log_says
from narrator.studio.supervisor import Stopped, Supervisor


def main(logs: str, description: str, stop_within_s: str) -> int:
    parts = [
        Part(
            name=name,
            argv=(sys.executable, "-u", "-c", code),
            env=os.environ,
            ready=log_says("ready"),
            ready_within_s=5 if name == "late" else 60,
            hint="This is the hint.",
            niceness=3,
        )
        for name, code in json.loads(description).items()
    ]
    try:
        with Supervisor(
            Path(logs), lambda line: print(line, flush=True), stop_within_s=float(stop_within_s)
        ) as studio:
            try:
                for part in parts:
                    studio.start(part)
                studio.wait_until_ready()
                print("open", flush=True)
                studio.watch()
            except Stopped:
                print("stopped early", flush=True)
    except CannotStart as error:
        print(error, error.tail, sep="\n", flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
