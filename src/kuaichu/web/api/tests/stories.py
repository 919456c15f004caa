"""The steps of a journey over the API, shared by the tests."""

from dataclasses import asdict

from kuaichu import clock, law
from kuaichu.cases.models import Party
from kuaichu.cases.tokens import token_digest
from kuaichu.dossier.tests.pictures import scene_jpeg
from kuaichu.web.api.tests.calling import Caller, Phone
from tests import factories

SLOTS = ("scene_front", "scene_rear", "impact")


def party_of(phone: Phone) -> Party:
    return Party.objects.select_related("case").get(token_digest=token_digest(phone.token))


def reported() -> Phone:
    return Phone(Caller().do("/cases", {"place": factories.PLACE})["token"])


def screened() -> Phone:
    phone = reported()
    question = law.QUESTIONS[0].code
    while question:
        answer = {"question": question, "answer": factories.harmless_answer(question)}
        result = phone.do("/case/screening", answer)
        question = result["next_question"]["code"] if result["next_question"] else ""
    assert result["track"] == "photograph_leave"
    return phone


def place(phone: Phone) -> None:
    phone.do(
        "/case/occurrence",
        {"occurred_at": clock.now().isoformat(), "location": "人民路与解放路路口", "weather": "1"},
    )


def joined(phone: Phone) -> Phone:
    invitation = phone.do("/case/invitations")
    return Phone(Caller().do("/joins", {"code": invitation["code"]})["token"])


def photograph(phone: Phone) -> None:
    for number, slot in enumerate(SLOTS):
        response = phone.send_photo(slot, scene_jpeg(number))
        assert response.status_code == 201, response.content.decode()
    phone.do("/case/photos/submission")


def confirm_phone(phone: Phone) -> None:
    party = party_of(phone)
    phone.do("/case/phone/code", {"phone": factories.PHONES[party.letter]})
    answer = phone.do("/case/phone/confirmation", {"code": factories.newest_code(party)})
    phone.device = answer["device_secret"]


def give_details(phone: Phone, situations: dict[str, list[str]] | None = None) -> None:
    confirm_phone(phone)
    letter = party_of(phone).letter
    phone.do("/case/particulars", asdict(factories.PEOPLE[letter]))
    phone.do(
        "/case/account",
        {
            "situations": situations or {"A": ["rear_end"], "B": []},
            "damaged_parts": ["front" if letter == "A" else "rear"],
            "collision_form": "1",
        },
    )


def sign(phone: Phone) -> None:
    listed = phone.read("/case/instruments")["instruments"][0]
    whole = phone.read(f"/case/instruments/{listed['id']}")
    assert whole["content_digest"] == listed["content_digest"]
    phone.do("/case/signing-code")
    phone.do(
        f"/case/instruments/{listed['id']}/signature",
        {
            "content_digest": whole["content_digest"],
            "code": factories.newest_code(party_of(phone)),
            "strokes": factories.SCRIBBLE,
        },
    )
