"""Officers at the desk: they look at the queues that the pages show, open the case that waits longest, and decide."""

import html
import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import urlencode

from simulator.house import Answer, Unreachable
from simulator.shifts import ALWAYS, Shift
from simulator.wire import FORM, PASSING, Failed, Wire
from simulator.world import Rest, Until, World

Steps = Generator[Rest, None, Any]
CASE = re.compile(r'href="/police/cases/([0-9a-f-]{36})/')
NUMBER = re.compile(r'<p class="muted">(\d{20}) ·')
WAITING = re.compile(r'data-tab="(\w+)"[^>]*>[^<]*<span class="count[^"]*">(\d+)')
SEEN = re.compile(r'name="seen" value="([0-9a-f-]+)"')
RETAKE = re.compile(r'name="(retake_\w+)".*?<option value="(\w+)"', re.DOTALL)
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
FACTS = re.compile(r'<textarea id="facts_text"[^>]*>(.*?)</textarea>', re.DOTALL)
CHECKED = re.compile(r'name="(grade_[ABC])" value="(\w+)" checked')
GRADE = re.compile(r'name="grade_([ABC])"')
UNSIGNED = re.compile(r'name="letter" value="([ABC])"')
TROUBLE = re.compile(r'name="key" value="((?:event|exchange)-[0-9a-f-]+)"')
IDLE_S = (3.0, 12.0)
AGAIN_S = 30.0  # after no answer
LONGEST_IDLE_S = 3600.0
RIDE_S = (240.0, 1200.0)  # from where the officer stands to the scene
HANDED_OVER_AFTER = timedelta(minutes=30)  # of people's time after an arrival somebody else may decide too
OPEN_FOR = timedelta(minutes=3)  # so long others leave a case alone that somebody has opened
PATIENCE = {"signing": timedelta(hours=1), "exceptions": timedelta(hours=5)}
RETAKES = 0.06
QUEUES = ("photos", "online", "field", "signing", "exceptions")


@dataclass
class Room:
    """What officers tell each other: until when somebody has which case of which queue open, and when who took up a
    case is at the scene."""

    opened: dict[tuple[str, str], datetime] = field(default_factory=dict)
    rides: dict[str, datetime] = field(default_factory=dict)


class Desk:
    """A browser of one member of staff: cookies, the form's token, signing in when asked."""

    def __init__(self, wire: Wire, username: str, password: str) -> None:
        self.wire, self.username, self._password = wire, username, password
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> Answer:
        """A page; signs in first when it is asked to."""
        answer = self._send("GET", path)
        if answer.status == 302 and "/staff/sign-in/" in answer.headers.get("location", ""):
            self._sign_in()
            answer = self._send("GET", path)
        return answer

    def post(self, path: str, fields: Mapping[str, str] | list[tuple[str, str]]) -> Answer:
        return self._send("POST", path, urlencode(fields).encode())

    def _sign_in(self) -> None:
        self._send("GET", "/staff/sign-in/")
        answer = self.post("/staff/sign-in/", {"username": self.username, "password": self._password})
        if answer.status in PASSING:
            raise Unreachable("sign-in")
        if answer.status != 302:
            raise Failed("sign-in", answer)

    def _send(self, method: str, path: str, body: bytes = b"") -> Answer:
        headers = {
            "Cookie": "; ".join(f"{name}={text}" for name, text in self._cookies.items()),
            "X-CSRFToken": self._cookies.get("csrftoken", ""),
            "Content-Type": FORM,
        }
        answer = self.wire.send(f"desk {method}", method, path, headers=headers, body=body)
        for line in answer.headers.get("set-cookie", "").split("\n"):
            name, _, rest = line.partition("=")
            if rest:
                self._cookies[name.strip()] = rest.split(";")[0]
        return answer


