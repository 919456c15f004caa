"""The engine on small laws of its own, and everything that must be refused when a law is loaded."""

from datetime import date, datetime
from pathlib import Path

import pytest

from kuaichu.law import Citation, LawError, engine, value
from kuaichu.law.engine import Law

SOURCES = """
act: {zh: 某规定, en: Some Provisions, issuer: 某部, number: "1", in_force_on: 2010-01-01}
old: {zh: 旧规定, en: Old Provisions, issuer: 某部, number: "0", in_force_on: 2000-01-01, repealed_on: 2010-01-01}
"""
ENTRY = "{since: 2010-01-01, amount: 3, source: act, article: '4(2)', checked_on: 2026-01-01, certainty: law}"


def nation(entries: str = ENTRY, more: str = "opened_to: [province, city]") -> str:
    return f"values:\n  a.b:\n    unit: count\n    zh: 甲\n    en: A\n    {more}\n    values: [{entries}]\n"


def place(entries: str, key: str = "a.b") -> str:
    return f"values:\n  {key}: [{entries}]\n"


def entry(since: str, amount: object, **fields: object) -> str:
    row = {"source": "act", "article": "1", "checked_on": "2026-01-01", "certainty": "law", **fields}
    return f"{{since: {since}, amount: {amount}, " + ", ".join(f"{name}: {text}" for name, text in row.items()) + "}"


