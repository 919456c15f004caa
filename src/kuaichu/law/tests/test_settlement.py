"""The settlement: worked cases to the fen, what must hold for every accident, and what goes to an adjuster."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kuaichu.law.engine import the_law
from kuaichu.law.national.settlement import (
    Cover,
    Grade,
    Head,
    Kind,
    Loss,
    PartyInput,
    SettlementError,
    SettlementInput,
    settle,
)
from kuaichu.law.national.settlement.rounding import split

EXAMPLES = Path(__file__).parents[1] / "examples" / "settlement"
ON, PLACE = date(2026, 11, 22), "339900"


def fen(yuan) -> int:
    return int(Decimal(str(yuan)) * 100)


def party(letter, row) -> PartyInput:
    return PartyInput(
        letter=letter,
        kind=Kind(row.get("kind", "motor")),
        grade=Grade(row["grade"]),
        share_percent=row.get("share"),
        has_ctpl=row.get("ctpl", False),
        tpl_limit_fen=fen(row.get("tpl", 0)),
        tpl_deductible_percent=row.get("tpl_deductible", 0),
        has_own_damage=row.get("cd", False),
        own_damage_deductible_percent=row.get("cd_deductible", 0),
        losses=tuple(Loss(id, Head(head), fen(yuan)) for id, (head, yuan) in row.get("losses", {}).items()),
    )


def accident(row) -> SettlementInput:
    return SettlementInput(
        parties=tuple(party(letter, fields) for letter, fields in row["parties"].items()),
        all_agree_own_pays=row.get("agreed", False),
        claims_from_nonmotor=row.get("claims_from_nonmotor", False),
    )


def examples():
    for path in sorted(EXAMPLES.glob("*.yaml")):
        for name, case in yaml.safe_load(path.read_text("utf-8")).items():
            yield pytest.param(case, id=name)


def days_of(case) -> list[date]:
    """The case's own day, or its first day and every later day on which any value changes."""
    if "only_on" in case:
        return [case["only_on"]]
    return [case["holds_from"], *(day for day in the_law().change_days() if day > case["holds_from"]), ON]


@pytest.mark.parametrize("case", list(examples()))
def test_worked_cases(case):
    for on in days_of(case):
        for row in case["accidents"]:
            result = settle(accident(row), on=on, place=PLACE)
            assert result.mode == row["mode"]
            found = sorted((str(line.payer), line.payee, str(line.cover), line.amount_fen) for line in result.lines)
            expected = [text.split() for text in row["lines"]]
            assert found == sorted((payer, payee, cover, fen(yuan)) for payer, payee, cover, yuan, *_ in expected), on
            for payer, payee, cover, yuan, *ids in expected:
                if ids:
                    key = (payer, payee, cover, fen(yuan), ids[0])
                    assert key in {
                        (str(line.payer), line.payee, str(line.cover), line.amount_fen, line.loss_id)
                        for line in result.lines
                    }


def test_every_line_and_step_explains_itself_with_articles():
    for path in EXAMPLES.glob("*.yaml"):
        for case in yaml.safe_load(path.read_text("utf-8")).values():
            for row in case["accidents"]:
                result = settle(accident(row), on=days_of(case)[0], place=PLACE)
                for line in result.lines:
                    assert line.zh
                    assert line.en
                    assert all(citation.zh for citation in line.citations)
                    assert line.citations
                for step in result.steps + result.mode_reasons:
                    assert step.zh
                    assert step.en


def car(letter, grade, *, fen=0, **fields) -> PartyInput:
    losses = (Loss(letter.lower(), Head.VEHICLE, fen),) if fen else ()
    return PartyInput(
        letter=letter, kind=Kind.MOTOR, grade=Grade(grade), **{"has_ctpl": True, "losses": losses, **fields}
    )


def two(a: PartyInput, b: PartyInput, **fields):
    return settle(SettlementInput(parties=(a, b), **fields), on=ON, place=PLACE)


def test_totals_by_payer_and_payee():
    result = two(car("A", "primary", fen=500_000), car("B", "secondary", fen=800_000, tpl_limit_fen=10**8))
    assert result.paid_by == {"insurer:A": 200_000, "insurer:B": 290_000, "party:A": 420_000}
    assert result.paid_to == {"A": 290_000, "B": 620_000}
    assert result.borne_by == {"A": 210_000, "B": 180_000}
    assert (result.total_loss_fen, result.total_paid_fen, result.total_borne_fen) == (1_300_000, 910_000, 390_000)
    assert result.shares == (("A", Fraction(70)), ("B", Fraction(30)))
    assert [line.amount_fen for line in result.lines_of("insurer:A")] == [200_000]


