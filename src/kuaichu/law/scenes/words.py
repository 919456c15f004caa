"""A picture in words, for who can't see it: made from the same data as the drawing."""

from kuaichu.law.scenes import bodies, geometry
from kuaichu.law.scenes.geometry import Turned
from kuaichu.law.scenes.shapes import Scene, Side

_LOOKS = {
    "car": ("汽车", "car"),
    "truck": ("货车", "truck"),
    "bus": ("公交车", "bus"),
    "rescue": ("执行紧急任务的车", "emergency vehicle"),
    "works": ("道路作业车", "road-work vehicle"),
    "bike": ("骑车人", "rider"),
    "person": ("行人", "pedestrian"),
}
_TO = (("向右", "to the right"), ("向下", "down"), ("向左", "to the left"), ("向上", "up"))
_MARKS = {
    "fast": ("速度很快", "fast"),
    "rolling": ("在溜车", "rolling"),
    "two": ("带着人", "with somebody behind"),
    "broken": ("没有放警告标志", "without warning"),
    "dark": ("没有尾灯", "without tail lights"),
    "hazard": ("开着警示灯", "with warning lights"),
    "parked": ("停在车位里", "in a parking space"),
    "no_parking": ("停在不准停车的地方", "where parking is prohibited"),
    "drink": ("驾驶人喝了酒", "whose driver drank"),
    "erased": ("正在离开并破坏现场", "destroying the scene"),
    "young": ("不满规定年龄", "below the lawful age"),
    "measure": ("车子可能超过国家标准", "perhaps above the national standard"),
}
_LOADS = {
    "open": ("货物没有盖好", "with an open load"),
    "wide": ("货物超宽", "with a load too wide"),
    "long": ("货物超长", "with a load too long"),
    "tow": ("拖着另一辆车", "towing another car"),
}
_STRAIGHT, _U_TURN, _ASIDE = 25, 150, 0.7


def title(scene: Scene, lang: str) -> str:
    return scene.en if lang == "en" else scene.zh


def describe(scene: Scene, lang: str = "zh", *, is_swapped: bool = False) -> str:
    """Where it is, what each party does as drawn, and what else is there."""
    at = 1 if lang == "en" else 0
    place = scene.layout.en if at else scene.layout.zh
    letters = {"A": "B", "B": "A"} if is_swapped else {}
    parts = [_side(side, letters.get(side.letter, side.letter), at, scene.turned) for side in scene.sides]
    things = dict.fromkeys(thing["kind"] if "sign" in thing else next(iter(thing)) for thing in scene.things)
    there = [bodies.THINGS_IN_WORDS[name][at] for name in things]
    if at:
        return f"On {place}: {'; '.join(parts)}." + (f" There is {', '.join(there)}." if there else "")
    return f"{place}。{'；'.join(parts)}。" + (f"图中有{'、'.join(there)}。" if there else "")


def _side(side: Side, letter: str, at: int, turned: Turned) -> str:
    more = [_MARKS[mark][at] for mark in side.marks]
    more += [_LOADS[side.load][at]] if side.load else []
    more += [("开着车门", "with an open door")[at]] if side.door else []
    name, does = _LOOKS[side.looks][at], _motion(side, at, turned)
    if at:
        return f"{letter}, a {name}{', ' + ', '.join(more) if more else ''}, {does}"
    return f"{letter} 方{name}{'（' + '，'.join(more) + '）' if more else ''}{does}"


def _motion(side: Side, at: int, turned: Turned) -> str:
    if not side.is_moving:
        return ("停着", "stands still")[at]
    first = geometry.heading(*side.path[:2])
    zh, en = _TO[round(turned.angle(first) / 90) % 4]
    if side.is_back:
        return (f"{zh}后退", f"moves backwards {en}")[at]
    goes = _turning(side, first)
    if side.looks == "person":
        return (f"{zh}走", f"walks {en}")[at]
    return (f"{zh}行驶{'，' if goes[0] else ''}{goes[0]}", f"goes {en}{', ' if goes[1] else ''}{goes[1]}")[at]


def _turning(side: Side, first: float) -> tuple[str, str]:
    whole = geometry.whole_turn(side.path)
    if abs(whole) > _U_TURN:
        return "掉头", "makes a U-turn"
    if abs(whole) > 2 * _STRAIGHT:
        return ("右转", "turns right") if whole > 0 else ("左转", "turns left")
    last = geometry.turn(first, geometry.heading(side.path[0], side.path[-1]))
    if abs(last) * geometry.length(side.path) / 60 > _ASIDE and len(side.path) > 2:
        return ("向右变道", "moves over to the right") if last > 0 else ("向左变道", "moves over to the left")
    return "", ""
