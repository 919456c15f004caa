"""The notice says what is kept for how long by the law of the place, and whom to ask."""

import pytest
from django.test import Client

from kuaichu import clock, law
from kuaichu.accounts.models import Agency, AgencyKind
from kuaichu.web.public.privacy import KINDS

pytestmark = pytest.mark.django_db


def page(lang: str = "zh-hans") -> str:
    answer = Client().get(f"/privacy/?lang={lang}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_kind_every_period_and_every_office_is_named(unit):
    text = page()
    for kind in KINDS:
        assert str(kind.what) in text
    for name in ("draft", "message", "evidence", "case"):
        value = law.value(f"retention.{name}", on=clock.today(), place=unit.place_id)
        assert f"{value.number} {'天' if value.unit == 'day' else '年'}" in text
    assert unit.name in text
    assert "《个人信息保护法》第四十五条" in text


def test_the_platform_is_named_where_there_is_one(unit, place):
    assert "综合应用平台" not in page()
    Agency.objects.create(code="NAT", kind=AgencyKind.NATIONAL, name="综合应用平台", short_name="综合平台", place=place)
    assert "综合应用平台" in page()


def test_it_stands_in_english_too_and_is_found_where_people_are_asked(unit):
    text = page("en")
    assert "How your information is used" in text
    assert "手机号" not in text
    for path in ("/start/", "/"):
        assert 'href="/privacy/"' in Client().get(path).content.decode()