def test_the_payment_on_behalf_of_those_without_fault_names_them():
    result = settle(
        SettlementInput(parties=(car("A", "none"), car("B", "none"), car("C", "full", fen=15_000))), on=ON, place=PLACE
    )
    found = [(line.on_behalf_of, line.amount_fen) for line in result.lines if line.cover is Cover.CTPL_NO_FAULT]
    assert found == [("A", 7_500), ("B", 7_500)]


@pytest.mark.parametrize(
    ("a", "b", "agreed", "reason"),
    [
        ({}, {}, False, "没有全部同意互碰自赔"),
        ({"fen": 200_001}, {}, True, "A 方的损失超过 2,000 元"),
        ({"has_ctpl": False}, {}, True, "有车没有交强险"),
        ({"losses": (Loss("m", Head.MEDICAL, 100),)}, {}, True, "有人伤或车外财产损失"),
    ],
)
def test_each_pays_own_says_what_stands_against_it(a, b, agreed, reason):
    result = two(
        car("A", "equal", **{"fen": 1000, **a}), car("B", "equal", **{"fen": 1000, **b}), all_agree_own_pays=agreed
    )
    assert result.mode == "ordinary"
    assert [step.zh for step in result.mode_reasons] == [reason]


def test_full_liability_is_never_each_pays_own():
    result = two(car("A", "full", fen=100), car("B", "none", fen=100), all_agree_own_pays=True)
    assert [step.en for step in result.mode_reasons] == ["A party is without liability"]


@pytest.mark.parametrize(
    ("a", "b", "code"),
    [
        ({"grade": "none"}, {"grade": "none"}, "all_without_fault"),
        ({"grade": "full"}, {"grade": "secondary"}, "full_is_alone"),
        ({"grade": "primary"}, {"grade": "none"}, "partial_is_not_alone"),
        ({"grade": "primary"}, {"grade": "primary"}, "shares_needed"),
        ({"grade": "equal", "share_percent": 60}, {"grade": "equal", "share_percent": 50}, "shares_not_100"),
        ({"grade": "full", "share_percent": 90}, {"grade": "none", "share_percent": 10}, "share_without_fault"),
        ({"grade": "full", "special": ("drink",)}, {"grade": "none"}, "special_person"),
        ({"grade": "full", "special": ("no_licence",), "tpl_limit_fen": 1}, {"grade": "none"}, "special_person"),
        ({"grade": "full", "tpl_deductible_percent": 101}, {"grade": "none"}, "cover"),
        ({"grade": "full", "losses": (Loss("a", Head.VEHICLE, -1),)}, {"grade": "none"}, "amount"),
        ({"grade": "full", "kind": Kind.NONMOTOR}, {"grade": "none"}, "cover_of_nonmotor"),
        ({"grade": "full", "letter": "B"}, {"grade": "none"}, "parties"),
    ],
)
def test_what_is_refused(a, b, code):
    first = replace(car("A", a.pop("grade")), **a)
    second = replace(car("B", b.pop("grade")), **b)
    with pytest.raises(SettlementError) as caught:
        two(first, second)
    assert caught.value.code == code
    assert caught.value.zh
    assert caught.value.en


def test_nothing_lost_gives_no_lines():
    assert two(car("A", "full"), car("B", "none")).lines == ()


def test_split_is_exact():
    assert split(10, [Fraction(1)] * 3) == [4, 3, 3]
    assert split(1, [Fraction(1, 2), Fraction(1, 2)]) == [1, 0]
    assert split(0, [Fraction(2), Fraction(3)]) == [0, 0]


amounts = st.one_of(st.integers(0, 500), st.integers(0, 1_000_000), st.sampled_from([0, 1, 199_999, 200_000, 200_001]))
covers = st.fixed_dictionaries(
    {
        "has_ctpl": st.booleans(),
        "tpl_limit_fen": st.sampled_from([0, 1, 333, 100_000, 10**8]),
        "tpl_deductible_percent": st.sampled_from([0, 5, 20]),
        "has_own_damage": st.booleans(),
        "own_damage_deductible_percent": st.sampled_from([0, 15]),
    }
)
grades_of_two = st.sampled_from([("full", "none"), ("primary", "secondary"), ("equal", "equal")])


@st.composite
def losses(draw, letter, kinds=tuple(Head)):
    count = draw(st.integers(0, 3))
    return tuple(Loss(f"{letter}{n}", draw(st.sampled_from(kinds)), draw(amounts)) for n in range(count))


