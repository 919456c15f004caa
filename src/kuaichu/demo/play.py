"""Playing the parts of drivers and officers through the product's own actions, up to a given point of the journey."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from kuaichu import clock, law
from kuaichu.accounts.codes import digits_of
from kuaichu.accounts.models import OneTimeCode, Person
from kuaichu.cases import actions
from kuaichu.cases.actions import Account, Occurrence, Particulars
from kuaichu.cases.models import Case, Party
from kuaichu.demo.city import PHOTOS, Driver, city, drivers
from kuaichu.dossier.actions.photos import pass_photos, receive_photo, submit_photos
from kuaichu.dossier.actions.signing import sign
from kuaichu.dossier.queries import open_instrument
from kuaichu.liability.actions import choose, ensure_proposal

_REQUIRED = ("scene_front", "scene_rear", "impact")
_HARMLESS_YES = {"movable", "licence", "plate", "marks", "agreed"}
_INK = [[[120, 150], [300, 120], [260, 300], [180, 330]], [[420, 90], [440, 320]], [[560, 140], [760, 130], [640, 330]]]


@dataclass(frozen=True)
class Scene:
    """One example: which two drivers, where, what each is said to have done, which photos."""

    first: int = 0
    second: int = 1
    place: int = 0
    story: str = "rear_end"
    photos: str = "a"
    minutes_ago: int = 12
    is_disputed: bool = False


@dataclass(frozen=True)
class Story:
    """Conduct by letter, damaged part by letter, form of the collision."""

    conduct: dict[str, tuple[str, ...]]
    parts: dict[str, str]
    form: str


STORIES = {
    "rear_end": Story({"A": ("rear_end",), "B": ()}, {"A": "front", "B": "rear"}, "1"),
    "lane_change": Story({"A": (), "B": ("lane_change",)}, {"A": "front_left", "B": "rear_right"}, "7"),
    "reversing": Story({"A": ("reversing",), "B": ()}, {"A": "rear", "B": "front"}, "1"),
    "not_yielding": Story({"A": ("not_yielding",), "B": ()}, {"A": "front", "B": "left"}, "1"),
    "door": Story({"A": ("door",), "B": ()}, {"A": "left", "B": "front"}, "1"),
}


class Play:
    """A case in the making. Each step is one thing that a person does on a page.

    `people` and `spot` (location, lon_wgs84, lat_wgs84) in place of those that the scene names.
    """

    def __init__(
        self, scene: Scene, *, people: Mapping[str, Driver] | None = None, spot: Mapping[str, Any] | None = None
    ) -> None:
        self.scene = scene
        self.spot = spot or city()["places"][scene.place]
        new = actions.report(place_code=city()["place"]["code"])
        self.case: Case = new.case
        self.parties: dict[str, Party] = {"A": new.party}
        self.people = dict(people or {"A": drivers()[scene.first], "B": drivers()[scene.second]})

    def screen(self, **answers: str) -> "Play":
        """Answer the questions; harmless unless given."""
        result = law.screen({}, on=clock.today(), place=self.case.place_id)
        while not result.is_complete and result.next_question is not None:
            code = getattr(result.next_question, "code", str(result.next_question))
            answer = answers.get(code, "yes" if code in _HARMLESS_YES else "no")
            result = actions.answer_screening(party_id=self.parties["A"].pk, question=code, answer=answer)
        return self

    def locate(self) -> "Play":
        """Say where and when."""
        spot = self.spot
        occurrence = Occurrence(
            occurred_at=clock.now() - timedelta(minutes=self.scene.minutes_ago),
            location=spot["location"],
            weather="1",
            lon_wgs84=spot["lon_wgs84"],
            lat_wgs84=spot["lat_wgs84"],
            accuracy_m=12.0,
            source="device",
        )
        actions.record_occurrence(party_id=self.parties["A"].pk, occurrence=occurrence)
        return self

    def join(self) -> "Play":
        """The other driver types the six digits."""
        invitation = actions.invite(party_id=self.parties["A"].pk)
        self.parties["B"] = actions.join(code=invitation.code).party
        return self

    def photograph(self) -> "Play":
        """Three photos, handed in."""
        for slot in _REQUIRED:
            data = (PHOTOS / f"{self.scene.photos}_{slot}.jpg").read_bytes()
            receive_photo(party_id=self.parties["A"].pk, slot=slot, data=data)
        submit_photos(party_id=self.parties["A"].pk)
        return self

    def pass_photos(self, officer: Person) -> "Play":
        """The officer at the desk is content."""
        pass_photos(case_id=self.case.pk, officer=officer)
        return self

    def give_details(self) -> "Play":
        """Phones confirmed, particulars and accounts given on both phones."""
        for letter, party in self.parties.items():
            actions.request_phone_code(party_id=party.pk, phone=self.people[letter].phone)
            actions.confirm_phone(party_id=party.pk, typed=self._digits(party))
            actions.save_particulars(party_id=party.pk, particulars=particulars_of(self.people[letter]))
            actions.give_account(party_id=party.pk, account=self._account(letter))
        ensure_proposal(case_id=self.case.pk)
        return self

    def _account(self, letter: str) -> Account:
        story = STORIES[self.scene.story]
        conduct = story.conduct
        if self.scene.is_disputed and letter == "B":
            conduct = {"A": story.conduct["B"], "B": story.conduct["A"]}
        return Account(situations=conduct, damaged_parts=(story.parts[letter],), collision_form=story.form)

    def choose(self, choice: str) -> "Play":
        """Both tap the same button."""
        for party in self.parties.values():
            choose(party_id=party.pk, choice=choice)
        return self

    def sign(self, letters: str = "AB") -> "Play":
        """They sign what lies open."""
        view = open_instrument(self.case.pk)
        if view is None:
            raise RuntimeError("nothing to sign")
        for party in (self.parties[letter] for letter in letters):
            actions.request_signing_code(party_id=party.pk)
            sign(party_id=party.pk, instrument_id=view.instrument.pk, strokes=_INK, typed_code=self._digits(party))
        return self

    def name_accounts(self) -> "Play":
        """Both say where the money shall go."""
        for number, party in enumerate(self.parties.values()):
            actions.save_payout_account(party_id=party.pk, number=SAMPLE_CARDS[number])
        return self

    def _digits(self, party: Party) -> str:
        return digits_of(OneTimeCode.objects.filter(subject_id=str(party.pk)).latest("issued_at").pk)


def _card(first_15: str) -> str:
    """A card number that passes Luhn's check and belongs to no bank's range in use here."""
    total = sum(
        digit if index % 2 else (digit * 2 - 9 if digit > 4 else digit * 2)
        for index, digit in enumerate(map(int, first_15))
    )
    return first_15 + str(-total % 10)


SAMPLE_CARDS = (_card("621700000000001"), _card("622800000000002"))


def particulars_of(driver: Driver) -> Particulars:
    """The form as this driver fills it in."""
    return Particulars(
        name=driver.name,
        document_kind="id_card",
        document_number=driver.id_number,
        vehicle_kind="K3",
        plate_kind=driver.plate_kind,
        plate=driver.plate,
        insurer_code=driver.insurer_code,
        policy_number=driver.policy_number,
    )
