"""The law over HTTP: the same JSON as the interface, refusals with their field, limits, and a schema that is true."""

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kuaichu.law import interface
from kuaichu.law.tests import test_interface, test_settling
from kuaichu.law.tests.test_interface import DECIDE, DUE, SCREEN, SETTLE, changed, junk, paths_of
from kuaichu.web.api import law, limits, schemas_law, schemas_law_answers
from kuaichu.web.api.tests.calling import Caller

pytestmark = pytest.mark.django_db
MORE = [
    ("decide", DECIDE),
    ("decide", DECIDE | {"facts_found": False, "place": "110000"}),
    ("decide", {"on": "2026-03-01", "place": "330600", "parties": DECIDE["parties"][1:]}),
    ("settle", SETTLE),
    ("screen", SCREEN),
    ("screen", SCREEN | {"facts": {"injury": "slight", "all_consent": True, "motor_vehicles": 9}}),
    ("due", DUE),
    ("due", DUE | {"pauses": [{"from": "2026-03-03", "until": "2026-03-04", "kind": "appraisal"}]}),
]
MODELS = {
    "decide": (schemas_law.LawAccident, schemas_law_answers.LawDecision),
    "settle": (schemas_law.LawLosses, schemas_law_answers.LawSettlement),
    "screen": (schemas_law.LawScene, schemas_law_answers.LawScreening),
    "due": (schemas_law.LawClock, schemas_law_answers.LawDue),
}


def ask(what, body, caller=None):
    return (caller or Caller()).post(f"/law/{what}", body, key="")


def examples():
    cases = [("settle", name, test_settling.asked(case)) for name, case in test_settling.CASES.items()]
    return cases + [(what, str(number), body) for number, (what, body) in enumerate(MORE)]


@pytest.mark.parametrize(("what", "body"), [pytest.param(w, body, id=f"{w}-{name}") for w, name, body in examples()])
def test_every_example_answers_as_the_interface_does_and_as_the_schema_says(what, body):
    response = ask(what, body)
    expected = getattr(interface, what)(body)
    assert (response.status_code, response.json()) == (200, json.loads(interface.encode(expected)))
    question, answer = MODELS[what]
    question.model_validate(body)
    told = answer.model_validate(response.json()).model_dump(exclude_unset=True, by_alias=True)
    assert told == response.json(), "the schema knows every field"


@pytest.mark.parametrize(("asked", "obj", "path", "new", "code", "field"), test_interface.REFUSALS)
def test_refusals_name_the_field(asked, obj, path, new, code, field):
    response = ask(asked.__name__, changed(obj, path, new))
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["field"]) == (422, code, field)
    schemas_law_answers.LawProblem.model_validate(response.json())


def test_a_list_is_answered_in_its_order_with_errors_in_their_place():
    good, bad = DECIDE, DECIDE | {"on": "yesterday"}
    answers = ask("decide", [good, bad, good]).json()
    assert [answer.get("liability") for answer in answers] == [
        {"A": "full", "B": "none"},
        None,
        {"A": "full", "B": "none"},
    ]
    assert answers[1]["error"]["field"] == "on"
    assert ask("due", []).json() == []


def test_limits():
    many = ask("due", [DUE] * (limits.LAW_MOST_AT_ONCE + 1))
    assert (many.status_code, many.json()["error"]["code"]) == (422, "too_many")
    large = ask("due", DUE | {"id": "x" * limits.MAX_JSON_BYTES})
    assert (large.status_code, large.json()["code"]) == (413, "request.too_large")
    not_json = [ask("due", text) for text in ("", "{", '{"on": NaN}', "[" * 50_000, b"\xff\xfe")]
    assert {(answer.status_code, answer.json()["error"]["code"]) for answer in not_json} == {(422, "not_json")}
    assert Caller().get("/law/due").status_code == 405


def test_an_address_may_ask_so_often(monkeypatch):
    monkeypatch.setattr(law, "LAW_PER_ADDRESS", limits.Rate(burst=2, per_hour=1))
    found = [ask(what, body) for what, body in (("due", DUE), ("screen", SCREEN), ("due", DUE))]
    assert [answer.status_code for answer in found] == [200, 200, 429]
    assert found[2].json()["code"] == "rate.exceeded"
    monkeypatch.setattr(law, "throttle", taken := Turns())
    for size in (0, limits.LAW_BYTES_PER_TURN, 5 * limits.LAW_BYTES_PER_TURN):
        ask("due", DUE | {"id": "x" * size})
    assert taken.count == 1 + 2 + 6, "a long question takes more turns"


class Turns:
    """Counts instead of limiting."""

    count = 0

    def take(self, *_):
        self.count += 1


def test_the_largest_question_is_answered_in_time():
    party = {"kind": "motor", "behaviours": ["A01", "A14"], "facts": {"speeding": True}}
    parties = [{"id": f"P{number}", **party} for number in range(30)]
    impacts = [{"hitter": f"P{n}", "hit": f"P{n + 1}", "order": n + 1} for n in range(29)]
    raw = json.dumps([DECIDE | {"parties": parties, "impacts": impacts}] * 20)[: limits.MAX_JSON_BYTES]
    began = time.process_time()
    assert ask("decide", json.loads(raw)).status_code == 200
    assert time.process_time() - began < 3


def test_the_contract_names_the_questions_with_their_codes():
    schema = Caller().read("/openapi.json")
    shapes = schema["components"]["schemas"]
    for what, (question, answer) in MODELS.items():
        operation = schema["paths"][f"/api/v1/law/{what}"]["post"]
        sent = operation["requestBody"]["content"]["application/json"]["schema"]["anyOf"]
        assert sent[0]["$ref"].endswith(f"/{question.__name__}")
        assert sent[1]["maxItems"] == limits.LAW_MOST_AT_ONCE
        assert shapes[question.__name__]["additionalProperties"] is False
        given = json.dumps(operation["responses"]["200"])
        assert f"/{answer.__name__}" in given
        assert "LawProblem" in json.dumps(operation["responses"]["422"])
        assert "security" not in operation
    assert {"A14", "rear_end", "C22"} <= set(shapes["LawParty"]["properties"]["behaviours"]["items"]["enum"])
    assert "reason" not in shapes["LawDecision"]["required"]
    named = {ref.rpartition("/")[2] for ref in references(schema)}
    assert named <= set(shapes)


def references(part):
    if isinstance(part, dict):
        yield from ([part["$ref"]] if isinstance(part.get("$ref"), str) else [])
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from references(inner)


@pytest.mark.parametrize(("what", "obj"), [("decide", DECIDE), ("settle", SETTLE), ("screen", SCREEN), ("due", DUE)])
def test_no_question_makes_it_fail(what, obj):
    places = [path for path in paths_of(obj) if path]

    @given(st.sampled_from(places), junk)
    @settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def fuzz(path, new):
        body = json.dumps(changed(obj, path, new))
        assert ask(what, body).status_code in (200, 422)

    fuzz()