@st.composite
def accidents(draw):
    """Two to four vehicles with any covers and losses, sometimes with a rider who is hurt."""
    letters = "ABCD"[: draw(st.integers(2, 4))]
    at_fault = draw(st.integers(1, len(letters)))
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=at_fault - 1, max_size=at_fault - 1)))
    shares = [end - start for start, end in zip([0, *cuts], [*cuts, 100], strict=True)]
    shares += [0] * (len(letters) - at_fault)
    grades = ["full"] if at_fault == 1 else ["primary", *["secondary"] * (at_fault - 1)]
    grades += ["none"] * (len(letters) - at_fault)
    parties = [
        PartyInput(
            letter=letter,
            kind=Kind.MOTOR,
            grade=Grade(grade),
            share_percent=share,
            losses=draw(losses(letter)),
            **draw(covers),
        )
        for letter, grade, share in zip(letters, grades, shares, strict=True)
    ]
    if draw(st.booleans()):
        parties.append(
            PartyInput(letter="R", kind=Kind.NONMOTOR, grade=Grade.NONE, share_percent=0, losses=draw(losses("R")))
        )
    return SettlementInput(
        parties=tuple(parties), all_agree_own_pays=draw(st.booleans()), claims_from_nonmotor=draw(st.booleans())
    )


@given(accidents())
@settings(max_examples=120, deadline=None)
def test_every_fen_is_somewhere_and_no_limit_is_passed(entered):
    result = settle(entered, on=ON, place=PLACE)
    by_loss: dict[str, int] = {}
    for line in result.lines:
        assert line.amount_fen > 0
        by_loss[line.loss_id] = by_loss.get(line.loss_id, 0) + line.amount_fen
    assert by_loss == {loss.id: loss.amount_fen for one in entered.parties for loss in one.losses if loss.amount_fen}
    if result.mode == "ordinary":
        check_limits(entered, result)


def check_limits(entered, result):
    limits = {"property": 200_000, "medical": 1_800_000, "death_disability": 18_000_000}
    no_fault = {"property": 10_000, "medical": 180_000, "death_disability": 1_800_000}
    buckets = {"vehicle": "property", "goods": "property", "other_property": "property", "medical": "medical"}
    for one in entered.parties:
        paid: dict[str, int] = {}
        for line in result.lines_of(f"insurer:{one.letter}"):
            if line.cover is Cover.CTPL:
                bucket = buckets.get(line.head, "death_disability")
                paid[bucket] = paid.get(bucket, 0) + line.amount_fen
                assert line.payee != one.letter
                assert one.has_ctpl
            if line.cover is Cover.OWN_DAMAGE:
                assert one.has_own_damage
        mine = no_fault if one.grade is Grade.NONE else limits
        assert all(amount <= mine[bucket] for bucket, amount in paid.items())
        commercial = [line.amount_fen for line in result.lines_of(f"insurer:{one.letter}") if line.cover is Cover.TPL]
        assert sum(commercial) <= one.tpl_limit_fen


def as_row(line):
    return (line.loss_id, str(line.payer), line.cover, line.on_behalf_of, line.amount_fen, line.zh)


@given(accidents(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_parties_and_losses_does_not_matter(entered, random):
    shuffled = [replace(one, losses=tuple(random.sample(one.losses, len(one.losses)))) for one in entered.parties]
    random.shuffle(shuffled)
    other = settle(replace(entered, parties=tuple(shuffled)), on=ON, place=PLACE)
    first = settle(entered, on=ON, place=PLACE)
    assert sorted(map(as_row, first.lines)) == sorted(map(as_row, other.lines))


@given(grades_of_two, covers, covers, losses("x"), losses("y"), st.booleans())
@settings(max_examples=80, deadline=None)
def test_swapping_two_parties_swaps_the_result(grades, cover_1, cover_2, losses_1, losses_2, agreed):
    def result(first, second):
        parties = (
            PartyInput(letter=first, kind=Kind.MOTOR, grade=Grade(grades[0]), losses=losses_1, **cover_1),
            PartyInput(letter=second, kind=Kind.MOTOR, grade=Grade(grades[1]), losses=losses_2, **cover_2),
        )
        found = settle(SettlementInput(parties=parties, all_agree_own_pays=agreed), on=ON, place=PLACE)
        names = {first: "1", second: "2"}
        return found.mode, sorted(
            (names[line.payer.letter], line.payer.kind, names[line.payee], line.cover, line.loss_id, line.amount_fen)
            for line in found.lines
        )

    assert result("A", "B") == result("B", "A")


@given(st.integers(0, 2_000_000), st.integers(0, 2_000_000))
@settings(max_examples=40, deadline=None)
def test_more_fault_never_costs_the_own_side_less(loss_a, loss_b):
    """What A's insurer and A pay or bear together grows from none to full."""
    pairs = [("none", "full"), ("secondary", "primary"), ("equal", "equal"), ("primary", "secondary"), ("full", "none")]
    costs = []
    for a, b in pairs:
        result = two(car("A", a, fen=loss_a, tpl_limit_fen=10**9), car("B", b, fen=loss_b, tpl_limit_fen=10**9))
        costs.append(sum(line.amount_fen for line in result.lines if line.payer.letter == "A"))
    assert costs == sorted(costs)
