"""What instruments must contain, and the code lists."""

import pytest

from kuaichu.law import LawError, codes, missing

PARTY = {
    "kind": "motor",
    "name": "张三",
    "licence_number": "330602199001010000",
    "phone": "13800000000",
    "vehicle_kind": "02",
    "plate": "浙D12345",
    "insurer": "甲保险",
    "insurance_number": "P1",
    "impact_part": "rear",
    "liability": "full",
}
WHOLE = {
    "happened_at": "2026-11-01 08:00",
    "place": "人民路口",
    "weather": "1",
    "form": "1",
    "parties": [PARTY, PARTY | {"liability": "none", "impact_part": "front"}],
}


def test_a_whole_agreement_lacks_nothing() -> None:
    assert missing("self_settlement", WHOLE) == ()


@pytest.mark.parametrize("field", ["happened_at", "place", "weather", "form"])
def test_each_content_of_the_case_is_needed(field: str) -> None:
    for blank in (None, "", "  "):
        (item,) = missing("self_settlement", WHOLE | {field: blank})
        assert (item.party, item.citation.article) == (None, "21")


@pytest.mark.parametrize("field", [name for name in PARTY if name != "kind"])
def test_each_content_of_a_party_is_needed(field: str) -> None:
    (item,) = missing("self_settlement", WHOLE | {"parties": [PARTY, PARTY | {field: ""}]})
    assert item.party == 1
    assert item.zh.startswith("乙方")
    assert item.en.endswith("of party B")


def test_all_thirteen_contents_of_article_21() -> None:
    found = missing("self_settlement", {"parties": [{"kind": "motor"}, PARTY]})
    assert len(found) == 13
    assert len({item.code for item in found}) == 13


def test_an_id_number_does_for_a_licence_and_a_bicycle_has_no_plate() -> None:
    rider = {
        "kind": "nonmotor",
        "name": "李四",
        "id_number": "1",
        "phone": "2",
        "impact_part": "left",
        "liability": "none",
    }
    walker = {"kind": "pedestrian", "name": "王五", "id_number": "1", "phone": "2", "liability": "none"}
    assert missing("self_settlement", WHOLE | {"parties": [PARTY, rider]}) == ()
    assert missing("self_settlement", WHOLE | {"parties": [PARTY, walker]}) == ()


def test_an_agreement_needs_two() -> None:
    assert [item.code for item in missing("self_settlement", WHOLE | {"parties": [PARTY]})] == ["parties"]


def test_a_determination_needs_its_officer_and_unit() -> None:
    found = missing("simplified_determination", WHOLE)
    assert [(item.code, item.citation.article) for item in found] == [("officer", "64(2)"), ("unit", "64(2)")]
    whole = WHOLE | {"officer": "民警甲", "unit": "某大队"}
    assert missing("simplified_determination", whole) == ()
    (item,) = missing("simplified_determination", whole | {"weather": None})
    assert item.citation.article == "24(2)"


def test_unknown_kinds_are_refused() -> None:
    with pytest.raises(LawError, match="no contents"):
        missing("receipt", WHOLE)
    with pytest.raises(LawError, match="no kind of party"):
        missing("self_settlement", WHOLE | {"parties": [PARTY, PARTY | {"kind": "horse"}]})


def test_code_lists() -> None:
    sizes = {
        name: len(codes.options(name))
        for name in ("weather", "collision_form", "situation", "damaged_part", "liability")
    }
    assert sizes == {"weather": 9, "collision_form": 9, "situation": 10, "damaged_part": 8, "liability": 5}
    assert len(codes.options("plate_kind")) == 35
    assert codes.label("weather", "1", "zh") == "晴"
    assert codes.label("liability", "full", "en") == "Full liability"
    assert codes.label("plate_kind", "52", "zh-hans").startswith("小型新能源")
    assert codes.label("transport", "F6") == "电动自行车"
    assert codes.options("situation")[7].code == "rear_end"
    assert codes.lists()["liability"]["none"].national == "5"
    assert codes.holds("closing_mode", "4")
    assert not codes.holds("closing_mode", "5")
    for name, entries in codes.lists().items():
        assert all(entry.zh and entry.en for entry in entries.values()), name
    with pytest.raises(LawError, match="no code '10'"):
        codes.label("weather", "10")
    with pytest.raises(LawError, match="no code list 'wether'"):
        codes.options("wether")


def test_instruments_that_are_text_name_what_they_lack():
    from kuaichu.law.national import contents

    whole = {"basis": "b", "facts": "f", "items": "i", "shares": "s", "performance": "p", "made_on": "2026-03-02"}
    assert missing(contents.POLICE_MEDIATION, whole) == ()
    found = missing(contents.POLICE_MEDIATION, whole | {"performance": " "})
    assert [(item.code, item.citation.article) for item in found] == [("performance", "93")]
    assert {item.code for item in missing(contents.ACCIDENT_STATEMENT, {})} == {"time", "place", "parties", "facts"}
    assert len(missing(contents.GENERAL_DETERMINATION, {})) == 7
    assert {kind for kind, _, _ in contents.contents_of()} >= {"self_settlement", "general_determination"}
