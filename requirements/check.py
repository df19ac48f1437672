"""Checks, without a network, that the locks are in step with what the .in files ask for."""

import re
import sys
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HERE = Path(__file__).parent
ADDRESS = re.compile(r"https?://|--(?:extra-)?index-url|--find-links|--trusted-host")


def asked(path: Path) -> list[Requirement]:
    """The requirements that a person wrote down."""
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


def locked(path: Path) -> dict[str, tuple[str, bool]]:
    """Package → its pinned version, and whether hashes stand beside it."""
    pins = {}
    entries = re.split(r"\n(?=\S)", path.read_text().replace("\n#", "\n    #"))
    for entry in entries:
        found = re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", entry)
        if found:
            pins[canonicalize_name(found[1])] = (found[2], "--hash=sha256:" in entry)
    return pins


def problems() -> list[str]:
    """One line for each thing that is out of step."""
    found = []
    locks = {name: locked(HERE / f"{name}.txt") for name in ("base", "dev")}
    for name, pins in locks.items():
        for wish in asked(HERE / f"{name}.in"):
            version, _ = pins.get(canonicalize_name(wish.name), ("", False))
            if not version:
                found.append(f"{name}.txt lacks {wish.name}")
            elif not wish.specifier.contains(version, prereleases=True):
                found.append(f"{name}.txt has {wish.name} {version}, asked for is {wish}")
        found += [f"{name}.txt has {pin} without hashes" for pin in pins if not pins[pin][1]]
    found += [
        f"dev.txt has {pin} {locks['dev'].get(pin, ('none', False))[0]}, base.txt has {version}"
        for pin, (version, _) in locks["base"].items()
        if locks["dev"].get(pin, ("", False))[0] != version
    ]
    for path in sorted(HERE.iterdir()):
        if path.suffix in {".in", ".txt"} and ADDRESS.search(path.read_text()):
            found.append(f"{path.name} names an address")
    return found


if __name__ == "__main__":
    lines = problems()
    for line in lines:
        sys.stderr.write(f"requirements: {line}\n")
    if lines:
        sys.exit("requirements: run `make lock`")
