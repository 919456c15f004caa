"""What an instrument must contain, checked before anybody signs.

Self-settlement agreement: Handling Provisions Art. 21. Simplified determination: Art. 24(2); the officer's signature
and the unit with its seal stand in Art. 64(2), which is applied to this form too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kuaichu.law.citations import Citation
from kuaichu.law.errors import LawError

SELF_SETTLEMENT = "self_settlement"
SIMPLIFIED_DETERMINATION = "simplified_determination"
GENERAL_DETERMINATION = "general_determination"
ACCIDENT_STATEMENT = "accident_statement"
POLICE_MEDIATION = "police_mediation"

_ANYBODY = frozenset({"motor", "nonmotor", "pedestrian"})
_DRIVERS = frozenset({"motor"})
_VEHICLES = frozenset({"motor", "nonmotor"})


@dataclass(frozen=True, slots=True)
class Item:
    """One required content. `fields`: any one of them will do; `of` are the kinds of party that must have it."""

    code: str
    zh: str
    en: str
    fields: tuple[str, ...]
    of: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MissingItem:
    """`party` is the number of the party (from 0) whose content is missing, None for the case's own."""

    code: str
    zh: str
    en: str
    citation: Citation
    party: int | None = None


_CASE_ITEMS = (
    Item("time", "事故时间", "time of the accident", ("happened_at",)),
    Item("place", "事故地点", "place of the accident", ("place",)),
    Item("weather", "天气", "weather", ("weather",)),
    Item("form", "事故形态", "form of the accident", ("form",)),
)
_PARTY_ITEMS = (
    Item("name", "姓名", "name", ("name",), _ANYBODY),
    Item("licence_or_id", "驾驶证号或者身份证号", "licence or ID number", ("licence_number", "id_number"), _ANYBODY),
    Item("contact", "联系方式", "contact", ("phone",), _ANYBODY),
    Item("vehicle_kind", "机动车种类", "kind of motor vehicle", ("vehicle_kind",), _DRIVERS),
    Item("plate", "号牌号码", "plate", ("plate",), _DRIVERS),
    Item("insurer", "保险公司", "insurer", ("insurer",), _DRIVERS),
    Item("insurance_number", "保险凭证号", "insurance number", ("insurance_number",), _DRIVERS),
    Item("impact_part", "碰撞部位", "impact part", ("impact_part",), _VEHICLES),
    Item("liability", "当事人的责任", "liability", ("liability",), _ANYBODY),
)
_OFFICIAL_ITEMS = (
    Item("officer", "交通警察", "officer", ("officer",)),
    Item("unit", "公安机关交通管理部门", "police unit", ("unit",)),
)

_ARTICLES = {SELF_SETTLEMENT: "21", SIMPLIFIED_DETERMINATION: "24(2)"}

# Instruments whose content is text as a whole: article and items, each a field of its own name.
_TEXTS: dict[str, tuple[Citation, tuple[Item, ...]]] = {
    GENERAL_DETERMINATION: (
        Citation("handling", "64(1)"),
        (
            Item(
                "circumstances",
                "当事人、车辆、道路和交通环境",
                "parties, vehicles, road and setting",
                ("circumstances",),
            ),
            Item("course", "事故发生经过", "course of the accident", ("course",)),
            Item("evidence", "证据及成因分析", "evidence and analysis of cause", ("evidence",)),
            Item("faults", "过错和责任或者意外原因", "faults and liability, or accidental cause", ("faults",)),
            Item("unit", "公安机关交通管理部门", "police unit", ("unit",)),
            Item("made_on", "日期", "date", ("made_on",)),
            Item("officer", "交通警察", "officer", ("officer",)),
        ),
    ),
    ACCIDENT_STATEMENT: (
        Citation("handling", "67"),
        (
            Item("time", "事故时间", "time of the accident", ("happened_at",)),
            Item("place", "事故地点", "place of the accident", ("place",)),
            Item("parties", "当事人情况", "parties", ("parties",)),
            Item("facts", "调查得到的事实", "facts found", ("facts",)),
        ),
    ),
    POLICE_MEDIATION: (
        Citation("handling", "93"),
        (
            Item("basis", "调解依据", "basis", ("basis",)),
            Item("facts", "事故情况和损失情况", "facts and losses", ("facts",)),
            Item("items", "赔偿项目和数额", "items and amounts", ("items",)),
            Item("shares", "各方的赔偿责任及比例", "each party's liability and share", ("shares",)),
            Item("performance", "履行方式和期限", "way and deadline of performance", ("performance",)),
            Item("made_on", "调解日期", "date", ("made_on",)),
        ),
    ),
}


