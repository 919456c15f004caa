"""Officers at the desk: they look at the queue that the pages show, open the case that waits longest, and decide."""

import html
import re
from collections.abc import Iterator, Mapping
from random import Random
from urllib.parse import urlencode

from simulator.house import Answer, Unreachable
from simulator.wire import FORM, PASSING, Failed, Wire
from simulator.world import Rest, Until, World

Steps = Iterator[Rest]
CASE = re.compile(r'href="/police/cases/([0-9a-f-]{36})/')
SEEN = re.compile(r'name="seen" value="([0-9a-f-]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
FACTS = re.compile(r'<textarea id="facts_text"[^>]*>(.*?)</textarea>', re.DOTALL)
CHECKED = re.compile(r'name="(grade_[ABC])" value="(\w+)" checked')
GRADE = re.compile(r'name="grade_([ABC])"')
IDLE_S = (3.0, 12.0)
LONGEST_IDLE_S = 1800.0


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


def officer(world: World, desk: Desk, *, seconds_per_case: tuple[float, float] = (15.0, 60.0)) -> Steps:
    """Works through photos, determinations and signatures as long as the world goes on."""
    dice: Random = desk.wire.dice
    while True:
        try:
            has_worked = yield from _round(world, desk, seconds_per_case)
        except Unreachable:
            has_worked = False
        if not has_worked:
            yield Until("desk", LONGEST_IDLE_S)
            yield dice.uniform(*IDLE_S)


def _round(world: World, desk: Desk, seconds_per_case: tuple[float, float]) -> Steps:
    for queue, decide in (("photos", _photos), ("online", _determine), ("field", _attend)):
        page = desk.get(f"/police/?queue={queue}")
        if page.status in PASSING:
            return False
        found = list(dict.fromkeys(CASE.findall(page.text)))
        for case_id in found[:3]:
            yield desk.wire.dice.uniform(*seconds_per_case)
            opened = desk.get(f"/police/cases/{case_id}/?queue={queue}")
            if opened.status != 200:
                world.meter.count(f"desk.case.{opened.status}")
                continue
            decide(world, desk, case_id, opened)
        if found:
            return True
    return False


def _photos(world: World, desk: Desk, case_id: str, page: Answer) -> None:
    seen = SEEN.findall(page.text)
    if not seen:
        return
    fields = [("seen", photo) for photo in dict.fromkeys(seen)]
    answer = desk.post(f"/police/cases/{case_id}/photos/pass/", [*_hidden(page).items(), *fields])
    world.meter.count(f"desk.photos.{answer.status}")


def _determine(world: World, desk: Desk, case_id: str, page: Answer) -> None:
    letters = sorted(set(GRADE.findall(page.text)))
    if not letters:
        return
    grades = dict(CHECKED.findall(page.text))
    fields = _hidden(page) | {"facts_text": _facts(page), "override_reason": ""}
    for at, letter in enumerate(letters):
        proposed = grades.get(f"grade_{letter}")
        fields[f"grade_{letter}"] = proposed or ("full" if at == 0 else "none")
        fields[f"conduct_{letter}"] = "未保持安全车距" if fields[f"grade_{letter}"] != "none" else ""
        if proposed is None:
            fields["override_reason"] = "根据照片和双方陈述认定"
    answer = desk.post(f"/police/cases/{case_id}/determination/", fields)
    world.meter.count(f"desk.determination.{answer.status}")


def _attend(world: World, desk: Desk, case_id: str, page: Answer) -> None:
    """At the scene it becomes an ordinary case, or everybody is content."""
    where = "transfer" if f"/police/cases/{case_id}/transfer/" in page.text else "attend"
    fields = _hidden(page) | {"reason": "按一般程序处理"}
    if f"/police/cases/{case_id}/attend/" in page.text and desk.wire.dice.random() < 0.5:
        where = "attend"
    answer = desk.post(f"/police/cases/{case_id}/{where}/", fields)
    world.meter.count(f"desk.{where}.{answer.status}")


def _hidden(page: Answer) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in HIDDEN.findall(page.text) if name != "seen"}


def _facts(page: Answer) -> str:
    found = FACTS.search(page.text)
    text = html.unescape(found.group(1)).strip() if found else ""
    return text or "两车发生碰撞，造成车辆损坏。"
