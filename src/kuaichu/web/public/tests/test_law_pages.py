"""谁的责任 and 能赔多少: pictures, answers, amounts, and what happens to nonsense."""

import re

import pytest
from django.http import QueryDict

from kuaichu.law.interface import decide, settle
from kuaichu.law.scenes import kinds, scenes
from kuaichu.web.public import calculator, compensation_form
from kuaichu.web.public import liability_asking as asking
from kuaichu.web.public.liability_page import search

DAY = "on=2026-03-01"
E1 = {
    "letters": "AB",
    "do": "settle",
    "on": "2026-03-01",
    "place": "000000",
    "kind_A": "motor",
    "liability_A": "full",
    "compulsory_A": "1",
    "commercial_A": "100",
    "own_damage_A": "1",
    "vehicle_A": "3,600",
    "kind_B": "motor",
    "liability_B": "none",
    "compulsory_B": "1",
    "vehicle_B": "4850.00",
}


def asked(code: str, query: str = DAY) -> asking.Asked:
    return asking.read(scenes()[code], QueryDict(query))


def test_every_scene_has_its_page_with_picture_and_answer(client):
    for code, scene in scenes().items():
        page = client.get(f"/law/liability/{code}/?{DAY}")
        text = page.content.decode()
        assert page.status_code == 200, code
        assert f'aria-labelledby="main-{code}-t main-{code}-d"' in text
        assert scene.zh in text
        assert "以交警认定为准" in text


def test_groups_scenes_and_words_lead_to_pictures(client):
    text = client.get("/law/liability/").content.decode()
    assert all(f"kind={key}" in text for key in kinds())
    assert text.count("<svg") == len(kinds())
    doors = client.get("/law/liability/?kind=door&place=330600").content.decode()
    assert "/law/liability/C13/?place=330600" in doors
    assert client.get("/law/liability/?q=a14")["Location"] == "/law/liability/A14/"
    assert "/law/liability/A05/" in client.get("/law/liability/?q=开门").content.decode()
    assert "没有找到" in client.get("/law/liability/?q=飞碟").content.decode()
    assert {scene.code for scene in search("加塞")} >= {"A14", "A46"}
    assert "A03" in {scene.code for scene in search("reversing")}


def test_ids_are_unique_on_a_page(client):
    for path in ("/law/liability/", "/law/liability/?kind=riders", f"/law/liability/C13/?{DAY}", "/law/compensation/"):
        ids = re.findall(r'\bid="([^"]+)"', client.get(path).content.decode())
        assert len(ids) == len(set(ids)), path


def test_answer_names_liability_articles_and_what_would_change_it(client):
    text = client.get(f"/law/liability/A14/?me=B&{DAY}").content.decode()
    assert "您（B 方）：无责任" in text
    assert "第四十四条第二款" in text
    assert "也在变更车道" in text
    assert "kind_A=motor&amp;liability_A=full&amp;kind_B=motor&amp;liability_B=none" in text


def test_the_other_side_and_special_persons_change_the_answer():
    warned = asking.answer(asked("A01", f"also_B=no_warning&{DAY}"))
    assert [side.code for side in warned.sides] == ["primary", "secondary"]
    assert (warned.share_mark, warned.steps[-1].mark) == ("惯例", "惯例")
    drunk = f"special_A=drink&also_B=A14&{DAY}"
    assert asking.answer(asked("A25", f"place=000000&{drunk}")).is_officer
    assert [side.code for side in asking.answer(asked("A25", f"place=110000&{drunk}")).sides] == [
        "primary",
        "secondary",
    ]
    assert asking.answer(asked("A45")).sides[0].code == "full"


