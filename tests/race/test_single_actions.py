"""The same thing done by many people, or many times, at one moment: it happens once, and nobody sees a crash."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection

from kuaichu import clock
from kuaichu.accounts.models import Person, Role
from kuaichu.calls.actions.online import OnlineReport, note_case
from kuaichu.calls.models import Call
from kuaichu.cases import actions as cases
from kuaichu.cases import deadlines
from kuaichu.cases.models import Deadline, Party
from kuaichu.cases.states import Stage
from kuaichu.dossier.actions.signing import sign
from kuaichu.dossier.models import Instrument, Signature
from kuaichu.dossier.queries import open_instrument
from kuaichu.journal.chain import check_stream
from kuaichu.journal.models import Event
from kuaichu.liability import actions as liability
from kuaichu.liability.models import Determination, PartyChoice
from kuaichu.wiring import DUE
from tests import factories
from tests.at_once import at_once, crowd

pytestmark = pytest.mark.django_db(transaction=True)
TAPS = 8
FULL_A = liability.Decision(grades={"A": "full", "B": "none"}, facts_text="甲方追尾乙方。")


@pytest.fixture(autouse=True)
def _agencies(unit, insurers):
    """A unit in charge and two insurers."""


def refusals(answers: list) -> list[str]:
    return [answer for answer in answers if isinstance(answer, str)]


def signing(pair: factories.Pair) -> Instrument:
    for party in pair.parties.values():
        liability.choose(party_id=party.pk, choice="agree")
    view = open_instrument(pair.case.pk)
    assert view is not None
    return view.instrument


def test_ten_officers_determine_one_case(officer, unit):
    officers = [officer] + [
        Person.objects.create_user(f"officer-{n}", None, name="民警", role=Role.OFFICER, agency=unit) for n in range(9)
    ]
    pair = factories.at_liability(officer)
    for party in pair.parties.values():
        liability.choose(party_id=party.pk, choice="police")
    answers = at_once(
        *[partial(liability.determine, case_id=pair.case.pk, officer=person, decision=FULL_A) for person in officers]
    )
    assert refusals(answers) == ["case.moved_on"] * 9
    assert Determination.objects.count() == Instrument.objects.count() == 1
    assert pair.refresh().case.stage == Stage.SIGNING
    assert check_stream(pair.case.pk) is None


def test_taps_on_every_button_of_the_journey(officer):
    """Each of a party's buttons tapped eight times at once, from the first answer to the signature."""
    with crowd(TAPS) as people:

        def tap(call, *args, **kwargs) -> list:
            return people.at_once([partial(call, *args, **kwargs)] * TAPS)

        new = factories.new_case()
        tap(cases.answer_screening, party_id=new.party.pk, question="injured", answer="no")
        assert new.case.answers.count() == 1
        pair = factories.at_liability(officer)
        a, b = pair.parties["A"], pair.parties["B"]
        for party in (a, b):
            assert refusals(tap(liability.choose, party_id=party.pk, choice="agree")) == (
                [] if party is a else ["case.moved_on"] * (TAPS - 1)
            )
        assert (PartyChoice.objects.count(), Instrument.objects.count()) == (2, 1)
        view = open_instrument(pair.case.pk)
        for party in (a, b):
            cases.request_signing_code(party_id=party.pk)
            code = factories.newest_code(party)
            own = {"party_id": party.pk, "instrument_id": view.instrument.pk}
            tap(sign, **own, strokes=factories.SCRIBBLE, typed_code=code)
        assert Signature.objects.count() == 2
        names = list(Event.objects.filter(stream=pair.case.pk).values_list("name", flat=True))
        assert (names.count("instrument.signed"), names.count("instrument.completed")) == (2, 1)
        assert pair.refresh().case.stage == Stage.CLAIMS
        assert check_stream(pair.case.pk) is None


