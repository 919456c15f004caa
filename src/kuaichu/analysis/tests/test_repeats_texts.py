"""Plates and road names made comparable."""

import numpy as np
import pytest

from kuaichu.analysis.repeats.compare import plate_agreement, plates_level, roads_level
from kuaichu.analysis.repeats.texts import Words, pack_plate, phone_key, road_names

AGREEMENT = {"same": 3, "one off": 2, "two off": 1, "other": 0}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("人民东路１２８号", ("人民",)),
        ("解放路与人民路交叉口", ("解放", "人民")),
        ("人民路解放路路口附近", ("人民", "解放")),
        ("人民路/解放路", ("人民", "解放")),
        ("光明路和和平路路口", ("光明", "和平")),
        ("和平西路12号", ("和平",)),
        ("西湖区文三路", ("文三",)),
        ("大桥东路近滨江大道", ("大桥", "滨江")),
        ("G104国道", ("104",)),
        ("104国道（高架下）", ("104",)),
        ("城西路往城北路方向", ("城西", "城北")),
        ("小区门口", ()),
        ("", ()),
    ],
)
def test_road_names_are_cut_out(text, names):
    assert road_names(text) == names


def test_the_order_at_a_junction_does_not_matter():
    words = Words()
    one, two = words.roads("人民路与解放路交叉口"), words.roads("解放大道人民街口")
    assert set(one) == set(two)


def test_a_wrong_character_is_forgiven_in_a_long_name_but_not_a_number_or_direction():
    words = Words()
    known = words.roads("科技文化路")[0]
    assert words.roads("科枝文化路")[0] == known
    first = words.roads("创业园一路")[0]
    assert words.roads("创业园二路")[0] != first


def test_a_city_can_name_aliases():
    words = Words({"G104": "人民路"})
    assert words.roads("104国道12号") == words.roads("人民路")


@pytest.mark.parametrize(
    ("one", "two", "agreement"),
    [
        ("浙A12345", "浙a·12345", "same"),
        ("浙A1234O", "浙A12340", "same"),
        ("浙A12345", "浙A12346", "one off"),
        ("浙A12345", "浙A12354", "one off"),
        ("浙A12345", "12345", "one off"),
        ("浙AD12345", "浙A12345", "one off"),
        ("浙A12345", "345", "two off"),
        ("浙A12345", "浙A13355", "two off"),
        ("浙A12345", "浙A67890", "other"),
        ("浙A12345", "浙A13445", "two off"),
    ],
)
def test_plates_agree_as_misheard_plates_do(one, two, agreement):
    plates = pack_plate(one), pack_plate(two)
    assert plate_agreement(*plates) == AGREEMENT[agreement] == plate_agreement(*plates[::-1])


def test_unknown_plates_are_none():
    assert pack_plate("无牌") == pack_plate("") == pack_plate("1") == 0


def test_levels_of_sets():
    a, b, c = (pack_plate(text) for text in ("浙A12345", "浙B67890", "浙C24680"))
    sets = [
        ([a, b], [b, a]),
        ([a, 0], [b, a]),
        ([a, 0], [b, 0]),
        ([a, b], [c, pack_plate("浙D11223")]),
        ([0, 0], [b, 0]),
    ]
    assert [plates_level(np.array(one), np.array(two)) for one, two in sets] == [6, 5, 1, 2, 0]
    roads = [[2, 1], [1, 3], [1, -1], [5, -1], [-1, -1]]
    assert [roads_level(np.array(one), np.array([1, 2, -1, -1])) for one in roads] == [4, 3, 2, 1, 0]


def test_phones_are_compared_by_what_they_mean_and_a_secret_hides_them():
    assert phone_key("13800001111") == phone_key("+86 138-0000-1111") != phone_key("13800001112")
    assert phone_key("13800001111", b"secret") != phone_key("13800001111")
    assert phone_key("") == 0
    assert phone_key("9f86d081884c7d65") != 0