def test_swapping_a_and_b_mirrors_every_answer():
    names = {"A": "B", "B": "A"}
    for code in scenes():
        first = asked(code, f"me=A&also_B=speeding&special_A=drink&place=110000&{DAY}")
        if "B" not in first.letters or first.errors:
            continue
        second = asked(code, first.swapped_query)
        assert (second.me, second.is_swapped) == ("B", True)
        one, other = asking.answer(first), asking.answer(second)
        assert {names.get(side.letter, side.letter): side.code for side in one.sides} == {
            side.letter: side.code for side in other.sides
        }, code
        assert (one.is_officer, one.reason) == (other.is_officer, other.reason), code
        assert asked(code, second.swapped_query).query == first.query


def test_nonsense_in_an_address_gets_words(client):
    for query, word in (
        ("on=gestern", "请填写像 2026-03-01"),
        ("on=1999-01-01", "没有收录这一天的规定"),
        (f"place=999999&{DAY}", "没有这个地方"),
        (f"also_A=A999&{DAY}", "没有这个选项"),
        (f"also_B=<script>&{DAY}", "没有这个选项"),
    ):
        page = client.get(f"/law/liability/A14/?{query}")
        assert (page.status_code, word in page.content.decode()) == (422, True), query
        assert "<script>" not in page.content.decode()
    for query in ("me=Z", "special_A=x", "swap=7", "kind=x", "lang=en"):
        assert client.get(f"/law/liability/A14/?{query}&{DAY}").status_code == 200, query
    assert client.get("/law/liability/A99/").status_code == 404
    assert client.get("/law/liability/?kind=nothing").status_code == 200


def test_calculator_equals_the_law_to_the_fen(client):
    """E1: A runs into B; 2,000 + 2,850 for B, 100 + 3,500 for A."""
    form = compensation_form.typed(QueryDict("&".join(f"{name}={value}" for name, value in E1.items())))
    accident, errors = compensation_form.accident(form)
    result, _ = calculator.calculate(form)
    assert errors == {}
    found = settle(accident)
    assert sorted(line["amount_fen"] for line in found["lines"]) == [10000, 200000, 285000, 350000]
    assert [(payee.letter, payee.loss_fen, payee.paid_fen, payee.borne_fen) for payee in result.payees] == [
        ("A", 360000, 360000, 0),
        ("B", 485000, 485000, 0),
    ]
    assert sorted(line.amount_fen for payee in result.payees for line in payee.lines) == [10000, 200000, 285000, 350000]
    assert [(payer.name, payer.amount_fen) for payer in result.payers] == [("A 方的保险公司", 845000)]
    text = client.post("/law/compensation/", E1).content.decode()
    assert "2,850.00" in text
    assert "一分不差" in text


def test_uninsured_party_pays_in_person(client):
    """E11: A has only the compulsory insurance; and the same without any."""
    poor = {name: value for name, value in E1.items() if name not in ("commercial_A", "own_damage_A")}
    text = client.post("/law/compensation/", poor | {"vehicle_A": "800", "vehicle_B": "6000"}).content.decode()
    assert "A 方本人" in text
    assert "4,000.00" in text
    assert "没有交强险：" not in text
    text = client.post("/law/compensation/", {name: poor[name] for name in poor if name != "compulsory_A"}).content
    assert "A 方没有交强险：" in text.decode()


def test_wrong_fields_say_so_and_nothing_typed_is_lost(client):
    page = client.post("/law/compensation/", E1 | {"vehicle_B": "12.345", "share_A": "eighty", "medical_A": "１２３"})
    text = page.content.decode()
    assert page.status_code == 422
    for word in (
        "金额最多到分",
        "请填 0 至 100",
        'value="12.345"',
        'value="eighty"',
        'value="１２３"',
        'value="3,600"',
    ):
        assert word in text
    assert 'name="own_damage_A" value="1" checked' in text
    for more, word in (
        ({"liability_A": ""}, "请选责任"),
        ({"on": "x"}, "请填写像 2026-03-01"),
        ({"on": "1999-01-01"}, "没有收录"),
        ({"place": "zz"}, "没有这个地方"),
        ({"vehicle_A": "", "vehicle_B": ""}, "还没有填损失"),
        ({"liability_B": "full"}, "notice bad"),
        ({"kind_B": "owner", "liability_A": "primary", "liability_B": "secondary"}, "被撞设施的所有人没有责任"),
        ({"kind_A": "boat", "letters": "ZZ"}, "请选一项"),
        ({"vehicle_A": "9" * 23}, "金额太大"),
        ({"commercial_A": "-1"}, "金额不能小于 0"),
    ):
        page = client.post("/law/compensation/", E1 | more)
        assert (page.status_code, word in page.content.decode()) == (422, True), more


