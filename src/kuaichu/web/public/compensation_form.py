"""The form of the compensation calculator: what was typed, as the law takes it, or what is wrong with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kuaichu import clock
from kuaichu.errors import Refused
from kuaichu.law import divisions
from kuaichu.law.interface import InputError
from kuaichu.money import parse_yuan
from kuaichu.web.public import law_words
from kuaichu.web.public.law_words import Option

LETTERS = "ABCD"
LEAST_PARTIES = 2
_TEN_THOUSAND = 10_000
# Covers are typed in units of 10,000 yuan; above so many of them somebody has typed yuan.
_COVER_MOST = _TEN_THOUSAND
_TEXT_MOST = 24
# Heads of loss: what they are called, and what belongs to each.
HEADS: Mapping[str, tuple[str | Promise, str | Promise]] = {
    "vehicle": (gettext_lazy("车辆损失"), gettext_lazy("修车、施救")),
    "goods": (gettext_lazy("物品损失"), gettext_lazy("车上货物、随身物品")),
    "other_property": (gettext_lazy("其他财产"), gettext_lazy("设施、停运、替代交通")),
    "medical": (gettext_lazy("医疗费用"), gettext_lazy("医药、住院伙食、营养")),
    "disability": (gettext_lazy("误工护理等"), gettext_lazy("误工、护理、交通、伤残")),
    "death": (gettext_lazy("死亡赔偿"), gettext_lazy("死亡赔偿金、丧葬费")),
}
SPECIAL: Mapping[str, str | Promise] = {"drunk": gettext_lazy("醉酒"), **law_words.SPECIAL}
_TICKS = ("compulsory", "own_damage", "parked")
_TEXTS = ("kind", "liability", "share", "commercial", "deductible", *HEADS)


@dataclass(frozen=True)
class Typed:
    """The whole form as typed. `sides` holds texts by letter and field, ticked boxes as "1", `special` codes."""

    letters: str
    sides: Mapping[str, Mapping[str, str]]
    special: Mapping[str, tuple[str, ...]]
    place: str
    on: str
    each_pays_own: bool
    claims_from_nonmotor: bool


@dataclass(frozen=True)
class Amount:
    """One amount to fill in."""

    name: str
    label: str
    hint: str
    value: str
    error: str


@dataclass(frozen=True)
class SideForm:
    """One party of the form, ready to be drawn. `texts`, `ticks`, `errors` by field."""

    letter: str
    kinds: tuple[Option, ...]
    grades: tuple[Option, ...]
    specials: tuple[Option, ...]
    amounts: tuple[Amount, ...]
    texts: Mapping[str, str]
    ticks: Mapping[str, bool]
    errors: Mapping[str, str]
    is_more_open: bool


def carried_over(given: QueryDict) -> Typed:
    """An empty form, or one begun by the liability page: kinds, liability, who was parked lawfully, place and day."""
    count = sum(f"kind_{letter}" in given for letter in LETTERS)
    sides = {}
    for letter in LETTERS[: max(count, LEAST_PARTIES)]:
        is_owner = count == 1 and letter != "A"  # alone against a facility
        kind = given.get(f"kind_{letter}", "owner" if is_owner else "motor")
        grade = given.get(f"liability_{letter}", "none" if is_owner else "")
        ticks = {"compulsory": "1"} if kind == "motor" else {}
        ticks |= {"parked": "1"} if kind == "motor" and given.get(f"parked_{letter}") == "1" else {}
        sides[letter] = {"kind": kind, "liability": grade, **ticks}
    return Typed(
        letters="".join(sides),
        sides=sides,
        special={},
        place=given.get("place", divisions.NATION)[:_TEXT_MOST],
        on=given.get("on", "")[:_TEXT_MOST] or clock.today().isoformat(),
        each_pays_own=False,
        claims_from_nonmotor=True,
    )


def typed(given: QueryDict) -> Typed:
    """What was sent, with one party more or less where that was asked for."""
    asked = given.get("letters", "")
    count = len(asked) if LETTERS.startswith(asked) else 0
    count += {"add": 1, "remove": -1}.get(given.get("do", ""), 0)
    letters = LETTERS[: min(max(count, LEAST_PARTIES), len(LETTERS))]
    sides: dict[str, dict[str, str]] = {}
    for letter in letters:
        names = (*_TEXTS, *_TICKS)
        sides[letter] = {name: given.get(f"{name}_{letter}", "").strip()[:_TEXT_MOST] for name in names}
        if f"kind_{letter}" not in given:  # just added
            sides[letter] |= {"kind": "motor", "compulsory": "1"}
    return Typed(
        letters=letters,
        sides=sides,
        special={letter: tuple(c for c in given.getlist(f"special_{letter}") if c in SPECIAL) for letter in letters},
        place=given.get("place", divisions.NATION)[:_TEXT_MOST],
        on=given.get("on", "").strip()[:_TEXT_MOST],
        each_pays_own=bool(given.get("each_pays_own")),
        claims_from_nonmotor=bool(given.get("claims_from_nonmotor")),
    )


def accident(form: Typed) -> tuple[dict[str, Any], dict[str, str]]:
    """The form as the law's interface takes it, and what is wrong by field (then the first is of no use)."""
    errors: dict[str, str] = {}
    parties = [_party(letter, form, errors) for letter in form.letters]
    if not law_words.is_place(form.place):
        errors["place"] = _("没有这个地方，请重新选")
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", form.on):
        errors["on"] = _("请填写像 2026-03-01 这样的日期")
    whole = {
        "on": form.on,
        "place": form.place,
        "parties": parties,
        "each_pays_own_agreed": form.each_pays_own,
        "claims_from_nonmotor": form.claims_from_nonmotor,
    }
    return whole, errors


