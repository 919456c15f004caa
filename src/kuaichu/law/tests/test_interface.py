"""The law as JSON: shapes, refusals with their field, and that nothing but InputError ever comes out."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuaichu import law
from kuaichu.law.engine import the_law
from kuaichu.law.interface import InputError, decide, due, law_revision, screen, settle

DECIDE = {
    "on": "2026-03-01",
    "place": "330600",
    "parties": [
        {"id": "A", "kind": "motor", "behaviours": ["A14"], "special": [], "facts": {}},
        {"id": "B", "kind": "motor", "behaviours": []},
    ],
    "impacts": [{"hitter": "A", "hit": "B", "order": 1, "parts": {"A": "右前角", "B": "左后角"}}],
}
COVER = {"compulsory": True, "commercial_fen": 100_000_000, "own_damage": True, "own_damage_deductible_percent": 0}
SETTLE = {
    "on": "2026-03-01",
    "place": "330600",
    "each_pays_own_agreed": True,
    "parties": [
        {
            "id": "A",
            "kind": "motor",
            "liability": "primary",
            "share_percent": 70,
            "cover": COVER,
            "losses": [{"id": "a1", "head": "vehicle", "amount_fen": 500_000}],
        },
        {
            "id": "B",
            "kind": "motor",
            "liability": "secondary",
            "share_percent": 30,
            "cover": COVER,
            "losses": [{"id": "b1", "head": "vehicle", "amount_fen": 800_000}],
        },
    ],
}
SCREEN = {"on": "2026-03-01", "place": "330600", "answers": {"injured": "no"}, "facts": {"road": "motorway"}}
DUE = {"clock": "review.apply", "started_at": "2026-03-02T10:00:00+08:00", "place": "330600"}


def test_decide_answers_in_the_shape_of_the_contract():
    answer = decide(DECIDE)
    assert answer["liability"] == {"A": "full", "B": "none"}
    assert answer["officer_decides"] is False
    first = answer["steps"][0]
    assert (first["rule"], first["fact"], first["effect"]) == ("A14", "A 方变更车道影响正常行驶的车辆", "有过错")
    assert first["articles"][0]["act"] == "road_safety_rules"
    assert first["articles"][0]["article"] == "44(2)"
    assert answer["changes_if"][0]["liability"] == {"A": "primary", "B": "secondary"}  # A came from the left
    assert answer["law_revision"] == law_revision()
    assert answer["damaged_parts"][0] == {
        "party": "A",
        "part": "front_right",
        "impacts": [1],
        "liability": {"A": "full", "B": "none"},
    }


def test_where_the_law_leaves_it_to_a_person_the_reason_is_said():
    parties = [{"id": "A", "kind": "motor", "behaviours": ["A01"]}, {"id": "B", "kind": "motor", "behaviours": ["A14"]}]
    answer = decide(DECIDE | {"parties": parties, "impacts": []})
    assert (answer["liability"], answer["officer_decides"]) == (None, True)
    assert answer["reason"]["code"] == "geometry"
    assert answer["changes_if"]


def test_settle_answers_in_the_shape_of_the_contract():
    answer = settle(SETTLE)
    rows = {(line["payer"], line["cover"], line["payee"], line["loss"]): line["amount_fen"] for line in answer["lines"]}
    assert rows == {
        ("B", "compulsory", "A", "a1"): 200_000,
        ("B", "commercial", "A", "a1"): 90_000,
        ("A", "own_damage", "A", "a1"): 210_000,
        ("A", "compulsory", "B", "b1"): 200_000,
        ("A", "commercial", "B", "b1"): 420_000,
        ("B", "own_damage", "B", "b1"): 180_000,
    }
    assert (answer["total_loss_fen"], answer["total_paid_fen"], answer["borne_fen"]) == (
        1_300_000,
        1_300_000,
        {"A": 0, "B": 0},
    )
    assert all(line["articles"] for line in answer["lines"])


def test_the_one_without_fault_is_payer_of_what_is_paid_for_it():
    parties = [{**SETTLE["parties"][0], "liability": "full"}, {**SETTLE["parties"][1], "liability": "none"}]
    for party in parties:
        party.pop("share_percent")
    answer = settle(SETTLE | {"parties": parties})
    lines = [line for line in answer["lines"] if line["cover"] == "no_fault"]
    assert [(line["payer"], line["payee"], line["paid_by"], line["amount_fen"]) for line in lines] == [
        ("B", "A", "A", 10_000)
    ]


def test_screen_and_due_answer():
    answer = screen(SCREEN)
    assert (answer["track"], answer["complete"], answer["next_question"]["code"]) == (
        "undecided",
        False,
        "dangerous_goods",
    )
    answer = due(DUE)
    assert (answer["last_on"], answer["too_late_at"]) == ("2026-03-05", "2026-03-06T00:00:00+08:00")
    assert answer["articles"][0]["article"] == "71(1)"


def changed(obj, path, new):
    """A deep copy with one place changed; a new value of None removes it."""
    found = json.loads(json.dumps(obj))
    spot = found
    for key in path[:-1]:
        spot = spot[key]
    if new is None:
        del spot[path[-1]]
    else:
        spot[path[-1]] = new
    return found


FEN = "parties[1].losses[0].amount_fen"
REFUSALS = [
    (decide, DECIDE, ("on",), "2026-02-30", "not_a_day", "on"),
    (decide, DECIDE, ("on",), "2017-01-01", "not_in_force", "on"),
    (decide, DECIDE, ("place",), "990000", "unknown_place", "place"),
    (decide, DECIDE, ("parties",), [], "parties", "parties"),
    (decide, DECIDE, ("parties", 1, "id"), "A", "id_twice", "parties[1].id"),
    (decide, DECIDE, ("parties", 0, "kind"), "moter", "unknown_code", "parties[0].kind"),
    (decide, DECIDE, ("parties", 0, "behaviours", 0), "A99", "unknown_code", "parties[0].behaviours[0]"),
    (decide, DECIDE, ("parties", 0, "special"), ["drunken"], "unknown_code", "parties[0].special[0]"),
    (decide, DECIDE, ("impacts", 0, "hit"), "C", "unknown_party", "impacts[0].hit"),
    (decide, DECIDE, ("impacts", 0, "parts", "A"), "车顶", "unknown_code", "impacts[0].parts.A"),
    (decide, DECIDE, ("parties", 0, "behavior"), ["A14"], "unknown_field", "parties[0].behavior"),
    (settle, SETTLE, ("parties", 1, "losses", 0, "amount_fen"), -1, "out_of_bounds", FEN),
    (settle, SETTLE, ("parties", 1, "losses", 0, "amount_fen"), 1.5, "not_a_whole_number", FEN),
    (settle, SETTLE, ("parties", 1, "losses", 0, "amount_fen"), True, "not_a_whole_number", FEN),
    (settle, SETTLE, ("parties", 1, "losses", 0, "head"), "vehicel", "unknown_code", "parties[1].losses[0].head"),
    (settle, SETTLE, ("parties", 1, "losses", 0, "id"), "a1", "id_twice", "parties[1].losses[0].id"),
    (settle, SETTLE, ("parties", 0, "liability"), None, "not_a_text", "parties[0].liability"),
    (settle, SETTLE, ("parties", 0, "share_percent"), 60, "shares_not_100", "parties"),
    (settle, SETTLE, ("parties", 0, "cover", "compulsory"), "yes", "not_a_yes_no", "parties[0].cover.compulsory"),
    (screen, SCREEN, ("answers", "injured"), "perhaps", "unknown_code", "answers.injured"),
    (screen, SCREEN, ("answers", "hurt"), "no", "unknown_field", "answers.hurt"),
    (due, DUE, ("clock",), "review.aply", "unknown_clock", "clock"),
    (due, DUE, ("started_at",), "yesterday", "not_a_moment", "started_at"),
    (due, DUE, ("started_at",), "9999-12-31T23:59:59-23:00", "not_a_moment", "started_at"),
]  # fmt: skip


@pytest.mark.parametrize(("ask", "obj", "path", "new", "code", "field"), REFUSALS)
def test_refusals_name_the_field(ask, obj, path, new, code, field):
    with pytest.raises(InputError) as caught:
        ask(changed(obj, path, new))
    assert (caught.value.code, caught.value.field) == (code, field)
    assert caught.value.as_json()["error"]["message"]


def test_unknown_codes_name_the_nearest():
    with pytest.raises(InputError) as caught:
        decide(changed(DECIDE, ("parties", 0, "behaviours", 0), "rear-end"))
    assert caught.value.nearest[0] == "rear_end"


junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["A", "motor", "A14"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "kind", "on", "parties", "losses", "head", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def paths_of(obj, path=()):
    yield path
    items = obj.items() if isinstance(obj, dict) else enumerate(obj) if isinstance(obj, list) else ()
    for key, value in items:
        yield from paths_of(value, (*path, key))


@pytest.mark.parametrize(("ask", "obj"), [(decide, DECIDE), (settle, SETTLE), (screen, SCREEN), (due, DUE)])
def test_nothing_but_an_input_error_comes_out(ask, obj):
    places = list(paths_of(obj))

    @given(st.lists(st.tuples(st.sampled_from(places), junk), min_size=1, max_size=2))
    @settings(max_examples=150, deadline=None)
    def fuzz(mutations):
        found = json.loads(json.dumps(obj))
        for path, new in mutations:
            if not path:
                found = new
                continue
            spot = found
            try:
                for key in path[:-1]:
                    spot = spot[key]
                spot[path[-1]] = new
            except (KeyError, IndexError, TypeError):
                continue
        try:
            json.dumps(ask(found), allow_nan=False)
        except InputError as error:
            json.dumps(error.as_json())

    fuzz()


def test_days_without_rules_are_refused_in_words():
    two_cars = [{"id": "A", "kind": "motor", "liability": "full"}, {"id": "B", "kind": "motor", "liability": "none"}]
    with pytest.raises(InputError) as refused:
        settle({"on": "2017-01-01", "place": "330600", "parties": two_cars})
    assert (refused.value.code, refused.value.field) == ("not_in_force", "on")
    assert refused.value.message.startswith("没有收录这一天的规定")


def test_police_mediation_starts_at_its_event_or_with_acceptance_if_that_is_later():
    """Handling Provisions Art. 90: ten working days from the end of treatment and the like."""
    asked = {"clock": "mediation.result", "started_at": "2026-03-02T10:00:00+08:00", "place": "330600"}
    assert "定残" in due(asked)["from"]
    assert due(asked)["last_on"] == "2026-03-16"
    assert due(asked | {"accepted_at": "2026-03-09T09:00:00+08:00"})["last_on"] == "2026-03-23"
    assert due(asked | {"accepted_at": "2026-02-09T09:00:00+08:00"})["last_on"] == "2026-03-16"
    with pytest.raises(InputError, match="acceptance"):
        due(asked | {"clock": "review.apply", "accepted_at": "2026-03-09T09:00:00+08:00"})


def test_nothing_that_was_only_quoted_says_it_was_read_in_the_act():
    on = date(2026, 3, 2)
    known = {
        key: law.value(key, on=on, place="350900").certainty for key in the_law().definitions if key.startswith("ctpl.")
    }
    assert set(known.values()) == {"practice"}
    assert law.value("share_to_nonmotor.parked_lawfully", on=on, place="350900").mark_zh == "惯例"
    assert law.value("relief.police_notice", on=on, place="350900").is_unsure