def test_parties_are_added_and_taken_away_without_scripts(client):
    text = client.post("/law/compensation/", E1 | {"do": "add"}).content.decode()
    assert 'name="letters" value="ABC"' in text
    assert 'name="compulsory_C" value="1" checked' in text
    assert 'value="3,600"' in text
    assert "result-section" not in text
    assert 'name="letters" value="AB"' in client.post("/law/compensation/", E1 | {"do": "remove"}).content.decode()


def test_liability_is_carried_over(client):
    answer = client.get(f"/law/liability/A01/?also_B=no_warning&place=330600&{DAY}").content.decode()
    link = re.search(r'href="(/law/compensation/\?[^"]+)"', answer)[1].replace("&amp;", "&")
    text = client.get(link).content.decode()
    assert re.search(r'id="liability_A".*?value="primary" selected', text, re.DOTALL)
    assert 'value="330600" selected' in text
    assert 'value="2026-03-01"' in text


def test_a_parked_car_is_carried_over(client):
    """Towards one parked lawfully a province may have a share of its own (Fujian's measures, Art. 52.5)."""
    answer = client.get(f"/law/liability/C21/?place=350900&{DAY}").content.decode()
    link = re.search(r'href="(/law/compensation/\?[^"]+)"', answer)[1].replace("&amp;", "&")
    assert "parked_B=1" in link
    assert "parked_A" not in link
    text = client.get(link).content.decode()
    assert re.search(r'name="parked_B" value="1" checked', text)
    sent = {"letters": "AB", "do": "settle", "on": "2026-03-01", "place": "350900", "kind_A": "nonmotor"}
    sent |= {"liability_A": "full", "kind_B": "motor", "liability_B": "none", "compulsory_B": "1", "vehicle_A": "5000"}
    for parked, paid in (("1", "100.00"), ("", "590.00")):
        form = compensation_form.typed(
            QueryDict("&".join(f"{k}={v}" for k, v in (sent | {"parked_B": parked}).items()))
        )
        result, errors = calculator.calculate(form)
        assert not errors
        assert f"{result.paid_fen / 100:.2f}" == paid


def test_a_cover_in_yuan_instead_of_ten_thousands_is_asked_again(client):
    page = client.post("/law/compensation/", E1 | {"commercial_A": "1000000"})
    assert page.status_code == 422
    assert "保额 100 万元就填 100" in page.content.decode()
    assert client.post("/law/compensation/", E1 | {"commercial_A": "10000"}).status_code == 200


@pytest.mark.parametrize("path", [f"/law/liability/B02/?{DAY}", "/law/liability/?kind=rear", "/law/compensation/"])
def test_english_pages_have_no_chinese(client, path):
    text = client.get(
        path, {"lang": "en"} if "?" not in path else None, headers={"cookie": "kc_lang=en"}
    ).content.decode()
    visible = re.sub(r"<[^>]+>|<head>.*?</head>", "", re.sub(r'(?s)<a[^>]*lang="zh-CN"[^>]*>.*?</a>', "", text))
    assert re.findall(r"[\u4e00-\u9fff]+", visible) == []


def test_page_asks_the_law_nothing_else():
    plain = asking.facts(asked("D02"))
    assert decide(plain)["accidents"] == decide({**plain, "on": "2026-03-01"})["accidents"]
    assert [side.code for part in asking.answer(asked("D02")).accidents for side in part] == [
        "none",
        "full",
        "none",
        "full",
    ]