def _party(letter: str, form: Typed, errors: dict[str, str]) -> dict[str, Any]:
    side = form.sides[letter]
    kind, is_motor = side["kind"], side["kind"] == "motor"
    if kind not in law_words.KINDS:
        errors[f"kind_{letter}"] = _("请选一项")
    if side["liability"] not in law_words.GRADES:
        errors[f"liability_{letter}"] = _("请选责任")
    party: dict[str, Any] = {
        "id": letter,
        "kind": kind,
        "liability": side["liability"],
        "special": list(form.special.get(letter, ())),
        "facts": {"parked_lawfully": bool(side["parked"]) and is_motor},
        "losses": [],
    }
    if side["share"]:
        party["share_percent"] = _percent(side["share"], f"share_{letter}", errors)
    if is_motor:
        party["cover"] = {
            "compulsory": bool(side["compulsory"]),
            "commercial_fen": _cover_fen(side["commercial"], f"commercial_{letter}", errors),
            "own_damage": bool(side["own_damage"]),
            "own_damage_deductible_percent": int(_percent(side["deductible"] or "0", f"deductible_{letter}", errors)),
        }
    for head in HEADS:
        amount_fen = _fen(side[head], f"{head}_{letter}", errors)
        if amount_fen:
            party["losses"].append({"id": f"{letter}-{head}", "head": head, "amount_fen": amount_fen})
    return party


def _fen(text: str, name: str, errors: dict[str, str]) -> int:
    """The fen of a typed amount; nothing typed is nothing lost."""
    if not text:
        return 0
    try:
        return parse_yuan(text)
    except Refused as refusal:
        errors[name] = _(refusal.message)
        return 0


def _cover_fen(text: str, name: str, errors: dict[str, str]) -> int:
    """The cover of a policy, typed in 万元."""
    typed = _fen(text, name, errors)
    if typed > _COVER_MOST * 100:
        errors[name] = _("这里的单位是万元，最多填 %(most)d。保额 100 万元就填 100") % {"most": _COVER_MOST}
        return 0
    return typed * _TEN_THOUSAND


def _percent(text: str, name: str, errors: dict[str, str]) -> int | float:
    try:
        number = Decimal(text.rstrip("%％"))
        if 0 <= number <= 100:
            return int(number) if number == number.to_integral_value() else float(number)
    except InvalidOperation:
        pass
    errors[name] = _("请填 0 至 100")
    return 0


def refused(error: InputError, form: Typed) -> dict[str, str]:
    """The law's refusal beside its field; "" is the whole form."""
    zh, _slash, en = error.message.partition(" / ")
    text = en if law_words.is_english() and en else zh
    found = re.match(r"parties\[(\d+)\]\.(\w+)", error.field)
    if error.field == "on":
        return {"on": _("没有收录这一天的规定，请选晚一些的日期")}
    if found and found[2] in ("share_percent", "liability", "kind"):
        return {f"{found[2].removesuffix('_percent')}_{form.letters[int(found[1])]}": text}
    return {"": text}


def sides(form: Typed, errors: Mapping[str, str]) -> tuple[SideForm, ...]:
    """The parties of the form, with everything that was typed and what is wrong with it."""
    return tuple(_side(letter, form, errors) for letter in form.letters)


def _side(letter: str, form: Typed, errors: Mapping[str, str]) -> SideForm:
    side, special = form.sides[letter], form.special.get(letter, ())
    own = {name.removesuffix(f"_{letter}"): text for name, text in errors.items() if name.endswith(f"_{letter}")}
    return SideForm(
        letter=letter,
        kinds=_options({code: str(text) for code, text in law_words.KINDS.items()}, side.get("kind", "")),
        grades=_options({code: law_words.grade(code) for code in law_words.GRADES}, side.get("liability", "")),
        specials=tuple(Option(code, str(text), code in special) for code, text in SPECIAL.items()),
        amounts=tuple(
            Amount(head, str(label), str(hint), side.get(head, ""), own.get(head, ""))
            for head, (label, hint) in HEADS.items()
        ),
        texts=side,
        ticks={name: bool(side.get(name)) for name in _TICKS},
        errors=own,
        is_more_open=bool(special or side.get("share") or side.get("deductible") or side.get("parked"))
        or bool({"share", "deductible"} & set(own)),
    )


def _options(texts: Mapping[str, str], chosen: str) -> tuple[Option, ...]:
    return tuple(Option(code, text, code == chosen) for code, text in texts.items())
