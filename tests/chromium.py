"""The browser of journeys and measurements: which one, and how it is started."""

import shutil
from typing import Any

from mlsd_app.bootstrap import BROWSERS

QUIET = (
    "--no-sandbox",  # root, as in containers, may not use it
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def launch_options() -> dict[str, Any]:
    """The machine's own Chromium where there is one, and no calls home."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return {"args": list(QUIET), **({"executable_path": found} if found else {})}
