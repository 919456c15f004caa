"""What the liability page asks of the law: a scene, and what was added to it, as the codes of an address."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from kuaichu import clock
from kuaichu.law import divisions
from kuaichu.law.interface import InputError, decide
from kuaichu.law.national.liability.table import table
from kuaichu.law.scenes import Scene
from kuaichu.web.public import law_words
from kuaichu.web.public.law_words import Option, Step

_TEXT_MOST = 12


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody asked, and what of it can't be read (`errors` by field). Letters are those of the page: after a
    swap the picture's A is called B.
    """

    scene: Scene
    is_swapped: bool = False
    me: str = ""
    also: Mapping[str, str] = field(default_factory=dict)
    special: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    place: str = divisions.NATION
    on: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def letters(self) -> tuple[str, ...]:
        return tuple(side.letter for side in self.scene.sides)

    def drawn(self, letter: str) -> str:
        """The letter in the data of the scene that is called `letter` on the page."""
        return {"A": "B", "B": "A"}.get(letter, letter) if self.is_swapped and len(self.letters) > 1 else letter

    @property
    def query(self) -> str:
        """The same question as an address: codes only."""
        return self._query(self)

    @property
    def swapped_query(self) -> str:
        """The same accident with A and B exchanged."""
        names = {"A": "B", "B": "A"}
        other = Asked(
            scene=self.scene,
            is_swapped=not self.is_swapped,
            me=names.get(self.me, self.me),
            also={names.get(letter, letter): code for letter, code in self.also.items()},
            special={names.get(letter, letter): codes for letter, codes in self.special.items()},
            place=self.place,
            on=self.on,
        )
        return self._query(other)

    @staticmethod
    def _query(asked: "Asked") -> str:
        pairs = [("swap", "1")] if asked.is_swapped else []
        pairs += [("me", asked.me)] if asked.me else []
        for letter in asked.letters:
            pairs += [(f"also_{letter}", asked.also[letter])] if asked.also.get(letter) else []
            pairs += [(f"special_{letter}", code) for code in asked.special.get(letter, ())]
        return urlencode([*pairs, ("place", asked.place), ("on", asked.on)])


@dataclass(frozen=True)
class Bearing:
    """One side of the answer. `grade` is empty where an officer decides; `share` e.g. 70%."""

    letter: str
    is_me: bool
    kind: str
    kind_code: str
    code: str
    grade: str
    share: str
    is_parked: bool = False


@dataclass(frozen=True)
class Change:
    """Another fact, and what it would lead to."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`reason`: why an officer decides. `accidents`: several accidents in law, each with its sides."""

    sides: tuple[Bearing, ...]
    reason: str
    accidents: tuple[tuple[Bearing, ...], ...]
    steps: tuple[Step, ...]
    changes: tuple[Change, ...]
    share_mark: str
    mine: Bearing | None
    is_officer: bool
    compensation: tuple[tuple[str, int], ...] = ()


def read(scene: Scene, given: QueryDict) -> Asked:
    """An address as a question; never raises, what can't be read stands in `errors`."""
    letters = [side.letter for side in scene.sides]
    errors: dict[str, str] = {}
    is_swapped = given.get("swap") == "1"
    plain = Asked(scene=scene, is_swapped=is_swapped)
    also, special = {}, {}
    for letter in letters:
        also[letter] = given.get(f"also_{letter}", "")
        if also[letter] and also[letter] not in also_codes(plain, letter):
            errors[f"also_{letter}"] = _("没有这个选项，请重新选")
        special[letter] = tuple(code for code in given.getlist(f"special_{letter}") if code in law_words.SPECIAL)
    place = given.get("place") or divisions.NATION
    if not law_words.is_place(place):
        errors["place"] = _("没有这个地方，请重新选")
        place = divisions.NATION
    on = given.get("on", "").strip()[:_TEXT_MOST] or clock.today().isoformat()
    me = given.get("me", "")
    asked = Asked(
        scene=scene,
        is_swapped=is_swapped,
        me=me if me in letters else "",
        also=also,
        special=special,
        place=place,
        on=on,
    )
    return replace(asked, errors=errors | day_errors(on))


def day_errors(on: str) -> dict[str, str]:
    """What is wrong with a typed day, for the form."""
    try:
        date.fromisoformat(on)
    except ValueError:
        return {"on": _("请填写像 2026-03-01 这样的日期")}
    return {}


