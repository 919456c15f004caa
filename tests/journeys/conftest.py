"""One running house and one browser in each test process; screenshots go to KUAICHU_ARTIFACTS when it is set."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journeys import desks, house, people

FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
# First, so that no process is left alone with them at the end.
LONG = ("self_settlement", "determination_and_review", "three_cars", "without_scripts")
pytestmark = pytest.mark.browser


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/journeys" in str(item.path):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: next((n for n, name in enumerate(LONG) if name in item.name), len(LONG)))


@pytest.fixture(scope="session")
def the_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[house.House]:
    common = tmp_path_factory.getbasetemp()
    common = common.parent if "PYTEST_XDIST_WORKER" in os.environ else common  # of all processes of this run
    running, group = house.start(tmp_path_factory.mktemp("house"), prepared=house.prepare(common))
    yield running
    group.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    path = os.environ.get("KUAICHU_CHROMIUM") or _find()
    if not path:
        pytest.skip("no Chromium here: journeys are skipped (install Debian's chromium, or set KUAICHU_CHROMIUM)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


def _find() -> str:
    from kuaichu.command.checks import find_browser

    return find_browser()


@pytest.fixture
def cast(browser: object, the_house: house.House, request: pytest.FixtureRequest) -> Iterator[Callable[..., object]]:
    """`cast("driver-a")`, `cast("officer")`, `cast("adjuster-a")`: people of this story, each with an own browser."""
    shots = _shots(request.node.name)
    hired: list[people.Person] = []

    def hire(name: str, **more: bool) -> object:
        common = {"origin": the_house.origin, "shots": shots}
        if name.startswith("driver"):
            person: people.Person = people.Driver(browser, name=name, **more, **common)
        elif name.startswith("adjuster"):
            person = desks.Adjuster(browser, username=name, **common)
        else:
            person = desks.Officer(browser, username=name, **common)
        hired.append(person)
        return person

    yield hire
    faults = {person.name: person.faults for person in hired if person.faults}
    for person in hired:
        person.context.close()
    assert faults == {}, f"browser errors: {faults}"


def _shots(name: str) -> Path | None:
    root = os.environ.get("KUAICHU_ARTIFACTS")
    if not root:
        return None
    folder = Path(root) / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
