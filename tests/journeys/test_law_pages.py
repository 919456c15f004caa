"""A citizen on a phone without scripts, and a call-taker at a desk with nothing but a keyboard."""

from collections.abc import Iterator

import pytest

from tests.journeys import conftest, house, looking, people

DAY = "on=2026-03-01"


@pytest.fixture
def reader(browser: object, the_house: house.House, request: pytest.FixtureRequest) -> Iterator[object]:
    """`reader("phone", java_script_enabled=False)`: somebody who only reads the law pages."""
    hired: list[people.Person] = []

    def hire(name: str, **context: object) -> people.Person:
        shots = conftest._shots(request.node.name)
        hired.append(people.Person(browser, origin=the_house.origin, name=name, shots=shots, **context))
        return hired[-1]

    yield hire
    for person in hired:
        person.context.close()
    assert [fault for person in hired for fault in person.faults] == []


def test_citizen_without_scripts(reader):
    """From the picture to the money, on a phone."""
    citizen = reader("phone", viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = citizen.page
    page.goto("/law/liability/")
    citizen.shot("kinds")
    page.get_by_role("link", name="追尾").click()
    page.get_by_role("link", name="追尾没放警告标志的车").click()
    page.locator("label.choice", has=page.locator("input[name=me][value=B]")).click()
    page.fill("#on", "2026-03-01")
    page.get_by_role("button", name="看结果").click()
    assert "您（B 方）：次要责任" in page.locator(".answer").inner_text()
    assert "me=B" in page.url
    citizen.shot("answer")
    page.get_by_role("link", name="按这个责任算能赔多少").click()
    page.fill("#vehicle_A", "3,600")
    page.fill("#vehicle_B", "4850.5")
    page.locator(".buttons").get_by_role("button", name="算一算").click()
    assert "一分不差" in page.locator(".result").inner_text()
    assert page.input_value("#vehicle_B") == "4850.5"
    assert looking.too_wide(page) == []
    citizen.shot("money")


def test_call_taker_with_the_keyboard(reader):
    """Two digits to a situation, a slash to the search, a code to its page; no barrier, nothing too wide."""
    caller = reader("desk", viewport={"width": 1440, "height": 900})
    page = caller.page
    page.goto("/law/liability/")
    page.keyboard.press("6")
    page.wait_for_url("**/?kind=door")
    page.keyboard.press("2")
    page.wait_for_url("**/C13/")
    caller.judge()
    caller.shot("scene")
    page.keyboard.press("/")
    page.keyboard.type("A14")
    page.keyboard.press("Enter")
    page.wait_for_url("**/A14/")
    page.goto(f"/law/compensation/?kind_A=motor&liability_A=full&kind_B=nonmotor&liability_B=none&{DAY}")
    page.fill("#medical_B", "30000")
    page.keyboard.press("Enter")
    page.locator(".result").wait_for()
    assert "30,000.00" in page.locator(".result").inner_text()
    caller.judge()
    caller.shot("compensation")
    assert looking.too_wide(page) == []
    page.goto("/law/liability/?lang=en&kind=riders")
    assert looking.foreign(page) == []
    caller.judge()
