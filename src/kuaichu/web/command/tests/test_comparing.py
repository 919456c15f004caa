"""Before and after at the desk: made, kept, every count opens its calls; what can't be compared is refused."""

import html
import json
import re
from datetime import datetime

import pytest

from kuaichu.accounts.models import Person, Role
from kuaichu.clock import BEIJING
from kuaichu.governance.models import Run
from kuaichu.governance.tests.rows import call
from kuaichu.web.command.tests.conftest import BACKEND

ASKED = {"first": "2026-11-01", "last": "2026-11-20", "then": "2025-11-01"}


@pytest.fixture
def desk(client, superior):
    person = Person.objects.create_user("analyst", "x", name="沈观", role=Role.ANALYST, agency=superior)
    client.force_login(person, backend=BACKEND)
    return client


@pytest.fixture
def years(place):
    for day in range(1, 15):
        call(received_at=datetime(2025, 11, day, 9, tzinfo=BEIJING))
    for day in (3, 4):
        call(received_at=datetime(2026, 11, day, 9, tzinfo=BEIJING), category="order", subclass="parking")


def test_every_count_opens_its_calls(desk, years):
    answer = desk.post("/command/compare/make/", ASKED, follow=True)
    page = answer.content.decode()
    assert "前 2025-11-01 至 2025-11-20，后 2026-11-01 至 2026-11-20，各 20 天" in re.sub(r"\s+", " ", page)
    links = re.findall(r'<td class="num"><a href="(/command/list/[^"]+)">(\d+)</a></td>', page)
    assert [int(count) for _, count in links] == [14, 2, 14, 0, 0, 2, 0, 0, 14, 2]
    for href, count in links:
        assert desk.get(html.unescape(href)).context["total"] == int(count), href
    run = Run.objects.get()
    again = desk.post(f"/command/runs/{run.pk}/repeat/", follow=True)
    assert again.redirect_chain[-1][0] == f"/command/compare/{run.pk}/"
    assert "可复现 ✓" in again.content.decode()
    assert desk.get("/command/compare/").context["run"] == run


def test_the_two_pictures_are_in_one_box(desk, years):
    desk.post("/command/compare/make/", ASKED)
    run = Run.objects.get()
    headers = []
    for when in ("before", "after"):
        content = desk.get(f"/command/compare/{run.pk}/{when}/").content
        headers.append(json.loads(content[4 : 4 + int.from_bytes(content[:4], "little")]))
    assert headers[0]["box"] == headers[1]["box"]
    assert desk.get(f"/command/compare/{run.pk}/never/").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"then": "2026-10-20"}, "不能重叠"), ({"last": "2026-10-01"}, "填对"), ({"then": "x"}, "填对")],
)
def test_what_cannot_be_compared_is_said(desk, years, wrong, words):
    answer = desk.post("/command/compare/make/", ASKED | wrong)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Run.objects.exists()


def test_only_who_runs_analyses_compares(desk, client, years, unit):
    leader = Person.objects.create_user("leader", "x", name="许迪", role=Role.LEADER, agency=unit)
    client.force_login(leader, backend=BACKEND)
    assert client.post("/command/compare/make/", ASKED).status_code == 409
    assert "由研判员或支队领导" in client.get("/command/compare/").content.decode()
