"""The contract as programs see it: the schema, the errors, the language, and bodies that nobody expects."""

import inspect
import json
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from kuaichu.cases.actions import bind_device
from kuaichu.cases.tokens import party_token
from kuaichu.dossier.tests.pictures import scene_jpeg
from kuaichu.web.api import (
    limits,
    schemas_calls,
    schemas_insurer,
    schemas_law,
    schemas_law_answers,
    schemas_party,
    schemas_public,
    words,
)
from kuaichu.web.api.tests import stories
from kuaichu.web.api.tests.calling import Caller, Insurer, Phone
from kuaichu.web.api.words import Sent
from tests import factories

pytestmark = pytest.mark.django_db
HAN = range(0x4E00, 0xA000)
LAW = "/api/v1/law/"  # nothing is stored there: test_law.py


@cache
def contract() -> dict:
    """`openapi.json`, read once: writing it takes half a second."""
    return Caller().read("/openapi.json")


def operations():
    schema = contract()
    return schema, [
        (path, method, operation) for path, methods in schema["paths"].items() for method, operation in methods.items()
    ]


def test_every_operation_has_an_id_a_summary_errors_and_a_key():
    schema, found = operations()
    ids = [operation["operationId"] for _, _, operation in found]
    assert len(ids) == len(set(ids)) >= 40
    for path, method, operation in found:
        assert any(ord(char) in HAN for char in operation["summary"]), path
        is_law = path.startswith(LAW)
        errors = {"422", "429"} if is_law else {"401", "404", "409", "422", "429"}
        assert errors <= set(operation["responses"]), path
        names = {parameter["name"] for parameter in operation["parameters"]}
        assert ("Idempotency-Key" in names) == (method == "post" and not is_law), path
        is_public = is_law or path.removeprefix("/api/v1/") in ("places", "reference", "cases", "joins")
        assert bool(operation.get("security")) != is_public, path
    assert {method for _, method, _ in found} == {"get", "post"}
    assert schema["info"]["version"] == limits.VERSION


def test_no_two_schemas_share_a_name_and_whatever_is_sent_refuses_unknown_fields():
    models = [
        (name, thing)
        for module in (
            schemas_calls,
            schemas_insurer,
            schemas_law,
            schemas_law_answers,
            schemas_party,
            schemas_public,
            words,
        )
        for name, thing in inspect.getmembers(module, inspect.isclass)
        if issubclass(thing, BaseModel) and thing.__module__ == module.__name__
    ]
    names = [name for name, _ in models]
    assert len(names) == len(set(names))
    schema, found = operations()
    sent = {
        operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for path, method, operation in found
        if method == "post" and not path.startswith(LAW) and "application/json" in operation["requestBody"]["content"]
    }
    table = dict(models)
    assert all(issubclass(table[name], Sent) for name in sent)
    assert all(schema["components"]["schemas"][name]["additionalProperties"] is False for name in sent)


def test_the_schema_loads_nothing_from_elsewhere_and_there_is_no_page():
    assert Caller().get("/docs").status_code == 404
    assert "cdn" not in json.dumps(contract())


def test_the_version_is_told_and_the_language_follows_the_caller():
    chinese, english = (Caller(lang).get("/reference") for lang in ("zh-CN,zh;q=0.9", "en-GB,en;q=0.5"))
    assert chinese.headers["Kuaichu-Api-Version"] == english.headers["Kuaichu-Api-Version"] == "1.0"
    assert chinese.json()["weather"][0] == {"code": "1", "text": "晴"}
    assert english.json()["weather"][0]["text"] != "晴"
    token = stories.reported().token
    wrong = {"number": "1234"}
    answers = [Phone(token, lang=lang).post("/case/payout-account", wrong).json() for lang in ("fr", "en")]
    assert answers[0]["code"] == answers[1]["code"]
    assert answers[0]["message"] != answers[1]["message"]


def test_one_shape_for_every_refusal():
    phone = stories.screened()
    unknown_field = phone.post("/case/choice", {"choice": "agree", "extra": 1})
    assert (unknown_field.status_code, unknown_field.json()) == (
        422,
        {
            "code": "request.invalid",
            "message": "请求的内容不对，请看 fields 里的说明",
            "fields": {"extra": {"code": "extra_forbidden", "message": "没有这一项"}},
        },
    )
    typed = {"occurred_at": "2020-01-01T00:00:00+08:00", "location": " ", "weather": "99"}
    fields = phone.post("/case/occurrence", typed)
    assert fields.status_code == 422
    assert set(fields.json()["fields"]) == {"occurred_at", "location", "weather"}
    state = phone.post("/case/choice", {"choice": "agree"})
    assert (state.status_code, state.json()["code"]) == (409, "case.moved_on")
    assert "拍照取证" in state.json()["message"]
    assert phone.get("/case/proposal").json() == {
        "code": "proposal.none",
        "message": "还没有责任建议，要等各方填完信息",
    }
    assert phone.get("/case/instruments/nonsense").status_code == 422
    method = phone.get("/case/officer")
    assert (method.status_code, method.json()["code"], method.headers["Allow"]) == (405, "method.not_allowed", "POST")


