"""settle: an accident with liability, covers and losses as JSON → who pays whom what, as JSON."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from kuaichu.law.errors import LawError
from kuaichu.law.interface import reading as read
from kuaichu.law.interface.errors import InputError, not_held
from kuaichu.law.interface.facts import check_ids
from kuaichu.law.interface.revision import law_revision
from kuaichu.law.interface.writing import brief_articles
from kuaichu.law.national.settlement import (
    Cover,
    Grade,
    Head,
    Kind,
    Line,
    Loss,
    PartyInput,
    Settlement,
    SettlementError,
    SettlementInput,
    Step,
)
from kuaichu.law.national.settlement import (
    settle as settle_by_law,
)
from kuaichu.law.national.settlement.evidence import ITEMS, what_is_missing
from kuaichu.law.national.settlement.shapes import SPECIAL

Json = dict[str, Any]
_FIELDS = frozenset(
    {"on", "place", "parties", "impacts", "each_pays_own_agreed", "claims_from_nonmotor", "collision_form", "id"}
    | {"facts_found"}
)
_PARTY = frozenset({"id", "kind", "liability", "share_percent", "cover", "losses", "special", "facts", "behaviours"})
_COVER = frozenset(
    {"compulsory", "commercial_fen", "commercial_deductible_percent", "own_damage", "own_damage_deductible_percent"}
)
_LOSS = frozenset({"id", "head", "amount_fen", "item", "evidence", "impact"})
_IMPACT = frozenset({"hitter", "hit", "order", "parts", "liability", "losses"})
_KINDS = tuple(kind.value for kind in Kind)
_GRADES = tuple(grade.value for grade in Grade)
_HEADS = tuple(head.value for head in Head)
_COVER_NAMES = {Cover.CTPL: "compulsory", Cover.CTPL_NO_FAULT: "no_fault", Cover.TPL: "commercial"}


def settle(obj: Any) -> Json:
    """Every fen of every loss in exactly one line. Raises InputError."""
    given = read.mapping(obj, "", _FIELDS)
    on, place = read.day(given, "on", ""), read.place(given)
    rows = read.rows(given, "parties", "", most=read.MOST_PARTIES, is_needed=True)
    losses: dict[str, Json] = {}
    parties = tuple(_party(row, f"parties[{number}]", losses) for number, row in enumerate(rows))
    check_ids([party.letter for party in parties])
    whole = SettlementInput(
        parties=parties,
        all_agree_own_pays=read.yes_no(given, "each_pays_own_agreed", ""),
        claims_from_nonmotor=read.yes_no(given, "claims_from_nonmotor", "", True),
    )
    accidents = _accidents(given, whole, losses) or (whole,)
    results = [_settle(accident, on, place) for accident in accidents]
    return _answer(whole, results, losses)


def _settle(entered: SettlementInput, on: date, place: str) -> Settlement:
    try:
        return settle_by_law(entered, on=on, place=place)
    except SettlementError as error:
        raise InputError(error.code, "parties", f"{error.zh} / {error.en}") from None
    except LawError:
        raise not_held("on") from None


def _party(row: Any, path: str, losses: dict[str, Json]) -> PartyInput:
    fields = read.mapping(row, path, _PARTY)
    given = fields.get("cover")
    cover = {} if given is None else read.mapping(given, f"{path}.cover", _COVER)
    where = f"{path}.cover"
    facts = read.free_mapping(fields, "facts", path)
    return PartyInput(
        letter=read.text(fields, "id", path),
        kind=Kind(read.choice(fields, "kind", path, _KINDS)),
        grade=Grade(read.choice(fields, "liability", path, _GRADES)),
        share_percent=read.percent(fields, "share_percent", path),
        has_ctpl=read.yes_no(cover, "compulsory", where),
        tpl_limit_fen=read.whole(cover, "commercial_fen", where, default=0),
        tpl_deductible_percent=read.whole(cover, "commercial_deductible_percent", where, default=0, most=100),
        has_own_damage=read.yes_no(cover, "own_damage", where),
        own_damage_deductible_percent=read.whole(cover, "own_damage_deductible_percent", where, default=0, most=100),
        losses=tuple(_losses(fields, path, losses)),
        special=read.choices(fields, "special", path, SPECIAL),
        is_parked_lawfully=read.yes_no(facts, "parked_lawfully", f"{path}.facts"),
    )


def _losses(fields: Json, path: str, seen: dict[str, Json]) -> Iterable[Loss]:
    for number, row in enumerate(read.rows(fields, "losses", path, most=read.MOST_LOSSES)):
        where = f"{path}.losses[{number}]"
        loss = read.mapping(row, where, _LOSS)
        id = read.text(loss, "id", where)
        if id in seen:
            raise InputError("id_twice", f"{where}.id", "这项损失编号已经用过 / this loss id stands twice")
        item = read.choice(loss, "item", where, ITEMS, "")
        head = read.choice(loss, "head", where, _HEADS, ITEMS[item].head.value if item else None)
        if item and head != ITEMS[item].head:
            raise InputError("item", f"{where}.item", f"{item} 属于 {ITEMS[item].head} / belongs to {ITEMS[item].head}")
        if item:
            read.choices(loss, "evidence", where, ITEMS[item].known)
        seen[id] = {**loss, "path": where}
        yield Loss(id, Head(head), read.whole(loss, "amount_fen", where))


def _accidents(given: Json, whole: SettlementInput, losses: dict[str, Json]) -> tuple[SettlementInput, ...]:
    """Several accidents in law: impacts with a `liability` of their own, losses with the `impact` (order) they are of.

    Impacts with the same liability are one accident. Without any, the accident is one and the parties' own holds.
    """
    ids = [party.letter for party in whole.parties]
    groups: dict[tuple[tuple[str, str], ...], set[int]] = {}
    for number, row in enumerate(read.rows(given, "impacts", "", most=read.MOST_PARTIES * 2)):
        path = f"impacts[{number}]"
        fields = read.mapping(row, path, _IMPACT)
        hitter, hit = (read.one_of_ids(fields, key, path, ids) for key in ("hitter", "hit"))
        order = read.whole(fields, "order", path, default=number + 1)
        grades = read.free_mapping(fields, "liability", path)
        if grades:
            found = {
                read.one_of_ids({"id": key}, "id", f"{path}.liability", ids): _grade(grades, key, path)
                for key in grades
            }
            if not {hitter, hit} <= set(found):
                raise InputError("liability", f"{path}.liability", "要写明这次碰撞双方的责任 / both parties are needed")
            groups.setdefault(tuple(sorted(found.items())), set()).add(order)
    if len(groups) < 2:
        return ()
    _check_impacts(losses, set().union(*groups.values()))
    return tuple(_one_accident(whole, dict(grades), orders, losses) for grades, orders in groups.items())


def _grade(grades: Json, key: str, path: str) -> str:
    return read.choice(grades, key, f"{path}.liability", _GRADES)


def _check_impacts(losses: dict[str, Json], orders: set[int]) -> None:
    for loss in losses.values():
        if type(loss.get("impact")) is not int or loss["impact"] not in orders:
            path = f"{loss['path']}.impact"
            raise InputError(
                "impact", path, "有几起事故时，每项损失要写明是哪次碰撞造成的 / say which impact (order) did it"
            )


def _one_accident(
    whole: SettlementInput, grades: dict[str, str], orders: set[int], losses: dict[str, Json]
) -> SettlementInput:
    parties = tuple(
        PartyInput(
            letter=party.letter,
            kind=party.kind,
            grade=Grade(grades[party.letter]),
            has_ctpl=party.has_ctpl,
            tpl_limit_fen=party.tpl_limit_fen,
            tpl_deductible_percent=party.tpl_deductible_percent,
            has_own_damage=party.has_own_damage,
            own_damage_deductible_percent=party.own_damage_deductible_percent,
            losses=tuple(loss for loss in party.losses if losses[loss.id]["impact"] in orders),
            special=party.special,
            is_parked_lawfully=party.is_parked_lawfully,
        )
        for party in whole.parties
        if party.letter in grades
    )
    strangers = [party.letter for party in whole.parties if party.letter not in grades]
    for party in whole.parties:
        for loss in party.losses:
            if party.letter in strangers and losses[loss.id]["impact"] in orders:
                path = f"{losses[loss.id]['path']}.impact"
                raise InputError("impact", path, "这一方没有参与这次碰撞 / this party is not in that accident")
    return SettlementInput(
        parties=parties,
        all_agree_own_pays=whole.all_agree_own_pays,
        claims_from_nonmotor=whole.claims_from_nonmotor,
    )


def _answer(whole: SettlementInput, results: list[Settlement], losses: dict[str, Json]) -> Json:
    borne = {party.letter: 0 for party in whole.parties}
    for result in results:
        for letter, amount in result.borne_by.items():
            borne[letter] += amount
    answer: Json = {
        "lines": [_line(line, number, len(results)) for number, result in enumerate(results) for line in result.lines],
        "borne_fen": borne,
        "total_loss_fen": sum(result.total_loss_fen for result in results),
        "total_paid_fen": sum(result.total_paid_fen for result in results),
        "steps": [
            _step(step, rule)
            for result in results
            for rule, steps in (("mode", result.mode_reasons), ("", result.steps))
            for step in steps
        ],
        "mode": results[0].mode if len(results) == 1 else "several_accidents",
        "share_percent": {letter: _number(share) for letter, share in results[0].shares} if len(results) == 1 else {},
        "law_revision": law_revision(),
    }
    missing = what_is_missing(losses)
    if missing:
        answer["evidence"] = missing
    return answer


def _number(share: Any) -> int | float:
    return int(share) if share.denominator == 1 else float(share)


def _line(line: Line, accident: int, accidents: int) -> Json:
    """`payer` is the party on whose side the money comes from; for 无责代赔 the one without fault."""
    row: Json = {
        "payer": line.on_behalf_of or line.payer.letter,
        "cover": _COVER_NAMES.get(line.cover, line.cover.value),
        "payee": line.payee,
        "loss": line.loss_id,
        "head": line.head.value,
        "amount_fen": line.amount_fen,
        "articles": brief_articles(line.citations),
        "why": line.zh,
        "why_en": line.en,
    }
    if line.on_behalf_of:
        row["paid_by"] = line.payer.letter
    if accidents > 1:
        row["accident"] = accident + 1
    return row


def _step(step: Step, rule: str) -> Json:
    row: Json = {
        "fact": step.zh,
        "rule": rule or (step.citations[0].act if step.citations else "entered"),
        "articles": brief_articles(step.citations),
        "effect": step.mark_zh,
        "fact_en": step.en,
        "effect_en": step.mark_en,
    }
    return row
