"""What a caller says and what the clerk writes down: plates, places and classes of generated calls."""

import numpy as np

from bench._calls_world import STEMS, Town

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
DIGITS = "0123456789"
PROVINCES = "浙沪苏皖赣闽鲁豫鄂湘粤川"
CONFUSED = {
    "0": "8D6", "1": "74L", "2": "ZR8", "3": "8B", "4": "1A0", "5": "S9", "6": "9G8", "7": "1T", "8": "B36", "9": "56G",
    "A": "8K", "B": "8PD", "C": "GE", "D": "BTP", "E": "FC", "F": "ES", "G": "C6", "K": "AX", "L": "1",
    "M": "N", "N": "M",
    "P": "BD", "Q": "U", "R": "2L", "S": "5F", "T": "D7P", "U": "Q", "V": "WU", "W": "V", "X": "KS", "Z": "2",
}  # fmt: skip
MISTAKES = (0.12, 0.02, 0.04, 0.01)  # one character, two, only the tail, two neighbours swapped
NEAR_CLASS = {
    "车车财损": ("伤人", "车与非机动车", "单方"),
    "车与非机动车": ("车车财损", "伤人"),
    "伤人": ("车车财损", "车与非机动车"),
    "单方": ("车车财损",),
    "逃逸": ("车车财损",),
    "违停": ("挪车", "拥堵"),
    "挪车": ("违停",),
    "噪声": ("求助",),
    "抛洒物": ("求助", "拥堵"),
    "拥堵": ("车车财损", "设施故障"),
    "设施故障": ("拥堵", "求助"),
    "求助": ("设施故障",),
}
WIDE = str.maketrans(DIGITS, "０１２３４５６７８９")


def new_plate(rng: np.random.Generator, town: int) -> str:
    is_local = rng.random() < 0.75
    head = (
        PROVINCES[0] + LETTERS[town // 4 % 12] if is_local else PROVINCES[rng.integers(12)] + LETTERS[rng.integers(12)]
    )
    tail = "".join(DIGITS[rng.integers(10)] if rng.random() < 0.72 else LETTERS[rng.integers(24)] for _ in range(5))
    return head + ("D" + tail if rng.random() < 0.2 else tail)


def misheard_plate(rng: np.random.Generator, plate: str) -> str:
    mistake = int(np.searchsorted(np.cumsum(MISTAKES), rng.random()))
    if mistake in (0, 1):
        for place in rng.choice(np.arange(1, len(plate)), mistake + 1, replace=False):
            alike = CONFUSED.get(plate[place], "") if rng.random() < 0.7 else ""
            plate = plate[:place] + str(rng.choice(list(alike or LETTERS + DIGITS))) + plate[place + 1 :]
    elif mistake == 2:
        plate = plate[2:]
    elif mistake == 3:
        place = int(rng.integers(2, len(plate) - 1))
        plate = plate[:place] + plate[place + 1] + plate[place] + plate[place + 2 :]
    if rng.random() < 0.05:
        plate = plate[:2] + "·" + plate[2:]
    return plate.lower() if rng.random() < 0.03 else plate


def spoken_place(rng: np.random.Generator, town: Town, site: tuple[int, int, float, bool]) -> str:
    """The road as written down: at a junction mostly both roads in either order, else the road with a number."""
    if rng.random() < 0.08:
        return ""
    across, along, beside, on_across = site
    if rng.random() < 0.04:  # the wrong road
        along = int(rng.integers(town.along.size))
    one = _said(rng, town, town.name(is_across=True, road=across, at=float(town.along[along])))
    two = _said(rng, town, town.name(is_across=False, road=along, at=float(town.across[across])))
    if not on_across or rng.random() < 0.15:
        one, two = two, one
    draw = rng.random()
    if abs(beside) < 60 and draw < 0.75:
        if rng.random() < 0.4:
            one, two = two, one
        form = str(rng.choice(["{}与{}交叉口", "{}{}路口", "{}和{}路口附近", "{}/{}", "{}{}口", "{}近{}"]))
        return form.format(one, two)
    number = str(rng.integers(1, 900))
    number = number.translate(WIDE) if rng.random() < 0.2 else number
    if draw < 0.5:
        return f"{one}{number}号" + str(rng.choice(["", "门口", "附近", "对面"]))
    return str(rng.choice([one, f"{one}近{two}", f"{one}上", f"{one}往{two}方向"]))


def _said(rng: np.random.Generator, town: Town, name: str) -> str:
    if name in town.aliases and rng.random() < 0.3:
        alias = town.aliases[name]
        return alias + str(rng.choice(["国道", "线", ""])) if alias[0] in "GS" else alias
    if len(name) >= 4 and name[2] in "东西南北" and rng.random() < 0.2:
        return name[:2] + name[3:]  # the section is left out
    if rng.random() < 0.02:
        return name[0] + STEMS[int(rng.integers(len(STEMS)))][1] + name[2:]  # a wrong character
    return name


def spoken_type(rng: np.random.Generator, kind: str, *, is_party: bool) -> str:
    if rng.random() < (0.08 if is_party else 0.14):
        return str(rng.choice(NEAR_CLASS[kind]))
    if not is_party and NEAR_CLASS[kind][0] in ("伤人", "车车财损") and rng.random() < 0.1:
        return "拥堵"  # who stands behind an accident sees a jam
    return kind