def make_law(root: Path, files: dict[str, str]) -> Law:
    for name, text in {"sources.yaml": SOURCES, "national/a.yaml": nation(), **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return Law(root)


def test_the_nearest_place_answers(tmp_path: Path) -> None:
    law = make_law(
        tmp_path,
        {
            "places/330000/a.yaml": place(entry("2015-01-01", 2)),
            "places/330600/a.yaml": place(entry("2020-01-01", 1, until="2020-12-31")),
        },
    )

    def ask(day: str, code: str) -> tuple[object, str, date]:
        found = law.value("a.b", on=date.fromisoformat(day), place=code)
        return found.amount, found.place, found.since

    assert ask("2014-12-31", "330602") == (3, "000000", date(2010, 1, 1))
    assert ask("2015-01-01", "330602") == (2, "330000", date(2015, 1, 1))
    assert ask("2020-01-01", "330602") == (1, "330600", date(2020, 1, 1))
    assert ask("2020-12-31", "330600") == (1, "330600", date(2020, 1, 1))
    assert ask("2021-01-01", "330600") == (2, "330000", date(2015, 1, 1))
    assert ask("2020-06-01", "330100") == (2, "330000", date(2015, 1, 1))
    assert ask("2020-06-01", "429005") == (3, "000000", date(2010, 1, 1))
    assert law.change_days() == (date(2010, 1, 1), date(2015, 1, 1), date(2020, 1, 1), date(2021, 1, 1))


def test_a_value_carries_where_it_comes_from(tmp_path: Path) -> None:
    law = make_law(tmp_path, {"national/a.yaml": nation(entry("2010-01-01", 3, article="'4(2)'", certainty="unsure"))})
    found = law.value("a.b", on=date(2026, 1, 1), place="110000")
    assert (found.key, found.number, found.unit, found.source) == ("a.b", 3, "count", "act")
    assert (found.article, found.checked_on, found.certainty) == ("4(2)", date(2026, 1, 1), "unsure")
    assert (found.is_unsure, found.mark_zh) == (True, "参考")
    with pytest.raises(TypeError, match="not yes or no"):
        _ = found.is_yes


def test_only_what_is_in_force_is_answered(tmp_path: Path) -> None:
    law = make_law(tmp_path, {"national/a.yaml": nation(entry("2010-01-01", 3, until="2010-12-31"))})
    with pytest.raises(LawError, match="before its first value of 2010-01-01"):
        law.value("a.b", on=date(2009, 12, 31), place="330600")
    with pytest.raises(LawError, match=r"no value of a\.b is in force on 2011-01-01"):
        law.value("a.b", on=date(2011, 1, 1), place="330600")
    assert law.find("a.b", on=date(2011, 1, 1), place="330600") is None
    with pytest.raises(LawError, match=r"no value 'a\.c'"):
        law.value("a.c", on=date(2011, 1, 1), place="330600")
    with pytest.raises(TypeError, match="day"):
        law.value("a.b", on=datetime(2010, 5, 1), place="330600")
    for code in ("", "33060", "3306000", "99 600", "990600", "３３０６００"):
        with pytest.raises(LawError, match="place code"):
            law.value("a.b", on=date(2010, 5, 1), place=code)


def test_a_key_that_only_places_set(tmp_path: Path) -> None:
    law = make_law(tmp_path, {"national/a.yaml": nation(""), "places/330600/a.yaml": place(entry("2020-01-01", 1))})
    assert law.value("a.b", on=date(2020, 1, 1), place="330600").amount == 1
    with pytest.raises(LawError, match=r"no value of a\.b is set for 330100"):
        law.value("a.b", on=date(2020, 1, 1), place="330100")


REFUSED = {
    "unknown key in a place": ({"places/330600/a.yaml": place(ENTRY, "a.c")}, "places/330600/a.yaml: a.c: unknown key"),
    "not opened": (
        {"national/a.yaml": nation(more="opened_to: [province]"), "places/330600/a.yaml": place(ENTRY)},
        "places/330600/a.yaml: a.b: the nation did not open this to a city",
    ),
    "place before the nation": (
        {"national/a.yaml": nation(entry("2012-01-01", 3)), "places/330600/a.yaml": place(ENTRY)},
        "before the nation's first value",
    ),
    "beyond the bounds": (
        {
            "national/a.yaml": nation(more="opened_to: [city]\n    at_most: 3"),
            "places/330600/a.yaml": place(entry("2012-01-01", 4)),
        },
        "a.b: 4 is more than 3, the most that the nation allows",
    ),
    "place code": ({"places/990600/a.yaml": place(ENTRY)}, "places/990600/a.yaml: '990600' is no six-digit place"),
    "set twice for a place": (
        {"places/330600/a.yaml": place(ENTRY), "places/330600/b.yaml": place(ENTRY)},
        "places/330600/b.yaml: a.b: this key is already set",
    ),
    "defined twice": ({"national/b.yaml": nation()}, "national/b.yaml: a.b: this key is already defined"),
    "key written twice": ({"national/a.yaml": nation() + "  a.b: {}\n"}, "a.yaml: 'a.b' stands twice"),
    "same first day": ({"national/a.yaml": nation(f"{ENTRY}, {ENTRY}")}, "national/a.yaml: a.b: validity overlaps"),
    "overlap by until": (
        {"national/a.yaml": nation(entry("2010-01-01", 3, until="2012-01-01") + ", " + entry("2012-01-01", 4))},
        "a.b: validity overlaps from 2012-01-01",
    ),
    "until before since": (
        {"national/a.yaml": nation(entry("2012-01-01", 3, until="2011-01-01"))},
        "until 2011-01-01 is before since",
    ),
    "no source": ({"national/a.yaml": nation(ENTRY.replace("source: act,", ""))}, "a.b: source missing"),
    "no day of the last check": (
        {"national/a.yaml": nation(ENTRY.replace("checked_on: 2026-01-01,", ""))},
        "national/a.yaml: a.b: checked_on missing",
    ),
    "no certainty": ({"national/a.yaml": nation(ENTRY.replace(", certainty: law", ""))}, "a.b: certainty missing"),
    "unknown source": ({"national/a.yaml": nation(entry("2010-01-01", 3, source="nowhere"))}, "'nowhere' is not in"),
    "unknown certainty": ({"national/a.yaml": nation(entry("2010-01-01", 3, certainty="sure"))}, "certainty 'sure'"),
    "unknown field": ({"national/a.yaml": nation(entry("2010-01-01", 3, artcle="'2'"))}, "unknown field artcle"),
    "article": ({"national/a.yaml": nation(entry("2010-01-01", 3, article="art4"))}, "a.b: article 'art4' is not"),
    "day as text": ({"national/a.yaml": nation(entry("'2010-01-01'", 3))}, "since must be a day"),
    "amount of another type": ({"national/a.yaml": nation(entry("2010-01-01", "3.5"))}, "amount 3.5 does not fit"),
    "yes as a number": ({"national/a.yaml": nation(entry("2010-01-01", "true"))}, "amount True does not fit"),
    "before the act": ({"national/a.yaml": nation(entry("2009-12-31", 3))}, "act is in force only from 2010-01-01"),
    "after the act": ({"national/a.yaml": nation(entry("2005-01-01", 3, source="old"))}, "old was repealed on 2010"),
    "after the act, by until": (
        {"national/a.yaml": nation(entry("2005-01-01", 3, source="old", until="2010-01-01"))},
        "old was repealed on 2010",
    ),
    "unit": ({"national/a.yaml": nation().replace("unit: count", "unit: heap")}, "a.b: unit 'heap' is none of"),
    "no title": ({"national/a.yaml": nation().replace("zh: 甲", "zh:")}, "a.b: zh and en titles are missing"),
    "level": ({"national/a.yaml": nation(more="opened_to: [town]")}, "opened_to takes"),
    "field of a key": ({"national/a.yaml": nation(more="open_to: [city]")}, "unknown field open_to"),
    "top key": ({"national/a.yaml": nation().replace("values:\n  a", "value:\n  a")}, "unknown top key value"),
    "empty file": ({"national/b.yaml": "# nothing yet\n"}, "national/b.yaml: unknown top key (none)"),
    "broken YAML": ({"national/a.yaml": "values: {a.b: ["}, "a.yaml: while parsing"),
    "act without a day": ({"sources.yaml": SOURCES.replace(", in_force_on: 2010-01-01", "")}, "sources.yaml: act:"),
    "act with an empty title": ({"sources.yaml": SOURCES.replace("某规定", '""')}, "sources.yaml: act: zh, en and"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_at_load(tmp_path: Path, name: str) -> None:
    files, message = REFUSED[name]
    with pytest.raises(LawError) as refusal:
        make_law(tmp_path, files)
    assert message in str(refusal.value)


def test_a_following_act_may_take_over(tmp_path: Path) -> None:
    entries = entry("2005-01-01", 2, source="old") + ", " + entry("2010-01-01", 3)
    law = make_law(tmp_path, {"national/a.yaml": nation(entries)})
    assert law.value("a.b", on=date(2009, 12, 31), place="330600").source == "old"
    assert law.value("a.b", on=date(2010, 1, 1), place="330600").source == "act"


def test_the_whole_law_loads_and_every_value_can_be_cited() -> None:
    law = engine.the_law()
    assert len(law.definitions) > 50
    for key, code in law.set_by():
        for found in (entry.value for entry in law.entries(key, code)):
            assert found.checked_on <= date(2030, 1, 1)
            assert law.value(key, on=found.since, place=code) == found
            assert found.citation.zh.startswith("《")
            assert found.article or found.certainty != "law" or found.source.startswith("compulsory_limits"), key


def test_national_values() -> None:
    day = date(2026, 11, 1)
    assert value("photos.required", on=day, place="339900").number == 3
    assert value("parties.max_motor", on=day, place="330600").number == 3
    assert value("fasttrack.nonmotor_allowed", on=day, place="330600").is_yes
    assert value("fasttrack.max_vehicles", on=day, place="339900").place == "339900"
    fine = value("fasttrack.leave_fine", on=day, place="330600")
    assert (fine.number, fine.unit, fine.mark_zh) == (20_000, "fen", "")
    assert fine.citation == Citation("handling", "19(3)")
    assert engine.find("fasttrack.loss_cap_per_vehicle", on=day, place="330600") is None


def test_what_a_city_and_a_province_add_holds_there_and_nowhere_else() -> None:
    """杭州条例 49, 浙江办法 43 and 条例 45, as they stand in their texts."""
    on = date(2026, 3, 1)
    keys = ("deaths_at_once", "fatal_a_year", "serious_beside_a_fatal_a_year", "serious_a_year", "higher_within")
    assert [engine.value(f"black_spot.{key}", on=on, place="330106").number for key in keys] == [3, 2, 2, 5, 1]
    assert engine.find("black_spot.fatal_a_year", on=on, place="330600") is None
    speeds = [engine.value(f"speed.{key}", on=on, place="330106") for key in ("compound", "city_without_centre_line")]
    assert [(speed.number, speed.place) for speed in speeds] == [(20, "330000"), (30, "000000")]
    assert engine.find("speed.compound", on=on, place="350900") is None