def test_a_code_typed_twice_at_once_confirms_the_phone_for_both_taps(officer):
    """The browser shows the answer to the second tap: it must not say that the code was wrong."""
    pair = factories.two_parties()
    party = pair.parties["A"]
    cases.request_phone_code(party_id=party.pk, phone="13800138001")
    code = factories.newest_code(party)
    assert refusals(at_once(*[partial(cases.confirm_phone, party_id=party.pk, typed=code)] * 2)) == []
    cases.confirm_phone(party_id=party.pk, typed=code)
    assert list(Event.objects.filter(name="phone.confirmed")) == [Event.objects.get(name="phone.confirmed")]


def test_everybody_joins_and_nobody_becomes_a_fourth_party(officer):
    first = factories.screened()
    codes = [cases.invite(party_id=first.party.pk).code]
    answers = at_once(*[partial(cases.join, code=codes[0])] * TAPS)
    assert refusals(answers) == ["join.used"] * (TAPS - 1)
    add = partial(cases.add_party, party_id=first.party.pk, kind="motor", phone_mode="shared")
    assert set(refusals(at_once(*[add] * TAPS))) == {"party.too_many"}
    assert sorted(Party.objects.filter(case=first.case).values_list("letter", flat=True)) == ["A", "B", "C"]


def test_the_last_signature_and_the_clock_at_the_same_moment(officer, monkeypatch):
    """Both want the case and the clock; whoever is second finds the case moved on, and nobody is aborted."""
    with crowd(2) as people:
        for _ in range(4):
            pair = factories.at_liability(officer)
            instrument = signing(pair)
            for party in pair.parties.values():
                party.refresh_from_db()
                cases.request_signing_code(party_id=party.pk)
            a, b = pair.parties["A"], pair.parties["B"]
            own = {"instrument_id": instrument.pk, "strokes": factories.SCRIBBLE}
            sign(party_id=a.pk, typed_code=factories.newest_code(a), **own)
            last = partial(sign, party_id=b.pk, typed_code=factories.newest_code(b), **own)
            Deadline.objects.filter(case=pair.case, clock="signature.open").update(due_at=clock.now())
            answers = people.at_once([last, partial(deadlines.run_due, DUE)])
            stage = pair.refresh().case.stage
            assert (stage, answers[0]) in [
                (Stage.CLAIMS, None),
                (Stage.ATTENDANCE, "case.moved_on"),
                (Stage.ATTENDANCE, "instrument.closed"),
            ]
            assert not Deadline.objects.filter(attempts__gt=0).exists()
            monkeypatch.setattr(factories, "PHONES", {k: str(int(v) + 1) for k, v in factories.PHONES.items()})


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks are PostgreSQL's")
def test_a_clock_waits_for_the_case_before_it_touches_its_own_row(officer):
    """An action holds the case and then stops the clock; the worker must not hold the clock and wait for the case."""
    import threading

    from django.db import connections, transaction

    from kuaichu.cases.locking import lock_case

    pair = factories.at_liability(officer)
    signing(pair)
    Deadline.objects.filter(clock="signature.open").update(due_at=clock.now() - timedelta(seconds=1))

    def fire() -> None:
        try:
            deadlines.run_due(DUE)
        finally:
            connections.close_all()

    worker = threading.Thread(target=fire)
    with transaction.atomic():
        case = lock_case(pair.case.pk)
        worker.start()
        worker.join(0.5)  # it has reached the point where it waits for us
        deadlines.settle(case, "signature.open")
    worker.join()
    deadline = Deadline.objects.get(clock="signature.open")
    assert (deadline.fired_at, deadline.attempts) == (None, 0)
    assert pair.refresh().case.stage == Stage.SIGNING


def test_one_case_is_noted_once_among_the_calls_by_ten_reactions(officer, unit):
    pair = factories.at_liability(officer)
    Call.objects.filter(case_number=pair.case.number).delete()
    report = OnlineReport(
        number=pair.case.number,
        place_code=unit.place_id,
        unit_id=unit.pk,
        reported_at=pair.case.created_at,
        location="人民大道",
        lon_wgs84=None,
        lat_wgs84=None,
        phone="",
        subclass="two_cars",
    )
    noted = at_once(*[partial(note_case, report)] * TAPS)
    assert len({call.pk for call in noted}) == 1 == Call.objects.count()
    assert Event.objects.filter(name="call.received").count() == 1
