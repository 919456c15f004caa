"""The body of a record: the platform's names and codes, everything held, nothing empty, nothing else."""

import json
from pathlib import Path

import pytest

from kuaichu import clock
from kuaichu.claims.models import Settlement
from kuaichu.clock import BEIJING
from kuaichu.dossier.models import Instrument
from kuaichu.liability.models import Determination
from kuaichu.links.dispatch import run_due
from kuaichu.links.models import Exchange
from kuaichu.records import reactions
from kuaichu.records.fields import FIELDS
from kuaichu.records.tests.factories import close, told_case


def body_of(case, gateway, outcome="paid"):
    reactions.file_record(close(case, outcome))
    run_due()
    return gateway.bodies[-1]


@pytest.fixture
def case(unit, officer, insurers, platform):
    return told_case(unit, officer, insurers)


def test_the_whole_record(case, gateway, officer):
    instrument = case.instruments.get()
    Settlement.objects.create(
        case=case, version=1, instrument=instrument, loss_fen=485005, paid_fen=485005, made_at=clock.now()
    )
    body = body_of(case, gateway)
    assert set(body) == {"record_id", "case_number", "revision", "dutysimple", "dutysimplehuman"}
    assert body["dutysimple"] == {
        "sgbh": case.number,
        "wsbh": instrument.number,
        "jbr": "周民",
        "sgss": "甲方追尾乙方。",
        "xzqh": "339900",
        "sgfssj": case.occurred_at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
        "sgdd": "人民路与解放路路口",
        "ssrs": "0",
        "zjccss": "4850.05",
        "tq": "1",
        "cljsg": "1",
        "glbm": "339900010000",
        "jd": "120.500000",
        "wd": "29.900000",
    }
    assert body["dutysimplehuman"][0] == {
        "rybh": "1",
        "xm": "王小明",
        "sfzmhm": "339999196010181347",
        "dh": "13800138005",
        "jtfs": "K3",
        "sgzr": "1",
        "hphm": "浙D12345",
        "hpzl": "02",
        "bxgs": "安行财产保险股份有限公司",
        "bxpzh": "PDZA202633990000012345",
    }
    assert [person["sgzr"] for person in body["dutysimplehuman"]] == ["1", "5"]


def test_nothing_personal_is_kept_of_what_was_sent(case, gateway):
    body_of(case, gateway)
    (row,) = Exchange.objects.filter(kind="national").values()
    kept = json.dumps(row, default=str, ensure_ascii=False)
    for told in ("王小明", "339999196010181347", "13800138005", "浙D12345"):
        assert told not in kept


def test_what_is_not_held_is_left_out(unit, officer, insurers, platform, gateway):
    """Nobody told whether somebody was hurt, no insurer assessed, no coordinates, one on a bicycle."""
    case = told_case(unit, officer, [None, None], kinds=("motor", "nonmotor"))
    case.answers.all().delete()
    case.lon_wgs84 = case.lat_wgs84 = None
    case.weather = ""
    case.save()
    body = body_of(case, gateway, "settled")
    assert not {"ssrs", "zjccss", "jd", "wd", "tq"} & set(body["dutysimple"])
    assert body["dutysimple"]["cljsg"] == "1"
    assert set(body["dutysimplehuman"][1]) == {"rybh", "xm", "sfzmhm", "dh", "jtfs", "sgzr"}


def test_somebody_hurt_is_not_counted(case, gateway):
    case.answers.update(answer="yes")
    assert "ssrs" not in body_of(case, gateway)["dutysimple"]


def test_on_foot_is_no_accident_among_vehicles(case, gateway):
    case.parties.filter(letter="B").update(kind="nonmotor", vehicle_kind="A1")
    assert "cljsg" not in body_of(case, gateway)["dutysimple"]


def test_a_parked_vehicle_was_standing(case, gateway):
    Determination.objects.update(parked=["B"])
    assert body_of(case, gateway)["dutysimple"]["sgxt"] == "12"


