"""One case whose two parties, officers and adjusters do everything at the same moment."""

from collections.abc import Sequence
from functools import cache, partial

from kuaichu import clock
from kuaichu.accounts.codes import digits_of
from kuaichu.accounts.models import OneTimeCode, Person
from kuaichu.cases import actions as cases
from kuaichu.cases.models import Case, Party
from kuaichu.cases.states import Stage
from kuaichu.claims import actions as claims
from kuaichu.claims.models import Claim, Payment, Settlement
from kuaichu.dossier.actions.photos import pass_photos, receive_photo, submit_photos
from kuaichu.dossier.actions.signing import sign
from kuaichu.dossier.queries import open_instrument
from kuaichu.dossier.tests.pictures import scene_jpeg
from kuaichu.errors import NotFound
from kuaichu.liability import actions as liability
from tests import factories
from tests.at_once import Crowd

CARDS = {"A": "6217000000000000004", "B": "6228480000000000018"}
SAID = {"A": ("rear_end",), "B": ()}


@cache
def picture(number: int) -> bytes:
    """A small photo that passes every check."""
    return scene_jpeg(number, (360, 330))


class RacedCase:
    """Letters are the parties; `people` are the threads that act for them."""

    def __init__(self, number: int, people: Crowd) -> None:
        self.number = number
        self.people = people
        first = factories.new_case()
        # Nobody races through the questions, so they are skipped here.
        Case.objects.filter(pk=first.case.pk).update(stage=Stage.EVIDENCE, track="photograph_leave")
        cases.record_occurrence(
            party_id=first.party.pk,
            occurrence=cases.Occurrence(occurred_at=clock.now(), location="人民路与解放路路口", weather="1"),
        )
        self.case_id = first.case.pk
        self.ids = {"A": first.party.pk}

    def to_signed(self, officers: Sequence[Person]) -> "RacedCase":
        """The whole journey of the parties, each step by both at once, the officers' check by both officers at once."""
        self.join()
        self.photograph()
        self.check(officers)
        self.confirm_phones()
        self.give_details()
        self.choose("agree")
        self.sign()
        return self

    def join(self) -> None:
        """The other driver taps twice."""
        code = cases.invite(party_id=self.ids["A"]).code
        answers = self.people.at_once([lambda: cases.join(code=code)] * 2)
        joined = [answer for answer in answers if isinstance(answer, cases.NewParty)]
        assert len(joined) == 1, answers
        self.ids["B"] = joined[0].party.pk

    def photograph(self) -> None:
        """Both take the same picture slot at once, then each another one, and both hand in."""

        def send(letter: str, slot: str, number: int):
            return lambda: receive_photo(party_id=self.ids[letter], slot=slot, data=picture(number))

        self.people.at_once([send("A", "scene_front", 1), send("B", "scene_front", 2)])
        self.people.at_once([send("A", "scene_rear", 3), send("B", "impact", 4)])
        self.both(lambda letter: submit_photos(party_id=self.ids[letter]))

    def check(self, officers: Sequence[Person]) -> None:
        answers = self.people.at_once(
            [lambda officer=officer: pass_photos(case_id=self.case_id, officer=officer) for officer in officers]
        )
        assert sorted(str(answer) for answer in answers if isinstance(answer, str)) == ["photos.already_checked"]

    def confirm_phones(self) -> None:
        self.both(lambda letter: cases.request_phone_code(party_id=self.ids[letter], phone=self.phone(letter)))
        self.both(lambda letter: cases.confirm_phone(party_id=self.ids[letter], typed=self.code(letter)))

    def give_details(self) -> None:
        def details(letter: str) -> None:
            cases.save_particulars(party_id=self.ids[letter], particulars=factories.PEOPLE[letter])
            parts = ("front",) if letter == "A" else ("rear",)
            account = cases.Account(situations=SAID, damaged_parts=parts, collision_form="1")
            cases.give_account(party_id=self.ids[letter], account=account)

        self.both(details)

    def choose(self, choice: str) -> None:
        self.both(lambda letter: liability.choose(party_id=self.ids[letter], choice=choice))

    def sign(self) -> None:
        """Codes at once, signatures at once."""
        self.both(lambda letter: cases.request_signing_code(party_id=self.ids[letter]))
        view = open_instrument(self.case_id)
        assert view is not None
        codes = {letter: self.code(letter) for letter in self.ids}
        self.both(
            lambda letter: sign(
                party_id=self.ids[letter],
                instrument_id=view.instrument.pk,
                strokes=factories.SCRIBBLE,
                typed_code=codes[letter],
            )
        )

    def pay(self, adjusters: dict[str, Sequence[Person]]) -> None:
        """Both insurers assess at once; two adjusters of each approve and order at once."""
        self.both(lambda letter: cases.save_payout_account(party_id=self.ids[letter], number=CARDS[letter]))
        line = claims.LossLine(part="rear", item="", work="repair", amount_fen=185_000)

        def assess(letter: str) -> None:
            # Whoever has to look at a car follows from liability, so both insurers try both cars.
            for adjuster in (adjusters["INS-A"][0], adjusters["INS-B"][0]):
                try:
                    claims.record_assessment(
                        party_id=self.ids[letter], adjuster=adjuster, lines=[line] if letter == "B" else []
                    )
                except NotFound:
                    continue

        self.both(assess)
        settlement = Settlement.objects.get(case_id=self.case_id, voided_at__isnull=True)
        for claim in Claim.objects.filter(case_id=self.case_id).select_related("insurer"):
            if settlement.lines.filter(payer_claim=claim).exists():
                self._approve_and_order(claim, settlement, adjusters[claim.insurer.code])

    def _approve_and_order(self, claim: Claim, settlement: Settlement, adjusters: Sequence[Person]) -> None:
        version = settlement.version
        answers = self.people.at_once(
            [
                lambda person=person: claims.approve(claim_id=claim.pk, adjuster=person, version=version)
                for person in adjusters
            ]
        )
        assert answers.count("claim.approved_already") == 1, answers
        for payment_id in Payment.objects.filter(claim=claim).values_list("pk", flat=True):
            order = partial(claims.order_payment, payment_id=payment_id)
            self.people.at_once([partial(order, adjuster=person) for person in adjusters])

    def with_people(self, people: Crowd) -> "RacedCase":
        """The same case, acted by other threads."""
        self.people = people
        return self

    def both(self, act) -> None:
        answers = self.people.at_once([lambda letter=letter: act(letter) for letter in ("A", "B")])
        assert not [answer for answer in answers if isinstance(answer, str)], answers

    def phone(self, letter: str) -> str:
        return f"13{'89'['AB'.index(letter)]}{self.number:08d}"

    def code(self, letter: str) -> str:
        newest = OneTimeCode.objects.filter(subject_id=str(self.ids[letter])).latest("issued_at")
        return digits_of(newest.pk)

    @property
    def case(self) -> Case:
        return Case.objects.get(pk=self.case_id)

    @property
    def parties(self) -> list[Party]:
        return list(self.case.parties.all())
