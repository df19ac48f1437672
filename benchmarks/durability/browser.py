"""A person's own Chromium: its profile is a folder, so it can be killed and started again."""

import os
from contextlib import suppress
from pathlib import Path

import psutil
from playwright.sync_api import BrowserContext, BrowserType, Error, Page

from tests.chromium import launch_options
from tests.stack import kill_all


class OwnBrowser:
    """Started at once; ``page`` is the only window that matters."""

    def __init__(self, chromium: BrowserType, *, profile: Path, base_url: str) -> None:
        """Start it with a profile, which is made if it is not there."""
        self._chromium, self._profile, self._base_url = chromium, profile, base_url
        self._context = self._launch()
        self.page = self._context.new_page()

    def kill(self) -> None:
        """End all of its processes by SIGKILL, as a crash of the machine's memory would."""
        kill_all(self._main_process())
        with suppress(Error):
            self._context.close()

    def start_again(self) -> Page:
        """Start it with the same profile; gives a new window."""
        self._context = self._launch()
        self.page = self._context.new_page()
        return self.page

    def close_page(self) -> None:
        """Close the window; the browser goes on."""
        self.page.close()

    def open_page(self) -> Page:
        """Open another window."""
        self.page = self._context.new_page()
        return self.page

    def close(self) -> None:
        """End it in good order."""
        with suppress(Error):
            self._context.close()

    def _launch(self) -> BrowserContext:
        context = self._chromium.launch_persistent_context(
            self._profile,
            **launch_options(),
            base_url=self._base_url,
            viewport={"width": 1280, "height": 900},
            reduced_motion="reduce",
        )
        context.set_default_timeout(20_000)
        return context

    def _main_process(self) -> psutil.Process:
        """The one of our own descendants that was started with this profile."""
        mark = f"--user-data-dir={self._profile}"
        for process in psutil.Process(os.getpid()).children(recursive=True):
            with suppress(psutil.Error):
                words = process.cmdline()
                if mark in words and not any(word.startswith("--type=") for word in words):
                    return process
        raise LookupError(f"no browser runs with {self._profile}")
