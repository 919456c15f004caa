"""Settlements asked as JSON: the founding examples E1 to E12 and more, to the fen."""

from decimal import Decimal
from pathlib import Path

import pytest

from kuaichu.law.interface import InputError, settle
from kuaichu.law.reading import read_mapping

CASES = read_mapping(Path(__file__).parents[1] / "examples" / "as_json.yaml")


def fen(yuan) -> int:
    return int(Decimal(str(yuan)) * 100)


def party(letter, row):
    kind, liability, covers, losses, *more = row
    fields = dict(more[0]) if more else {}
    cover = {"compulsory": "c" in covers, "own_damage": "o" in covers, "commercial_fen": 10**8 if "t" in covers else 0}
    if "deductible" in fields:
        cover["own_damage_deductible_percent"] = fields.pop("deductible")
    listed = [
        {"id": id, "head": head, "amount_fen": fen(yuan), **(rest[0] if rest else {})}
        for id, (head, yuan, *rest) in losses.items()
    ]
    return {"id": letter, "kind": kind, "liability": liability, "cover": cover, "losses": listed, **fields}


def asked(case):
    impacts = [
        {"hitter": hitter, "hit": hit, "order": order, "liability": grades}
        for hitter, hit, order, grades in case.get("impacts", [])
    ]
    return {
        "on": "2026-03-01",
        "place": case.get("place", "339900"),
        "each_pays_own_agreed": case.get("agreed", False),
        "parties": [party(letter, row) for letter, row in case["parties"].items()],
        "impacts": impacts,
    }


def test_the_founding_examples_are_all_there():
    assert {f"E{number}" for number in range(1, 13)} <= set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_case(name):
    case = CASES[name]
    answer = settle(asked(case))
    found = sorted((x["payer"], x["cover"], x["payee"], x["loss"], x["amount_fen"]) for x in answer["lines"])
    expected = [text.split() for text in case["lines"]]
    assert found == sorted((*row[:4], fen(row[4])) for row in expected)
    check_conservation(asked(case), answer)
    told = "\n".join(step["fact"] for step in answer["steps"])
    assert [text for text in case.get("says", []) if text not in told] == []
    assert {row["loss"]: row["missing"] for row in answer.get("evidence", [])} == case.get("missing", {})


def check_conservation(given, answer):
    losses = {
        loss["id"]: loss["amount_fen"] for one in given["parties"] for loss in one["losses"] if loss["amount_fen"]
    }
    by_loss: dict[str, int] = {}
    for line in answer["lines"]:
        assert line["amount_fen"] > 0
        assert line["articles"]
        if line["cover"] in ("each_pays_own", "own_damage", "self"):
            assert line["payer"] == line["payee"]
        else:
            assert line["payer"] != line["payee"]
        by_loss[line["loss"]] = by_loss.get(line["loss"], 0) + line["amount_fen"]
    assert by_loss == losses
    borne = sum(answer["borne_fen"].values())
    assert answer["total_loss_fen"] == sum(losses.values()) == answer["total_paid_fen"] + borne


def test_losses_of_several_accidents_must_say_of_which():
    given = asked(CASES["E6"])
    del given["parties"][0]["losses"][0]["impact"]
    with pytest.raises(InputError) as caught:
        settle(given)
    assert caught.value.field == "parties[0].losses[0].impact"
    given = asked(CASES["E6"])
    given["parties"][2]["losses"][0]["impact"] = 1
    with pytest.raises(InputError) as caught:
        settle(given)
    assert (caught.value.code, caught.value.field) == ("impact", "parties[2].losses[0].impact")


def test_a_loss_is_of_the_head_of_its_item():
    given = asked(CASES["slight_injury"])
    given["parties"][1]["losses"][0]["head"] = "goods"
    with pytest.raises(InputError) as caught:
        settle(given)
    assert caught.value.field == "parties[1].losses[0].item"