class Officer:
    """One officer. `run()` works through the queues as long as the world goes on."""

    def __init__(
        self,
        world: World,
        desk: Desk,
        *,
        colleagues: int = 1,
        seconds_per_case: tuple[float, float] = (15.0, 60.0),
        shift: Shift = ALWAYS,
        room: Room | None = None,
    ) -> None:
        self.world, self.desk, self._pace_s = world, desk, seconds_per_case
        self._colleagues, self._shift = colleagues, shift
        self._room = room or Room()
        self._mine: dict[str, datetime] = {}
        self._in_hand = ("", "")  # queue and case
        self.dice: Random = desk.wire.dice
        self._not_before: dict[str, datetime] = {}
        self._first_seen: dict[tuple[str, str], datetime] = {}

    def run(self) -> Steps:
        while True:
            off_s = self._shift.off_s(self.world.house.now())
            if off_s:
                yield off_s
                continue
            try:
                has_worked = yield from self._round()
            except Unreachable:
                self._room.opened.pop(self._in_hand, None)
                yield AGAIN_S
                continue
            if not has_worked:
                yield Until("desk", self._idle_s())
                yield self.dice.uniform(*IDLE_S)

    def _idle_s(self) -> float:
        """Until the next arrival, the end of the shift, or an hour."""
        now, pace = self.world.house.now(), self.world.pace
        arrives = [(at - now).total_seconds() * pace for at in self._mine.values() if at > now]
        return max(min([LONGEST_IDLE_S, self._shift.left_s(now), *arrives]), 1.0)

    def _round(self) -> Steps:
        """True when something was decided."""
        page = self.desk.get(f"/police/?queue={QUEUES[0]}")
        if page.status in PASSING:
            raise Unreachable("desk")
        if page.status != 200:
            raise Failed("desk", page)
        waiting = {name: int(count) for name, count in WAITING.findall(page.text)}
        for queue in QUEUES:
            now = self.world.house.now()
            if (
                waiting.get(queue)
                and now >= self._not_before.get(queue, now)
                and (yield from self._work_off(queue, page))
            ):
                return True
        return False

    def _work_off(self, queue: str, page: Answer) -> Steps:
        if queue != QUEUES[0]:  # the page that has been opened already
            page = self.desk.get(f"/police/?queue={queue}")
        for case_id in self._in_turn(list(dict.fromkeys(CASE.findall(page.text)))):
            self._in_hand = (queue, case_id)
            if not self._is_ripe(queue, case_id) or self._is_open():
                continue
            self._leave_to_me(OPEN_FOR)
            yield self.dice.uniform(*self._pace_s)
            opened = self.desk.get(f"/police/cases/{case_id}/?queue={queue}")
            if opened.status in PASSING:
                raise Unreachable("case")
            if opened.status != 200:
                self.world.meter.count(f"desk.case.{opened.status}")
                continue
            if not self._is_ripe(queue, case_id):
                continue  # somebody else has taken it up meanwhile
            if getattr(self, f"_{queue}")(case_id, opened):
                self._first_seen.pop((queue, case_id), None)
                self._room.opened.pop(self._in_hand, None)
                found = NUMBER.search(opened.text)
                if found and queue != "exceptions":
                    self.world.ring_case(found.group(1))
                return True
            self._leave_to_me(PATIENCE.get(queue, OPEN_FOR) / 4)  # nothing to decide yet, for anybody
        if queue in PATIENCE:
            self._not_before[queue] = self.world.house.now() + PATIENCE[queue] / 4 / self.world.pace
        return False

    def _is_open(self) -> bool:
        now = self.world.house.now()
        return now < self._room.opened.get(self._in_hand, now)

    def _leave_to_me(self, during: timedelta) -> None:
        self._room.opened[self._in_hand] = self.world.house.now() + during / self.world.pace

    def _in_turn(self, waiting: list[str]) -> list[str]:
        """The longest waiting first, so that not everybody at the desk takes the same one."""
        first = waiting[: self._colleagues]
        self.dice.shuffle(first)
        return first + waiting[self._colleagues :]

    def _is_ripe(self, queue: str, case_id: str) -> bool:
        """Signatures and troubles are given a while to settle by themselves."""
        patience = PATIENCE.get(queue, timedelta(0))
        now = self.world.house.now()
        if queue == "field" and case_id in self._room.rides:
            later = timedelta(0) if case_id in self._mine else HANDED_OVER_AFTER / self.world.pace
            return now >= self._room.rides[case_id] + later
        return now - self._first_seen.setdefault((queue, case_id), now) >= patience / self.world.pace

    def _decide(self, name: str, path: str, fields: Mapping[str, str] | list[tuple[str, str]]) -> bool:
        answer = self.desk.post(path, fields)
        self.world.meter.count(f"desk.{name}.{answer.status}")
        if answer.status in PASSING:
            raise Unreachable(name)
        return answer.status == 302

    def _photos(self, case_id: str, page: Answer) -> bool:
        seen = list(dict.fromkeys(SEEN.findall(page.text)))
        if not seen:
            return False
        fields = [*_hidden(page).items(), *(("seen", photo) for photo in seen)]
        again = RETAKE.search(page.text)
        if again and self.dice.random() < RETAKES:
            fields.append((again.group(1), again.group(2)))
            return self._decide("retake", f"/police/cases/{case_id}/photos/retake/", fields)
        return self._decide("photos", f"/police/cases/{case_id}/photos/pass/", fields)

    def _online(self, case_id: str, page: Answer) -> bool:
        letters = sorted(set(GRADE.findall(page.text)))
        grades = dict(CHECKED.findall(page.text))
        fields = _hidden(page) | {"facts_text": _facts(page), "override_reason": ""}
        for at, letter in enumerate(letters):
            proposed = grades.get(f"grade_{letter}")
            fields[f"grade_{letter}"] = proposed or ("full" if at == 0 else "none")
            fields[f"conduct_{letter}"] = "未保持安全车距" if fields[f"grade_{letter}"] != "none" else ""
            if proposed is None:
                fields["override_reason"] = "根据照片和双方陈述认定"
        return bool(letters) and self._decide("determination", f"/police/cases/{case_id}/determination/", fields)

    def _field(self, case_id: str, page: Answer) -> bool:
        """Drives there; then it becomes an ordinary case, is settled, decided on the spot, or goes on online."""
        if f"/police/cases/{case_id}/attend/" in page.text:
            is_taken = self._decide("attend", f"/police/cases/{case_id}/attend/", _hidden(page))
            if is_taken:
                ride = timedelta(seconds=self.dice.uniform(*RIDE_S) / self.world.pace)
                self._room.rides[case_id] = self._mine[case_id] = self.world.house.now() + ride
            return is_taken
        self._room.rides.pop(case_id, None)
        self._mine.pop(case_id, None)
        if GRADE.search(page.text) and self.dice.random() < 0.5:
            return self._online(case_id, page)
        where = self.dice.choices(("transfer", "settle", "resume"), (5, 4, 1))[0]
        return self._decide(where, f"/police/cases/{case_id}/{where}/", _hidden(page))

    def _signing(self, case_id: str, page: Answer) -> bool:
        """Who would not sign: noted, and the document stands all the same."""
        letter = UNSIGNED.search(page.text)
        if not letter:
            return False
        fields = _hidden(page) | {"letter": letter.group(1), "note": "经说明后仍拒绝签名"}
        return self._decide("refusal", f"/police/cases/{case_id}/refusal/", fields)

    def _exceptions(self, case_id: str, page: Answer) -> bool:
        key = TROUBLE.search(page.text)
        return bool(key) and self._decide(
            "retry", f"/police/cases/{case_id}/retry/", _hidden(page) | {"key": key.group(1) if key else ""}
        )


def _hidden(page: Answer) -> dict[str, str]:
    return {
        name: html.unescape(value) for name, value in HIDDEN.findall(page.text) if name not in ("seen", "key", "letter")
    }


def _facts(page: Answer) -> str:
    found = FACTS.search(page.text)
    text = html.unescape(found.group(1)).strip() if found else ""
    return text or "两车发生碰撞，造成车辆损坏。"