def test_a_refusal_to_sign_is_a_way_of_closing(case, gateway, officer):
    from kuaichu.dossier.models import Signature

    Signature.objects.create(
        instrument=case.instruments.get(),
        party=case.parties.get(letter="A"),
        kind="refused",
        content_digest="0" * 64,
        noted_by=officer,
        at=clock.now(),
    )
    assert body_of(case, gateway)["dutysimple"]["jafs"] == "4"


@pytest.mark.parametrize(("state", "code"), [("upheld", "3"), ("withdrawn", None)])
def test_a_disputed_determination_is_a_way_of_closing(case, gateway, state, code):
    from kuaichu.liability.models import Review

    now = clock.now()
    Review.objects.create(
        determination=Determination.objects.get(),
        applicant=case.parties.get(letter="A"),
        reason="不服",
        state=state,
        applied_at=now,
        decide_by_at=now,
    )
    assert body_of(case, gateway)["dutysimple"].get("jafs") == code


def test_an_agreement_tells_its_own_facts(case, gateway):
    from kuaichu.liability.models import Proposal

    Determination.objects.all().delete()
    Instrument.objects.update(kind="agreement", content=json.dumps({"facts_text": "双方协商一致。"}))
    Proposal.objects.create(
        case=case,
        facts_digest="0" * 64,
        result={"grades": {"A": "equal", "B": "equal"}, "shares": {"A": 50, "B": 50}},
        made_at=clock.now(),
    )
    case.path = "self"
    case.save(update_fields=["path"])
    body = body_of(case, gateway)
    assert (body["dutysimple"]["sgss"], body["dutysimple"]["tjfs"]) == ("双方协商一致。", "1")
    assert "jbr" not in body["dutysimple"]
    assert [person["sgzr"] for person in body["dutysimplehuman"]] == ["3", "3"]


def test_a_case_settled_on_the_spot_without_determination_is_filed_with_what_is_there(case, gateway):
    Determination.objects.all().delete()
    Instrument.objects.all().delete()
    body = body_of(case, gateway, "settled")
    assert "sgss" not in body["dutysimple"]
    assert "sgzr" not in body["dutysimplehuman"][0]


def test_every_field_of_the_platform_is_either_sent_or_left_out_with_a_reason():
    accident = (
        "djbh sgbh wsbh jbr sgss xzqh sgfssj lh lm gls ms sgdd ssrs zjccss sgrdyy tq dllx glxzdj xc sgxt cljsg dcsg"
    )
    accident += " tjr sszd dah glbm dzzb zrtjjg jar1 jar2 jafs tjfs jd wd jqbh"
    person = (
        "rybh xm xb sfzmhm zz dh rylx shcd wfxw1 wfxw2 wfxw3 jtfs dabh jszzl zjcx cclzrq fzjg sgzr hphm hpzl clfzjg"
    )
    person += " fdjh clsbdh jdcxh clpp clxh csys cllx jdczt syq syr clsyxz bx bxgs bxpzh"
    assert sorted([*FIELDS.accident, *FIELDS.accident_left_out]) == sorted(accident.split())
    assert sorted([*FIELDS.person, *FIELDS.person_left_out]) == sorted(person.split())


def test_the_page_shows_every_field():
    """docs/RECORDS.md and fields.yaml say the same."""
    page = (Path(__file__).parents[4] / "docs" / "RECORDS.md").read_text("utf-8")
    lists = (FIELDS.accident, FIELDS.accident_left_out, FIELDS.person, FIELDS.person_left_out)
    told = [f"| {name} | {zh} | {why} |" for names in lists for name, (zh, why) in names.items()]
    assert [
        line for line in page.splitlines() if line.startswith("| ") and line.partition(" | ")[0] != "| field"
    ] == told


def test_a_loss_that_a_person_has_to_compute_is_left_out_and_not_called_nothing(case, gateway):
    Settlement.objects.create(
        case=case, version=1, instrument=case.instruments.get(), loss_fen=0, paid_fen=0, made_at=clock.now(),
        problem={"code": "all_without_fault", "zh": "-", "en": "-"},
    )  # fmt: skip
    assert "zjccss" not in body_of(case, gateway)["dutysimple"]
