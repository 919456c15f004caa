"""What is there when the demonstration starts: rows of the city, and one case waiting at each desk."""

from pathlib import Path

from django.conf import settings

from kuaichu import worker
from kuaichu.accounts.models import Person
from kuaichu.cases import actions
from kuaichu.cases.models import Case
from kuaichu.demo.city import city, ensure_rows
from kuaichu.demo.life.kept import KeptCase, the_book
from kuaichu.demo.life.people import EXAMPLE
from kuaichu.demo.map import lay_out
from kuaichu.demo.play import Play, Scene
from kuaichu.liability.actions import Decision, apply_for_review, determine


def seed() -> None:
    """Rows always; example cases once. Everything goes through the product's own actions."""
    ensure_rows()
    lay_out(city()["place"]["code"])
    _write_origin(Path(settings.HOME))
    if Case.objects.exists():
        return
    officer = Person.objects.get(username="officer")
    book = the_book()
    for play in (
        _waiting_for_photo_check(),
        _waiting_for_determination(officer),
        _waiting_for_an_officer(),
        _waiting_for_review(officer),
        _waiting_for_assessment(officer),
    ):
        name = f"{EXAMPLE}-{play.scene.first}-{play.scene.second}"
        book.add(KeptCase(play.case.number, name, play.scene.story))
    worker.run_until_idle(rounds=4)


def _write_origin(home: Path) -> None:
    if settings.ORIGIN:
        (home / "origin").write_text(settings.ORIGIN)


def _waiting_for_photo_check() -> Play:
    return Play(Scene(first=2, second=3, place=1, photos="b")).screen().locate().join().photograph()


def _waiting_for_determination(officer: Person) -> Play:
    play = Play(Scene(first=4, second=5, place=2, story="lane_change", photos="a", minutes_ago=35, is_disputed=True))
    return play.screen().locate().join().photograph().pass_photos(officer).give_details().choose("police")


def _waiting_for_an_officer() -> Play:
    play = Play(Scene(first=3, second=2, place=3, photos="b", minutes_ago=8)).screen().locate().join()
    actions.request_officer(party_id=play.parties["B"].pk)
    return play


def _waiting_for_review(officer: Person) -> Play:
    play = Play(Scene(first=5, second=0, place=4, story="lane_change", photos="b", minutes_ago=90))
    play.screen().locate().join().photograph().pass_photos(officer).give_details().choose("police")
    decision = Decision(
        grades={"A": "none", "B": "full"},
        facts_text="乙方向左变更车道时影响了相关车道内正常行驶的甲方车辆，两车刮擦。",
    )
    determine(case_id=play.case.pk, officer=officer, decision=decision)
    play.sign()
    apply_for_review(
        party_id=play.parties["B"].pk, reason="我已经打了转向灯，变道基本完成，是对方加速不让，请再看照片。"
    )
    return play


def _waiting_for_assessment(officer: Person) -> Play:
    play = Play(Scene(first=0, second=1, place=0, photos="a", minutes_ago=55))
    return play.screen().locate().join().photograph().pass_photos(officer).give_details().choose("agree").sign()