def test_a_refused_field_is_not_repeated():
    phone = stories.screened()
    body = {"name": "王小明", "document_kind": "id_card", "document_number": "339999196010181340", "vehicle_kind": "K3"}
    response = phone.post("/case/particulars", body)
    assert "document_number" in response.json()["fields"]
    assert "339999196010181340" not in response.content.decode()


def test_sizes_are_limited():
    phone = stories.screened()
    big = phone.post("/case/account", {"statement": "字" * limits.MAX_JSON_BYTES})
    assert (big.status_code, big.json()["code"]) == (413, "request.too_large")
    long = phone.post("/case/review", {"reason": "字" * 2001})
    assert long.json()["fields"]["reason"]["code"] == "string_too_long"
    assert phone.get("/case/timeline?limit=101").status_code == 422


def test_photos_are_refused_with_a_reason():
    phone = stories.screened()
    data = scene_jpeg(3)
    cases = {
        "photo.unknown_type": phone.send_photo("impact", b"MZ" + bytes(500)),
        "photo.empty": phone.send_photo("impact", b""),
        "photo.unknown_slot": phone.send_photo("roof", data),
        "photo.altered": phone.send_photo("impact", data, sha256="0" * 64),
        "form.invalid": phone.send_photo("impact", data, colour="red"),
    }
    assert {code: (answer.status_code, answer.json()["code"]) for code, answer in cases.items()} == {
        code: (422, code) for code in cases
    }


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_the_edges_of_time_are_refused(moment):
    phone = stories.screened()
    response = phone.post("/case/occurrence", {"occurred_at": moment, "location": "路口", "weather": "1"})
    assert (response.status_code, set(response.json()["fields"])) == (422, {"occurred_at"})


# What fuzzing sends: anything, under the names that the schema knows.
NASTY: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        -1,
        0,
        10**30,
        1e308,
        float("nan"),
        float("inf"),
        "",
        " ",
        "\x00",
        "\ud800",
        "𬱟",
        "x" * 5000,
        "A",
        "B",
        "yes",
        "unsure",
        "injured",
        "movable",
        "front",
        "1",
        "K3",
        "02",
        "motor",
        "id_card",
        "rear_end",
        "agree",
        "police",
        "339900",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-11-22T08:00:00+08:00",
        "1e400",
        [],
        {},
        [[]],
        [[[1, 2], [3, 4]]],
        [[[1e300, -1e300]] * 50],
        {"A": ["rear_end"], "B": []},
        {"A": None},
        {"Z": ["1"]},
        ["front", "front"],
        "0" * 64,
    ]
)
RAW = st.sampled_from([b"", b"{", b"[]", b"null", b"1", b"\xff\xfe", b'"' + b"x" * 100 + b'"', b"[" * 50_000])


@pytest.fixture
def callers(officer, adjusters):
    """Parties at two stages and an insurer, with every path they can call."""
    pair = factories.at_liability(officer)
    late = pair.parties["A"]
    found = operations()[1]
    posts = [
        (path.removeprefix("/api/v1").replace("{instrument_id}", "0" * 32), operation)
        for path, method, operation in found
        if method == "post" and not path.endswith("/case/photos") and not path.startswith(LAW)
    ]
    return posts, {
        "early": stories.screened(),
        "late": Phone(party_token(late.pk), bind_device(party_id=late.pk)),
        "insurer": Insurer("INS-A"),
    }


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_body_makes_it_fail(callers, data):
    posts, people = callers
    path, operation = data.draw(st.sampled_from(posts))
    is_insurer = path.startswith("/insurer")
    caller = people["insurer"] if is_insurer else people[data.draw(st.sampled_from(["early", "late"]))]
    path = path.replace("{claim_id}", "0" * 32).replace("{payment_id}", "0" * 32)
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    schema = operations_schema(reference)
    body = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys([*schema["properties"], "extra"], NASTY)))
    body |= {name: data.draw(NASTY) for name in schema.get("required", []) if name not in body}
    raw = data.draw(RAW) if data.draw(st.integers(0, 9)) == 0 and not is_insurer else json.dumps(body)
    response = caller.post(path, body if is_insurer else raw)
    assert response.status_code < 500, (path, body)
    if response.status_code >= 400:
        assert {"code", "message"} <= set(response.json()) <= {"code", "message", "fields"}


def operations_schema(name: str) -> dict:
    found = contract()["components"]["schemas"][name]
    return found | {"properties": found.get("properties", {})}
