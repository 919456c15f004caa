"""What happened reaches the parties by text message: once, to a confirmed phone, without names or places."""

from kuaichu.cases import texts
from kuaichu.journal import dispatch
from kuaichu.journal.models import Event
from kuaichu.liability.actions import Decision, choose, determine
from kuaichu.links.models import Exchange
from tests.factories import PEOPLE, at_liability, confirm_phone, give_details, pass_photos, two_parties


def told(event: str) -> list[str]:
    """The texts about one kind of event, as they are built now."""
    dispatch.run_waiting()
    about = {str(key) for key in Event.objects.filter(name=event).values_list("pk", flat=True)}
    rows = Exchange.objects.filter(operation="progress.send").order_by("subject_id")
    return [texts.progress_text(row)["text"] for row in rows if row.subject_id.split(":")[0] in about]


def test_who_confirmed_a_phone_is_told_what_happened_and_nobody_is_named(officer, insurers):
    pair = two_parties()
    confirm_phone(pair.parties["B"])
    pass_photos(pair, officer)
    (text,) = told("photos.passed")
    assert "可以离开" in text
    assert f"/c/{pair.tokens['B']}/" in text
    assert told("photos.passed") == [text]
    give_details(pair)
    for party in pair.parties.values():
        choose(party_id=party.pk, choice="police")
    decision = Decision(grades={"A": "full", "B": "none"}, facts_text="甲车追尾乙车。")
    determine(case_id=pair.case.pk, officer=officer, decision=decision)
    texts_sent = told("instrument.served")
    assert len(texts_sent) == 2
    assert all("认定书" in text and len(text) < 140 for text in texts_sent)
    for private in (*(person.name for person in PEOPLE.values()), "D12345", pair.case.location, officer.name):
        assert all(private not in text for text in (text, *texts_sent))


def test_an_agreement_to_sign_sends_no_text(officer, insurers):
    pair = at_liability(officer)
    for party in pair.parties.values():
        choose(party_id=party.pk, choice="agree")
    assert told("instrument.served") == []
