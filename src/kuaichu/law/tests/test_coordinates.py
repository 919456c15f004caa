"""Coordinates, division codes, licence classes and characters."""

from datetime import date
from math import hypot

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuaichu.law import divisions as places
from kuaichu.law.identifiers import IdentifierError
from kuaichu.law.identifiers import characters as gb
from kuaichu.law.identifiers import coordinates as geo
from kuaichu.law.identifiers.division_codes import division, divisions, full_name
from kuaichu.law.identifiers.licences import licence_classes, parse_licence_classes

CLOSE = 1e-6  # degrees
lon_in_china, lat_in_china = st.floats(73.0, 137.0), st.floats(3.0, 54.0)


@pytest.mark.parametrize(
    ("convert", "given_at", "expected"),
    [
        (geo.gcj02_from_wgs84, (116.404, 39.915), (116.410244499169, 39.916404281502)),
        (geo.bd09_from_gcj02, (116.404, 39.915), (116.410369493710, 39.921336993510)),
        (geo.gcj02_from_wgs84, (120.582, 30.0007), (120.586077388688, 29.998062844898)),
        (geo.bd09_from_wgs84, (120.5804, 30.0303), (120.5909388, 30.0339179)),
    ],
)
def test_known_points(convert, given_at, expected):
    assert convert(*given_at) == pytest.approx(expected, abs=1e-7)


@given(lon_in_china, lat_in_china)
@settings(max_examples=300, deadline=None)
def test_there_and_back(lon, lat):
    for there, back in (
        (geo.gcj02_from_wgs84, geo.wgs84_from_gcj02),
        (geo.bd09_from_gcj02, geo.gcj02_from_bd09),
        (geo.bd09_from_wgs84, geo.wgs84_from_bd09),
    ):
        found = back(*there(lon, lat))
        assert abs(found[0] - lon) < CLOSE
        assert abs(found[1] - lat) < CLOSE


@given(lon_in_china, lat_in_china)
@settings(deadline=None)
def test_the_shift_is_some_hundred_metres(lon, lat):
    found = geo.gcj02_from_wgs84(lon, lat)
    assert 0 < hypot(found[0] - lon, found[1] - lat) < 0.02


def test_outside_china_nothing_is_shifted():
    assert geo.gcj02_from_wgs84(2.3522, 48.8566) == (2.3522, 48.8566)
    assert geo.wgs84_from_gcj02(-73.98, 40.75) == (-73.98, 40.75)


def test_divisions_by_date():
    before, after = date(2021, 4, 8), date(2021, 4, 9)
    assert division("330103", on=before).zh == "下城区"
    assert division("330103", on=after) is None
    assert division("330113", on=before) is None
    assert division("330113", on=after).zh == "临平区"
    assert division("000001", on=after) is None
    assert division("330682", on=after).is_unsure


def test_the_codes_of_the_places_of_this_product():
    on = date(2026, 11, 22)
    names = {"330602": "浙江省绍兴市越城区", "330881": "浙江省衢州市江山市", "429005": "湖北省潜江市"}
    names |= {"350981": "福建省宁德市福安市", "110101": "北京市东城区", "330206": "浙江省宁波市北仑区"}
    assert {code: full_name(code, on=on) for code in names} == names
    own = {place.code: place.zh for place in places.known().values() if not place.code.startswith("3399")}
    assert {code: division(code, on=on).zh for code in own} == own


def test_every_code_has_a_chain():
    assert len(divisions()) > 3000
    for code in divisions():
        assert places.chain(code)[-1] == places.NATION


def test_licence_classes():
    assert parse_licence_classes(" a2 e ").codes == ("A2", "E")
    assert parse_licence_classes("C1").allowed == {"C1", "C2", "C3", "C4"}
    assert "C1" not in parse_licence_classes("C2").allowed
    assert len(licence_classes()) == 17
    for text in ("", "C9", "Z1", "12", "C1驾"):
        with pytest.raises(IdentifierError):
            parse_licence_classes(text)


@pytest.mark.parametrize(
    ("name", "raw", "level"),
    [
        ("陈𬱟", "b3c29933c435", 3),
        ("司马𫓧", "cbbec2ed9838e137", 3),
        ("王小明", "cdf5d0a1c3f7", 1),
    ],
)
def test_names_in_gb18030(name, raw, level):
    assert gb.gb18030(name).hex() == raw
    assert gb.from_gb18030(bytes.fromhex(raw)) == name
    assert gb.level(name) == level


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=8))
def test_every_character_survives(text):
    assert gb.from_gb18030(gb.gb18030(text)) == text


def test_blocks():
    assert [gb.ideograph_block(char) for char in "明㐂𠅤𫓧𫟼𬱟"] == ["URO", "A", "B", "C", "D", "E"]
    assert gb.ideograph_block(chr(0x31350)) == "H"
    assert gb.private_use("王\ue863") == ("\ue863",)
