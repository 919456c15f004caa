"""Cases at any stage, made through the product's own actions."""

from dataclasses import dataclass, field
from functools import lru_cache

from kuaichu import clock
from kuaichu.accounts.codes import digits_of
from kuaichu.accounts.models import OneTimeCode
from kuaichu.cases import actions
from kuaichu.cases.actions import Account, Occurrence, Particulars
from kuaichu.cases.models import Case, Party

PLACE = "339900"
ANSWERS_NONE = ("injured", "movable", "left", "drink_drugs", "licence", "plate", "overloaded", "deliberate")

PEOPLE = {
    "A": Particulars(
        name="王小明",
        document_kind="id_card",
        document_number="339999196010181347",
        vehicle_kind="K3",
        plate_kind="02",
        plate="浙D12345",
        insurer_code="INS-A",
        policy_number="PDZA202633990000012345",
    ),
    "B": Particulars(
        name="李𬱟",
        document_kind="id_card",
        document_number="33999919681016641X",
        vehicle_kind="K3",
        plate_kind="52",
        plate="浙DD12345",
        insurer_code="INS-B",
        policy_number="PDAA202633990000067890",
    ),
}
PHONES = {"A": "13800138001", "B": "13900139002", "C": "13700137003"}


@dataclass
class Pair:
    """A case with its parties by letter and their links."""

    case: Case
    parties: dict[str, Party]
    tokens: dict[str, str] = field(default_factory=dict)

    def refresh(self) -> "Pair":
        self.case.refresh_from_db()
        for party in self.parties.values():
            party.refresh_from_db()
        return self


def new_case(place_code: str = PLACE) -> actions.NewParty:
    """Just reported, nothing answered."""
    return actions.report(place_code=place_code)


def screened(**overrides: str) -> actions.NewParty:
    """Screened with the harmless answer to every question (and `overrides`)."""
    from kuaichu import law

    new = new_case()
    answers: dict[str, str] = {}
    result = law.screen(answers, on=clock.today(), place=PLACE)
    while result.next_question is not None:
        code = result.next_question.code
        answer = overrides.get(code, harmless_answer(code))
        result = actions.answer_screening(party_id=new.party.pk, question=code, answer=answer)
    new.case.refresh_from_db()
    return new


def harmless_answer(question: str) -> str:
    """The answer under which nothing bars the fast track."""
    from kuaichu import law

    harmless = {"movable": "yes", "licence": "yes", "plate": "yes", "marks": "yes", "agreed": "yes"}
    assert any(item.code == question for item in law.QUESTIONS)
    return harmless.get(question, "no")


def two_parties(**overrides: str) -> Pair:
    """Screened, placed, B joined by code."""
    first = screened(**overrides)
    actions.record_occurrence(
        party_id=first.party.pk,
        occurrence=Occurrence(occurred_at=clock.now(), location="人民路与解放路路口", weather="1"),
    )
    invitation = actions.invite(party_id=first.party.pk)
    second = actions.join(code=invitation.code)
    return Pair(first.case, {"A": first.party, "B": second.party}, {"A": first.token, "B": second.token}).refresh()


def pass_photos(pair: Pair, officer) -> None:
    """Three photos handed in and passed."""
    from kuaichu.dossier.actions.photos import pass_photos as pass_them
    from kuaichu.dossier.actions.photos import receive_photo, submit_photos

    for number, slot in enumerate(("scene_front", "scene_rear", "impact")):
        receive_photo(party_id=pair.parties["A"].pk, slot=slot, data=_picture(number))
    submit_photos(party_id=pair.parties["A"].pk)
    pass_them(case_id=pair.case.pk, officer=officer)
    pair.refresh()


@lru_cache(maxsize=3)
def _picture(number: int) -> bytes:
    """A small photo, made once: intake is tested elsewhere."""
    from kuaichu.dossier.tests.pictures import scene_jpeg

    return scene_jpeg(number, (330, 330))


def newest_code(party: Party) -> str:
    """The digits of the newest one-time code of a party."""
    return digits_of(OneTimeCode.objects.filter(subject_id=str(party.pk)).latest("issued_at").pk)


def confirm_phone(party: Party) -> None:
    actions.request_phone_code(party_id=party.pk, phone=PHONES[party.letter])
    actions.confirm_phone(party_id=party.pk, typed=newest_code(party))


def give_details(pair: Pair, situations: dict[str, tuple[str, ...]] | None = None) -> None:
    """Phones, particulars and agreeing accounts (A ran into B from behind unless told otherwise)."""
    said = situations or {"A": ("rear_end",), "B": ()}
    for letter, party in pair.parties.items():
        confirm_phone(party)
        actions.save_particulars(party_id=party.pk, particulars=PEOPLE[letter])
        actions.give_account(
            party_id=party.pk,
            account=Account(
                situations=said, damaged_parts=("front",) if letter == "A" else ("rear",), collision_form="1"
            ),
        )
    pair.refresh()


def at_liability(officer, situations: dict[str, tuple[str, ...]] | None = None) -> Pair:
    """Photos passed, details complete, the proposal made."""
    from kuaichu.liability.actions import ensure_proposal

    pair = two_parties()
    pass_photos(pair, officer)
    give_details(pair, situations)
    ensure_proposal(case_id=pair.case.pk)
    return pair.refresh()


def sign_all(pair: Pair) -> None:
    """Every party signs the open instrument with a fresh code."""
    from kuaichu.dossier.actions.signing import sign
    from kuaichu.dossier.queries import open_instrument

    view = open_instrument(pair.case.pk)
    assert view is not None
    for party in pair.parties.values():
        actions.request_signing_code(party_id=party.pk)
        sign(party_id=party.pk, instrument_id=view.instrument.pk, strokes=SCRIBBLE, typed_code=newest_code(party))
    pair.refresh()


SCRIBBLE = [[[100, 100], [300, 300], [500, 120]], [[600, 80], [620, 330], [900, 200]]]


def at_claims(officer, situations: dict[str, tuple[str, ...]] | None = None) -> Pair:
    """Self-settled and signed by both."""
    from kuaichu.liability.actions import choose

    pair = at_liability(officer, situations)
    for party in pair.parties.values():
        choose(party_id=party.pk, choice="agree")
    pair.refresh()
    sign_all(pair)
    return pair
