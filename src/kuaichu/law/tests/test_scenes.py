"""The drawings: one for every row of the tables, each its own, and each asking the law what its row says."""

import re
from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree

import pytest

from kuaichu.law import LawError
from kuaichu.law.citations import LAW_ROOT
from kuaichu.law.interface import decide
from kuaichu.law.national.liability.table import table
from kuaichu.law.reading import read_mapping
from kuaichu.law.scenes import describe, draw, kinds, layouts, scenes
from kuaichu.law.scenes import table as reading
from kuaichu.law.scenes.geometry import Point, Turned

ROWS = [
    *[f"A{number:02}" for number in range(1, 57)],
    *[f"B{number:02}" for number in range(1, 18)],
    *[f"C{number:02}" for number in range(1, 23)],
    *[f"D{number:02}" for number in range(1, 6)],
]
HAN = re.compile(r"[\u4e00-\u9fff]")


def asked(scene, **more):
    parties = [
        {"id": side.letter, "kind": side.kind, "behaviours": list(side.does), "special": list(side.special)}
        for side in scene.sides
    ]
    impacts = [
        {"hitter": hitter, "hit": hit, "order": order, "parts": (parts or [{}])[0]}
        for hitter, hit, order, *parts in scene.impacts
    ]
    facts = {"parties": parties, "impacts": impacts, "facts_found": scene.are_facts_found}
    return decide({"on": "2026-03-01", "place": "000000"} | facts | more)


def test_every_row_of_the_tables_has_a_drawing_and_a_group():
    assert list(scenes()) == ROWS
    known = {code for code in table().acts if re.fullmatch(r"[AC]\d\d", code)}
    assert known <= set(scenes())
    assert {code for kind in kinds().values() for code in kind.codes} == set(ROWS)
    assert {scene.layout.key for scene in scenes().values()} == set(layouts())


def test_drawings_are_well_formed_and_differ():
    seen = {}
    for code, scene in scenes().items():
        root = ElementTree.fromstring(draw(scene))
        assert root.get("role") == "img"
        assert [child.tag for child in root][:2] == ["title", "desc"]
        assert root.get("aria-labelledby") == f"{root[0].get('id')} {root[1].get('id')}"
        assert "style" not in draw(scene)
        seen[code] = re.sub(r"<(title|desc).*?</\1>|aria-labelledby=\"[^\"]*\"", "", draw(scene))
    assert [pair for pair in combinations(seen, 2) if seen[pair[0]] == seen[pair[1]]] == []


def test_pictures_in_words_have_no_chinese_in_english():
    for scene in scenes().values():
        english = f"{scene.en} {describe(scene, 'en')} {scene.layout.en}"
        assert not HAN.search(english), scene.code
        assert HAN.search(describe(scene))
    assert describe(scenes()["A14"]) == "同向两车道。A 方汽车向右行驶，向右变道；B 方汽车向右行驶。"


def test_scenes_ask_the_law_what_their_rows_say():
    """The published lists (examples/scenarios.yaml) and the pictures agree. The lists of C05 and C08 know of a
    second fault, which the picture leaves open."""
    rows = read_mapping(LAW_ROOT / "examples" / "scenarios.yaml")
    for code, picture in scenes().items():
        scene = picture
        if code in ("C05", "C08"):
            sides = (picture.sides[0], replace(picture.sides[1], does=("speeding",)))
            assert asked(picture)["reason"]["code"] == "weigh"
            scene = replace(picture, sides=sides)
        place, expected = rows[code].get("place", "000000"), rows[code]["expect"]
        found = asked(scene, place=place)
        if isinstance(expected, dict):
            assert found["liability"] == expected, code
        elif expected == "separate":
            assert [part["liability"] is not None for part in found["accidents"]] == [True, True], code
        else:
            assert found["reason"]["code"] == expected, code


def test_swapped_drawing_is_the_same_with_other_letters():
    names = {"A": "B", "B": "A", "a": "b", "b": "a"}
    for scene in scenes().values():
        text, other = draw(scene, prefix="x"), draw(scene, prefix="x", is_swapped=True)
        turned = re.sub(r"(?<=-)[ab]\b|\b[AB](?= 方|<)", lambda found: names[found[0]], text)
        assert sorted(re.findall(r"<[^>]*>", turned)) == sorted(re.findall(r"<[^>]*>", other)), scene.code


def test_sheets_turn_and_flip():
    corner = Point(3, 2)
    assert Turned(4 // 4).point(corner) == Point(14, 3)
    assert Turned(2).point(corner) == Point(21, 14)
    assert Turned(0, True).point(corner) == Point(21, 2)
    assert Turned(3).point(Turned(1).point(corner)) != corner  # the sheet's sides have changed places
    assert (Turned(1).angle(0), Turned(0, True).angle(0)) == (90, 180)


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ({"where": "moon", "zh": "x", "en": "x"}, "no layout"),
        ({"where": "road", "zh": "x", "en": "x", "A": {"go": "1 2", "is": "boat"}}, "unknown `is`"),
        ({"where": "road", "zh": "x", "en": "x", "A": {"go": "1, 2"}}, "not written like"),
        ({"where": "road", "zh": "x", "en": "x", "A": {"at": "1 2 e", "does": ["A99"]}}, "knows no A99"),
        ({"where": "road", "zh": "x", "en": "x", "hits": "1 2"}, "unknown hits"),
    ],
)
def test_nonsense_is_refused_with_its_place(row, word):
    with pytest.raises(LawError, match=word):
        reading._scene("A01", row)


def test_every_article_behind_a_scene_can_be_opened():
    cited = {citation for act in table().acts.values() for citation in act.citations}
    assert sorted(citation.zh for citation in cited if not (citation.gist_zh and citation.gist_en)) == []
