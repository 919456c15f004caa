"""The forms of number plates by kind (号牌种类): GA 36-2018, NY 345 for tractors, and those of the forces.

A vehicle's key is (kind, number), never the number alone: an ordinary and a trailer's plate may share a number.
Patterns of temporary, fire-and-rescue and forces' plates are from practice, so those kinds are wide.
"""

import re
from dataclasses import dataclass

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
EBIKE_KIND = "ebike"
NO_PLATE_KIND = "41"
OTHER_KIND = "99"

_P = f"[{PROVINCES}]"
_L = "[A-HJ-NP-Z]"
_S = "[0-9A-HJ-NP-Z]"
_NEW_ENERGY = "[A-HJK]"
_ORDINARY = f"{_P}{_L}{_S}{{5}}"
_TRACTOR = f"{_P}[0-9]{{2}}{_S}{{5}}"
_FIRE_AND_RESCUE = f"{_P}[XS]{_S}{{4}}应急"
_FREE = r"[0-9A-Z\u3400-\u9FFF]{3,20}"


@dataclass(frozen=True, slots=True)
class Form:
    """One kind's accepted patterns; `is_guessed` kinds may be inferred from the number alone."""

    zh: str
    en: str
    patterns: tuple[re.Pattern[str], ...]
    example: str
    is_guessed: bool = True


def _form(zh: str, en: str, example: str, *patterns: str, is_guessed: bool = True) -> Form:
    return Form(zh, en, tuple(re.compile(pattern) for pattern in patterns), example, is_guessed)


def _marked(mark: str) -> str:
    return f"{_P}{_L}{_S}{{4}}{mark}"


# In the order in which a number is guessed: the likeliest kind first.
forms: dict[str, Form] = {
    "02": _form("小型汽车", "car (blue)", "浙D12345", _ORDINARY),
    "52": _form("小型新能源汽车", "new-energy car", "浙DD12345", f"{_P}{_L}{_NEW_ENERGY}{_S}{{5}}"),
    "51": _form("大型新能源汽车", "large new-energy vehicle", "浙D12345D", f"{_P}{_L}[0-9]{{5}}{_NEW_ENERGY}"),
    "01": _form("大型汽车", "large vehicle (yellow)", "浙A12345", _ORDINARY),
    "07": _form("普通摩托车", "motorcycle", "浙D12345", _ORDINARY),
    "08": _form("轻便摩托车", "moped", "浙D12345", _ORDINARY),
    "15": _form("挂车", "trailer", "浙D1234挂", _marked("挂")),
    "16": _form("教练汽车", "training car", "浙D1234学", _marked("学")),
    "17": _form("教练摩托车", "training motorcycle", "浙D1234学", _marked("学")),
    "23": _form("警用汽车", "police car", "浙D1234警", f"{_P}[A-HJ-Z]{_S}{{4}}警"),
    "24": _form("警用摩托车", "police motorcycle", "浙D1234警", f"{_P}[A-HJ-Z]{_S}{{4}}警"),
    "18": _form("试验汽车", "test car", "浙D1234试", _marked("试")),
    "19": _form("试验摩托车", "test motorcycle", "浙D1234试", _marked("试")),
    "03": _form("使馆汽车", "embassy car", "224578使", "[0-9]{6}使"),
    "09": _form("使馆摩托车", "embassy motorcycle", "224578使", "[0-9]{6}使"),
    "04": _form("领馆汽车", "consulate car", "沪A1234领", _marked("领"), "[0-9]{6}领"),
    "10": _form("领馆摩托车", "consulate motorcycle", "沪A1234领", _marked("领"), "[0-9]{6}领"),
    "26": _form("香港入出境车", "Hong Kong car", "粤ZA12B港", f"粤Z{_S}{{4}}港"),
    "27": _form("澳门入出境车", "Macao car", "粤ZA12B澳", f"粤Z{_S}{{4}}澳"),
    "14": _form("拖拉机", "tractor", "浙0412345", _TRACTOR),
    "13": _form("低速车", "low-speed vehicle", "浙D12345", _ORDINARY, _TRACTOR),
    "25": _form("原农机号牌", "old farm vehicle", "浙0412345", _TRACTOR),
    "31": _form(
        "武警号牌",
        "armed police",
        "WJ浙1234X",
        f"WJ{_P}?[0-9]{{4}}[0-9A-Z]",
        f"WJ[0-9]{{2}}{_P}?[0-9A-Z]{{5}}",
    ),
    "32": _form(
        "军队号牌", "armed forces", "VA12345", "[A-HJ-NP-Z]{2}[0-9]{4}[0-9A-Z]", "[军空海北沈兰济南广成京][A-Z][0-9]{5}"
    ),
    "22": _form("临时行驶车", "temporary plate", "浙D12345临", f"{_P}{_L}{_S}{{4,6}}[临试超]", f"{_P}{_L}{_S}{{4,6}}"),
    "05": _form("境外汽车", "car from abroad", "京A12345", _ORDINARY, _FREE, is_guessed=False),
    "06": _form("外籍汽车", "foreigner's car", "京A12345", _ORDINARY, _FREE, is_guessed=False),
    "11": _form("境外摩托车", "motorcycle from abroad", "京A12345", _ORDINARY, _FREE, is_guessed=False),
    "12": _form("外籍摩托车", "foreigner's motorcycle", "京A12345", _ORDINARY, _FREE, is_guessed=False),
    "20": _form("临时入境汽车", "car entering for a time", "浙D12345", _FREE, is_guessed=False),
    "21": _form("临时入境摩托车", "motorcycle entering for a time", "浙D12345", _FREE, is_guessed=False),
    "42": _form("假号牌", "false plate", "浙D12345", _FREE, is_guessed=False),
    "43": _form("挪用号牌", "plate of another vehicle", "浙D12345", _FREE, is_guessed=False),
    OTHER_KIND: _form("其他号牌", "other plate", "浙X1234应急", _FREE, is_guessed=False),
    EBIKE_KIND: _form("电动自行车", "e-bike", "绍兴A12345", _FREE, is_guessed=False),
}