def facts(asked: Asked) -> dict[str, Any]:
    """The question as the law's interface takes it."""
    names = {asked.drawn(letter): letter for letter in asked.letters}
    parties = []
    for letter in asked.letters:
        side, more = asked.scene.side(asked.drawn(letter)), asked.also.get(letter, "")
        does = [code for code in side.does if not (more and code == "no_fault")]
        chosen = asked.special.get(letter, ())
        parties.append(
            {
                "id": letter,
                "kind": side.kind,
                "behaviours": list(dict.fromkeys([*does, more] if more else does)),
                "special": list(dict.fromkeys([*side.special, *chosen])),
            }
        )
    impacts = [
        {
            "hitter": names[hitter],
            "hit": names[hit],
            "order": order,
            "parts": {names[letter]: part for letter, part in (parts[0] if parts else {}).items()},
        }
        for hitter, hit, order, *parts in asked.scene.impacts
    ]
    return {
        "on": asked.on,
        "place": asked.place,
        "parties": parties,
        "impacts": impacts,
        "facts_found": asked.scene.are_facts_found,
    }


def answer(asked: Asked) -> Answer:
    """What the law says. Raises InputError for a day on which it can't say anything."""
    found = decide(facts(asked))
    grades = found["liability"] or {}
    is_shared = not set(grades.values()) <= {"full", "none"}  # all or nothing needs no percentage
    shares = found.get("share_percent", {}) if is_shared else {}
    sides = _sides(asked, grades, shares)
    reason = found.get("reason", {})
    accidents = tuple(_sides(asked, part["liability"] or {}, {}) for part in found.get("accidents", ()))
    return Answer(
        sides=sides,
        reason=str(reason.get("en" if law_words.is_english() else "zh", "")),
        accidents=tuple(tuple(side for side in part if side.code) for part in accidents),
        steps=law_words.steps(found["steps"]),
        changes=tuple(Change(str(row["en" if law_words.is_english() else "zh"])) for row in found["changes_if"]),
        share_mark=law_words.mark_as_printed(found.get("share_mark", "")) if is_shared else "",
        mine=next((side for side in sides if side.is_me), None),
        is_officer=found["officer_decides"],
        compensation=tuple(found.get("compensation_percent", {}).items()),
    )


def _sides(asked: Asked, grades: Mapping[str, str], shares: Mapping[str, Any]) -> tuple[Bearing, ...]:
    return tuple(
        Bearing(
            letter=letter,
            is_me=letter == asked.me,
            kind=str(law_words.KINDS[asked.scene.side(asked.drawn(letter)).kind]),
            kind_code=asked.scene.side(asked.drawn(letter)).kind,
            code=grades.get(letter, ""),
            grade=law_words.grade(grades[letter]) if letter in grades else "",
            share=f"{shares[letter]}%" if letter in shares else "",
            is_parked=_is_parked(asked, letter),
        )
        for letter in asked.letters
    )


def _is_parked(asked: Asked, letter: str) -> bool:
    return _PARKED in (asked.also.get(letter, ""), *asked.scene.side(asked.drawn(letter)).does)


def also_codes(asked: Asked, letter: str) -> tuple[str, ...]:
    """What this side may have done besides: circumstances, then the listed behaviours of its kind."""
    kind = asked.scene.side(asked.drawn(letter)).kind
    known = table().acts.values()
    circumstances = [act.code for act in known if act.kind is None and (kind == "motor" or act.code in _ANYBODY)]
    return (*circumstances, *(act.code for act in known if act.kind and act.kind.value == kind))


_PARKED = "parked_lawfully"
_ANYBODY = frozenset({"no_fault", "did_not_report"})


def also_options(asked: Asked, letter: str) -> tuple[tuple[str, tuple[Option, ...]], ...]:
    """The same as groups of a list."""
    chosen, acts = asked.also.get(letter, ""), table().acts
    codes = also_codes(asked, letter)
    groups = (
        (_("情况"), [code for code in codes if acts[code].kind is None]),
        (_("违法行为"), [code for code in codes if acts[code].kind is not None]),
    )
    return tuple(
        (name, tuple(Option(code, law_words.tongue(acts[code]), code == chosen) for code in codes))
        for name, codes in groups
    )


def refusal(error: InputError) -> dict[str, str]:
    """The law's refusal of a question, beside its field."""
    if error.field == "on":
        return {"on": _("没有收录这一天的规定，请选晚一些的日期")}
    return {"place": _("按所选的内容算不出来，请换一个再试")}
