"""What happened, one question a screen. The answers travel in the address (codes only, nothing personal), so going back
is the browser's own and nothing half-told is stored; the last screen, with the person's own words, is posted."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from kuaichu.cases.actions import Account
from kuaichu.cases.models import Party
from kuaichu.law import codes

NOTHING = "-"  # "none of these" as an answer


@dataclass(frozen=True)
class Screen:
    """`name` is the field: s_A (situations of a side), part, form, or words for the last one."""

    name: str
    letter: str = ""


@dataclass(frozen=True)
class Telling:
    """The answers so far, by field name, in the order of the screens."""

    screens: tuple[Screen, ...]
    answers: dict[str, tuple[str, ...]]

    @property
    def due(self) -> Screen:
        """The first screen without an answer; the last asks for words and is posted."""
        return next((screen for screen in self.screens if screen.name not in self.answers), self.screens[-1])

    def before(self, screen: Screen) -> dict[str, tuple[str, ...]]:
        """The answers of the earlier screens: carried along as hidden fields."""
        names = [item.name for item in self.screens[: self.screens.index(screen)]]
        return {name: self.answers[name] for name in names if name in self.answers}

    def back_query(self, screen: Screen) -> str:
        """The query of the screen before, or nothing on the first one."""
        position = self.screens.index(screen)
        if position == 0:
            return ""
        return "?" + urlencode(self.before(self.screens[position - 1]) | {"again": "1"}, doseq=True)

    def account(self, statement: str) -> Account:
        """The whole, for the action (which judges the codes)."""
        sides = {s.letter: self.answers.get(s.name, ()) for s in self.screens if s.letter}
        return Account(
            situations={letter: tuple(code for code in given if code != NOTHING) for letter, given in sides.items()},
            damaged_parts=self.answers.get("part", ()),
            collision_form=self.answers.get("form", ("",))[0],
            statement=statement,
        )


def read(query: QueryDict, *, me: Party, parties: Sequence[Party]) -> Telling:
    """The telling of `me`; unknown codes are dropped, so the screen asks again."""
    others = [party for party in parties if party.pk != me.pk]
    sides = [Screen(f"s_{party.letter}", party.letter) for party in (me, *others)]
    screens = (*sides, Screen("part"), Screen("form"), Screen("words"))
    answers = {screen.name: given for screen in screens if (given := _known(query.getlist(screen.name), screen))}
    return Telling(screens, answers)


def _known(given: Sequence[str], screen: Screen) -> tuple[str, ...]:
    if screen.name == "words":
        return ()
    list_name = {"part": "damaged_part", "form": "collision_form"}.get(screen.name, "situation")
    known = tuple(dict.fromkeys(code for code in given if codes.holds(list_name, code)))
    if not known and screen.letter and NOTHING in given:
        return (NOTHING,)
    return known[:1] if screen.name == "form" else known


def stored(party: Party, screen: Screen, *, collision_form: str) -> tuple[str, ...]:
    """What the party said before (when it comes back to correct), or what the other side said of the form."""
    if screen.name == "form":
        return (collision_form,) if collision_form else ()
    if screen.name == "part":
        return tuple(party.damaged_parts)
    given = tuple(party.situations.get(screen.letter, ()))
    return given or ((NOTHING,) if screen.letter in party.situations else ())