# Kinds whose number may be guessed as "other" because their look is unmistakable.
unmistakable_others = (re.compile(_FIRE_AND_RESCUE), re.compile("民航[A-Z][0-9]{4}"), re.compile(_marked("超")))

# A temporary plate of seven plain characters would be guessed for every typing error: only the marked form is.
guessed_temporary = re.compile(f"{_P}{_L}{_S}{{4,6}}[临试超]")

# Letters of issuing offices in use. Others may be opened, so a letter outside asks for confirmation only.
_ALL = "ABCDEFGHJKLMNPQRSTUVWXYZ"
offices: dict[str, str] = {
    "京": _ALL,
    "津": "ABCDEFGHJKLMNPQRS",
    "沪": "ABCDEFGHJKLMNPQRS",
    "渝": "ABCDEFGHJN",
    "冀": "ABCDEFGHJRTX",
    "豫": "ABCDEFGHJKLMNPQRSUV",
    "云": "ABCDEFGHJKLMNPQRSV",
    "辽": "ABCDEFGHJKLMNPV",
    "黑": "ABCDEFGHJKLMNPR",
    "湘": "ABCDEFGHJKLMNSU",
    "皖": "ABCDEFGHJKLMNPQRS",
    "鲁": "ABCDEFGHJKLMNPQRSUVWY",
    "新": "ABCDEFGHJKLMNPQRST",
    "苏": "ABCDEFGHJKLMNU",
    "浙": "ABCDEFGHJKL",
    "赣": "ABCDEFGHJKLMS",
    "鄂": "ABCDEFGHJKLMNPQRSW",
    "桂": "ABCDEFGHJKLMNPR",
    "甘": "ABCDEFGHJKLMNP",
    "晋": "ABCDEFGHJKLM",
    "蒙": "ABCDEFGHJKLM",
    "陕": "ABCDEFGHJKUV",
    "吉": "ABCDEFGHJK",
    "闽": "ABCDEFGHJKL",
    "贵": "ABCDEFGHJ",
    "粤": _ALL,
    "青": "ABCDEFGH",
    "藏": "ABCDEFGHJ",
    "川": _ALL,
    "宁": "ABCDE",
    "琼": "ABCDEF",
}

# What a reader or a finger makes of a province's sign.
lookalikes: dict[str, str] = dict(
    zip(
        "渐折闵闸顎粵奥甲筋亰户护律喻异予像芸相院晥鱼魯蘇贛挂象陝峡古責貴清臧州宇寧凉瓊遼黒雲滬閩親",
        "浙浙闽闽鄂粤粤甘晋京沪沪津渝冀豫豫云湘皖皖鲁鲁苏赣桂蒙陕陕吉贵贵青藏川宁宁琼琼辽黑云沪闽新",
        strict=True,
    )
)
