"""The facts of an accident out of JSON: parties with what they did, impacts with what they damaged."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from kuaichu.law import codes
from kuaichu.law.interface import reading as read
from kuaichu.law.interface.errors import InputError, unknown
from kuaichu.law.national.liability import Impact, Kind, LiabilityFacts, PartyFacts
from kuaichu.law.national.liability.shapes import SPECIAL
from kuaichu.law.national.liability.table import table

Json = dict[str, Any]
FIELDS = frozenset({"on", "place", "parties", "impacts", "collision_form", "facts_found", "id"}) | {
    "each_pays_own_agreed",
    "claims_from_nonmotor",
}
# The last of each belong to settle: one accident may be given to both commands.
_PARTY = frozenset({"id", "kind", "behaviours", "special", "facts", "liability", "share_percent", "cover", "losses"})
_IMPACT = frozenset({"hitter", "hit", "order", "parts", "losses", "liability"})
_KINDS = {"motor": Kind.MOTOR, "nonmotor": Kind.NONMOTOR, "pedestrian": Kind.PEDESTRIAN}
_OWN_FACTS = frozenset({"circumstances", "stopped", "lane", "damaged_parts"})
# Only for these a rule looks at parts and at who hit whom between two parties.
_GEOMETRY = frozenset({"rear_end", "lane_change", "A01", "A14", "C07", "C09"})
_LANE_CHANGE = frozenset({"lane_change", "A14", "C09"})
_MOST_IMPACTS = read.MOST_PARTIES * 2


def facts_of(given: Json, ignored: list[str]) -> tuple[LiabilityFacts, tuple[Impact, ...]]:
    """The facts without what no rule looks at (so that like cases are alike), and the impacts with all their parts.

    `ignored` gets the paths of facts that nobody knows.
    """
    rows = read.rows(given, "parties", "", most=read.MOST_PARTIES, is_needed=True)
    fields = [read.mapping(row, f"parties[{number}]", _PARTY) for number, row in enumerate(rows)]
    ids = [read.text(row, "id", f"parties[{number}]") for number, row in enumerate(fields)]
    check_ids(ids)
    impacts = tuple(impacts_of(given, ids))
    done = [read.choices(row, "behaviours", f"parties[{number}]", _behaviours()) for number, row in enumerate(fields)]
    is_pair = len(ids) == 2
    is_seen = not is_pair or any(not _GEOMETRY.isdisjoint(codes) for codes in done)
    parts: dict[str, list[str]] = {letter: [] for letter in ids}
    for impact in impacts if is_pair else ():
        for letter, part in impact.parts:
            parts[letter].append(part)
    if is_pair and is_seen and not any(not _LANE_CHANGE.isdisjoint(codes) for codes in done):
        parts = {letter: _ends(found) for letter, found in parts.items()}
    parties = tuple(
        _party(row, f"parties[{number}]", codes, parts[ids[number]], ignored, is_seen)
        for number, (row, codes) in enumerate(zip(fields, done, strict=True))
    )
    facts = LiabilityFacts(
        parties=parties,
        collision_form=read.choice(given, "collision_form", "", _forms(), ""),
        impacts=tuple(Impact(each.hitter, each.hit, each.order) for each in impacts) if is_seen else (),
        are_facts_found=read.yes_no(given, "facts_found", "", True),
    )
    return facts, impacts


def _ends(parts: list[str]) -> list[str]:
    """Front, rear or neither: left and right matter to lane changes only."""
    return [part.split("_")[0] if part.startswith(("front", "rear")) else "left" for part in parts]


def check_ids(ids: list[str]) -> None:
    """Raises InputError for no party or an id twice."""
    if not ids:
        raise InputError("parties", "parties", "至少要有一方 / at least one party")
    if len(set(ids)) != len(ids):
        number = next(number for number, letter in enumerate(ids) if letter in ids[:number])
        raise InputError("id_twice", f"parties[{number}].id", "这个代号已经用过 / this id stands twice")


def impacts_of(given: Json, ids: list[str]) -> Iterable[Impact]:
    """The impacts in the order of the list; `order` null or left out: not known, but one impact alone is the first."""
    rows = read.rows(given, "impacts", "", most=_MOST_IMPACTS)
    for number, row in enumerate(rows):
        path = f"impacts[{number}]"
        fields = read.mapping(row, path, _IMPACT)
        hitter, hit = (read.one_of_ids(fields, key, path, ids) for key in ("hitter", "hit"))
        if hitter == hit:
            raise InputError("impact", f"{path}.hit", "不能撞自己 / nobody runs into itself")
        order = fields.get("order")
        if order is not None:
            order = read.whole(fields, "order", path, least=0, most=1000)
        parts = fields.get("parts")
        parts = {} if parts is None else read.mapping(parts, f"{path}.parts", frozenset(ids))
        yield Impact(hitter, hit, 1 if order is None and len(rows) == 1 else order, tuple(_parts(parts, path)))


def _parts(parts: Json, path: str) -> Iterable[tuple[str, str]]:
    """Parts by their code (front_right) or their Chinese name (右前角), one or a list of them for each party."""
    names = _part_names()
    for letter, given in parts.items():
        for name in given if type(given) is list else [given]:
            code = names.get(name) if type(name) is str else None
            if code is None:
                raise unknown(f"{path}.parts.{letter}", str(name), names)
            yield letter, code


def _party(
    fields: Json, path: str, done: tuple[str, ...], parts: list[str], ignored: list[str], is_seen: bool
) -> PartyFacts:
    """One party; `parts` are what the impacts damaged, `is_seen` whether any rule looks at parts here."""
    letter, kind = fields["id"], read.choice(fields, "kind", path, _KINDS)
    known = table().circumstances
    circumstances = [code for code in done if code in known]
    is_stopped = None
    if fields.get("facts"):
        facts, path_of_facts = read.free_mapping(fields, "facts", path), f"{path}.facts"
        circumstances += _said(facts, path_of_facts, ignored)
        is_stopped = read.yes_no(facts, "stopped", path_of_facts) if facts.get("stopped") is not None else None
        parts = [part for _, part in _parts({letter: facts.get("damaged_parts", [])}, path_of_facts)] + parts
    return PartyFacts(
        letter=letter,
        kind=_KINDS[kind],
        situations=tuple(code for code in done if code not in known),
        damaged_parts=tuple(dict.fromkeys(parts)) if is_seen else (),
        is_stopped=is_stopped,
        circumstances=tuple(dict.fromkeys(circumstances)),
        special=read.choices(fields, "special", path, SPECIAL),
    )


def _said(facts: Json, path: str, ignored: list[str]) -> list[str]:
    """Circumstances: listed, or as fields of their own set to true; the lane somebody came from."""
    known = table().circumstances
    found = list(read.choices(facts, "circumstances", path, known))
    for key in facts:
        if key in known:
            found += [key] if read.yes_no(facts, key, path) else []
        elif key not in _OWN_FACTS:
            ignored.append(f"{path}.{key}")
    lane = read.choice(facts, "lane", path, ("left", "right"), "")
    return found + ([f"{lane}_lane"] if lane else [])


@lru_cache(maxsize=1)
def _behaviours() -> frozenset[str]:
    return frozenset(table().acts) | table().box_codes


@lru_cache(maxsize=1)
def _forms() -> tuple[str, ...]:
    return tuple(code.code for code in codes.options("collision_form"))


@lru_cache(maxsize=1)
def _part_names() -> dict[str, str]:
    options = codes.options("damaged_part")
    return {code.zh: code.code for code in options} | {code.code: code.code for code in options}
