"""Makes .venv from the hash-locked requirements, with nothing but Python's own library.

A stamp is written last. It names the Python and the locks that .venv was made from, so a
half-made .venv has none and is made again, and one that fits costs a few milliseconds.
Whatever goes wrong ends in one line that says what to do; the rest is in the log.
"""

from __future__ import annotations

import argparse
import errno
import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import IO, NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "made-from.json"
LOG = ROOT / "var" / "log" / "setup.log"
LEAST_PYTHON = (3, 11)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# What pip's output says, and what that means. The first that fits is told.
CAUSES = (
    (
        r"No space left on device|Errno 28\b|Disk quota exceeded",
        "The disk is full: make room (about 1 GB) and run the command again.",
    ),
    (
        r"DO NOT MATCH THE HASHES",
        "A downloaded package is not the one that requirements/ expects: try again, "
        "and do not use a mirror that keeps failing.",
    ),
    (
        r"Temporary failure in name resolution|Name or service not known|NewConnectionError"
        r"|nodename nor servname|Connection refused|Network is unreachable|timed out|ProxyError"
        r"|Max retries exceeded",
        "Packages could not be downloaded: check the network (or pip's own settings for a "
        "proxy or mirror) and run the command again.",
    ),
    (
        r"(?:gcc|cc|clang|c\+\+|g\+\+)['\"]? failed: No such file|command '(?:gcc|cc|clang|g\+\+)'"
        r"|Unable to find a compiler|Python\.h: No such file|Microsoft Visual C\+\+",
        "A package has no ready-made build for this machine and needs a C compiler: install one "
        "(Debian, Ubuntu: apt-get install gcc python3-dev; macOS: xcode-select --install).",
    ),
    (
        r"Permission denied|Read-only file system",
        "This folder cannot be written to: check who owns it.",
    ),
    (
        r"No matching distribution found for (?P<name>\S+)",
        "There is no package {name} for this Python and machine: try Python 3.11 to 3.13 on "
        "Linux or macOS (make run PYTHON=python3.12).",
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    parser.add_argument("--browser", action="store_true", help="also a Chromium for the tests")
    options = parser.parse_args()
    lock = ROOT / "requirements" / ("dev.txt" if options.dev else "base.txt")
    try:
        check_python()
        if not is_made_from(lock):
            make_alone(lock)
        if options.browser:
            ensure_browser()
    except OSError as problem:
        fail(explain(f"{problem} {problem.filename or ''}"), problem)
    except KeyboardInterrupt:
        fail("Stopped. Run the command again to go on.")


def check_python() -> None:
    if sys.version_info < LEAST_PYTHON:
        fail(
            "MLSD needs Python 3.11 or newer, this is {}.{} ({}): install a newer one, or name it, "
            "as in make run PYTHON=python3.12.".format(*sys.version_info[:2], sys.executable)
        )
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        fail(
            "This Python lacks its venv module: install it (Debian, Ubuntu: "
            "apt-get install python3-venv) and run the command again."
        )


def is_made_from(lock: Path) -> bool:
    """Whether .venv is whole and was made from this lock by this Python."""
    try:
        stamp = json.loads(STAMP.read_text())
        return bool(
            stamp["identity"] == identity() and stamp["locks"].get(lock.name) == digest(lock)
        )
    except (OSError, ValueError, KeyError):
        return False


def make_alone(lock: Path) -> None:
    """Make .venv while no other command does."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with (ROOT / "var" / "setup.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not is_made_from(lock):  # another command may have made it meanwhile
            with LOG.open("w") as log:
                make(lock, log)


def make(lock: Path, log: IO[str]) -> None:
    if not STAMP.exists() or json.loads(STAMP.read_text()).get("identity") != identity():
        if VENV.exists():
            tell("Removing a .venv that is half-made or from another Python or folder ...")
            shutil.rmtree(VENV)
        tell("Making .venv ...")
        run([sys.executable, "-m", "venv", str(VENV)], log)
    STAMP.unlink(missing_ok=True)
    packages = len(re.findall(r"^\S+==", lock.read_text(), re.MULTILINE))
    tell(f"Installing {packages} packages (the first time this takes a minute or two) ...")
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    run([*pip, "install", "--no-deps", "--require-hashes", "--requirement", str(lock)], log)
    locks = [lock, lock.with_name("base.txt")]  # dev.txt holds all that base.txt holds
    draft = STAMP.with_suffix(".part")
    draft.write_text(
        json.dumps({"identity": identity(), "locks": {each.name: digest(each) for each in locks}})
    )
    draft.replace(STAMP)


def run(command: list[str], log: IO[str]) -> None:
    """Run a command that writes to the log; when it fails, say why in one line."""
    log.flush()
    begin = log.tell()
    done = subprocess.run(command, cwd=ROOT, stdout=log, stderr=log, check=False)
    if done.returncode:
        output = LOG.read_text(errors="replace")[begin:]
        fail(explain(output))


def explain(output: str) -> str:
    """What a failure means to the person who ran the command."""
    for pattern, meaning in CAUSES:
        found = re.search(pattern, output, re.IGNORECASE)
        if found:
            return meaning.format(**found.groupdict())
    said = re.findall(r"^(?:ERROR|error): *(.+)$", output, re.MULTILINE)
    return "Setting up failed" + (f": {said[-1]}" if said else ".")


def ensure_browser() -> None:
    """Have a Chromium: the machine's own, else Debian's package, else Playwright's download."""
    if any(shutil.which(name) for name in BROWSERS):
        return
    tell("Installing Chromium for the tests ...")
    with LOG.open("a") as log:
        if os.geteuid() == 0 and shutil.which("apt-get"):
            apt = ["apt-get", "--quiet", "--yes"]
            quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            for step in (["update"], ["install", "--no-install-recommends", "chromium"]):
                subprocess.run([*apt, *step], stdout=log, stderr=log, env=quiet, check=False)
            if shutil.which("chromium"):
                return
        run([str(VENV / "bin" / "playwright"), "install", "chromium"], log)


def identity() -> list[str]:
    """What a .venv is tied to: the Python that made it, and its place."""
    return [sys.version, sys.base_prefix, str(VENV)]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def fail(line: str, problem: OSError | None = None) -> NoReturn:
    """End with one line; a full disk or a closed folder may keep the log from being written."""
    unwritable = problem is not None and problem.errno in (errno.ENOSPC, errno.EROFS, errno.EACCES)
    if LOG.exists() and not unwritable:
        line += f" (More in {LOG.relative_to(ROOT)}.)"
    sys.exit(line)


if __name__ == "__main__":
    main()
