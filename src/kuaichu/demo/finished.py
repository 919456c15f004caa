"""One rear-end collision from the first tap to the money, played through the product's own actions."""

from collections.abc import Callable

from kuaichu.accounts.models import Person
from kuaichu.cases.models import Case
from kuaichu.cases.states import Stage
from kuaichu.claims.actions import LossLine
from kuaichu.demo.adjusters import Losses, jobs
from kuaichu.demo.city import drivers
from kuaichu.demo.play import Play, Scene
from kuaichu.journal.models import Event
from kuaichu.money import parse_yuan

_OFFICER = "officer2"
_SCENE = Scene(first=4, second=1, place=5, photos="a", minutes_ago=26)
LOSSES: Losses = {
    letter: [LossLine(part, item, work, parse_yuan(yuan)) for part, item, work, yuan in rows]
    for letter, rows in {
        "A": (
            ("front", "前保险杠皮", "replace", "1380"),
            ("front", "前保险杠", "paint", "620"),
            ("", "拆装工时", "labour", "300"),
        ),
        "B": (
            ("rear", "后保险杠皮", "replace", "1650"),
            ("rear", "尾门", "repair", "980"),
            ("rear", "尾门", "paint", "720"),
        ),
    }.items()
}


def play_finished_case(wait: Callable[[float], bool], *, patience_s: float, pause_s: float) -> bool:
    """Play it unless it is there already. True once the case is closed, False when it was there or time ran out.

    `wait(seconds)` pauses and returns True when the play has to stop. The worker and the insurers must be running.
    """
    if Case.objects.filter(stage=Stage.CLOSED).exists() or Event.objects.filter(name="payment.ordered").exists():
        return False
    if not Person.objects.filter(username=_OFFICER).exists():
        return False  # a demonstration without example cases has nobody to play them
    case = _begun() or _play_to_the_claims()
    waited = 0.0
    while waited < patience_s:
        if _advance(case):
            return True
        if wait(pause_s):
            return False
        waited += pause_s
    return False


def _begun() -> Case | None:
    """The case that an earlier start, stopped too soon, brought as far as the claims."""
    first, second = drivers()[_SCENE.first], drivers()[_SCENE.second]
    found = Case.objects.filter(stage=Stage.CLAIMS, parties__plate=first.plate).filter(parties__plate=second.plate)
    return found.first()


def _play_to_the_claims() -> Case:
    officer = Person.objects.get(username=_OFFICER)
    play = Play(_SCENE).screen().locate().join().photograph().pass_photos(officer)
    play.give_details().choose("agree").sign().name_accounts()
    return play.case


def _advance(case: Case) -> bool:
    """Do what the adjusters can do by now; True once the case is closed."""
    case.refresh_from_db()
    if not case.is_open:
        return True
    for kind in ("assess", "approve", "pay"):
        for job in jobs(case, LOSSES):
            if job.kind == kind:
                job.do()
    return False