def contents_of() -> tuple[tuple[str, tuple[Item, ...], Citation], ...]:
    """Every kind of instrument with its required contents and the article, for the print."""
    plain = tuple((kind, (*_CASE_ITEMS, *_PARTY_ITEMS), Citation("handling", _ARTICLES[kind])) for kind in _ARTICLES)
    return plain + tuple((kind, items, citation) for kind, (citation, items) in _TEXTS.items())


def missing(kind: str, content: Mapping[str, Any]) -> tuple[MissingItem, ...]:
    """What `content` still lacks for this kind of instrument; empty when it may be signed.

    `content`: `happened_at`, `place`, `weather`, `form`, for a determination also `officer` and `unit`, and `parties`,
    a list of mappings with `kind` (motor, nonmotor, pedestrian), `name`, `licence_number` or `id_number`, `phone`,
    `vehicle_kind`, `plate`, `insurer`, `insurance_number`, `impact_part`, `liability`. None and blank text are missing.
    An agreement needs two parties, a determination one. Of the other kinds each item is a field (`contents_of`).
    Raises LawError for an unknown kind of instrument or party.
    """
    if kind in _TEXTS:
        citation, items = _TEXTS[kind]
        return tuple(_lacking(items, content, lambda item: (item.zh, item.en), citation, None))
    if kind not in _ARTICLES:
        raise LawError(f"no contents are known for {kind!r}")
    citation = Citation("handling", _ARTICLES[kind])
    parties = content.get("parties") or ()
    found = _lacking(_CASE_ITEMS, content, lambda item: (item.zh, item.en), citation, None)
    if len(parties) < (2 if kind == SELF_SETTLEMENT else 1):
        found.append(MissingItem("parties", "当事人", "parties", citation))
    for number, party in enumerate(parties):
        found += _lacking(_required_of(party), party, _named(number), citation, number)
    if kind == SIMPLIFIED_DETERMINATION:
        official = Citation("handling", "64(2)")
        found += _lacking(_OFFICIAL_ITEMS, content, lambda item: (item.zh, item.en), official, None)
    return tuple(found)


def _required_of(party: Mapping[str, Any]) -> tuple[Item, ...]:
    if party.get("kind") not in _ANYBODY:
        raise LawError(f"no kind of party {party.get('kind')!r}")
    return tuple(item for item in _PARTY_ITEMS if party["kind"] in item.of)


def _named(number: int) -> Callable[[Item], tuple[str, str]]:
    """Parties are 甲乙丙丁戊 on the forms, A to E in English."""
    zh, en = ("甲乙丙丁戊"[number], "ABCDE"[number]) if number < 5 else (str(number + 1), str(number + 1))
    return lambda item: (f"{zh}方{item.zh}", f"{item.en} of party {en}")


def _lacking(
    items: tuple[Item, ...],
    content: Mapping[str, Any],
    words: Callable[[Item], tuple[str, str]],
    citation: Citation,
    party: int | None,
) -> list[MissingItem]:
    return [
        MissingItem(item.code, *words(item), citation, party)
        for item in items
        if not any(_is_given(content.get(name)) for name in item.fields)
    ]


def _is_given(content: Any) -> bool:
    return bool(content.strip()) if isinstance(content, str) else content is not None
