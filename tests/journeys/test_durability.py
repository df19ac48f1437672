"""A short script typed through every kind of cut, two killed servers and a killed browser.

`make bench-durability` does the same with scripts of ten minutes and twenty seeds.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from benchmarks.durability.plan import Deed, Plan
from benchmarks.durability.proxy import NETWORK_FAULTS, Proxy
from benchmarks.durability.typist import Typist
from tests.stack import Stack

pytestmark = pytest.mark.journey

SEEDS = (1, 2)  # the second one is still cut off when the page is closed
WORDS = 60


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_was_on_the_screen_is_on_the_server_in_the_end(
    stack: Stack, playwright: Playwright, tmp_path: Path, seed: int
) -> None:
    plan = Plan.of(seed, words=WORDS)
    with Proxy(stack.port, seed=seed) as proxy:
        typist = Typist(stack, proxy, playwright.chromium, profile=tmp_path / "profile", speed=10)
        outcome = typist.run(plan)
    assert outcome.is_whole, str(outcome)
    assert outcome.typed == len("".join(plan.words))
    assert outcome.kept > 0, f"nothing was put to the test: {outcome}"
    stack.await_ready()


def test_a_plan_has_every_kind_of_cut_and_every_kill() -> None:
    for seed in SEEDS:
        events = Plan.of(seed, words=WORDS).events
        deeds = [event.deed for event in events]
        assert {event.fault for event in events if event.deed is Deed.CUT} == set(NETWORK_FAULTS)
        assert deeds.count(Deed.CUT) + deeds.count(Deed.STOP_SERVER) == 10
        assert deeds.count(Deed.KILL_SERVER) == 2
        assert deeds.count(Deed.KILL_BROWSER) == 1
