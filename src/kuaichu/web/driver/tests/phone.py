"""A phone without scripts: it opens pages, and sends only what their plain forms offer."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urljoin

from django.test import Client


@dataclass
class Form:
    """A form as the page offers it: what is filled in already, and its buttons as (name, value, text)."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.text: list[str] = []
        self._select = ""
        self._area: str | None = None
        self._is_open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(given.get("href", ""))
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get")))
            self._is_open = True
        if not self._is_open:
            return
        form, name = self.forms[-1], given.get("name", "")
        if tag == "input" and name:
            form.names.add(name)
            is_box = given.get("type") in ("checkbox", "radio")
            if given.get("type") != "file" and (not is_box or "checked" in given):
                form.fields.append((name, given.get("value", "")))
        if tag == "button" and given.get("type", "submit") == "submit":
            form.buttons.append((name, given.get("value", "")))
        if tag == "select":
            self._select = name
            form.names.add(name)
        if tag == "option" and ("selected" in given or all(known != self._select for known, _ in form.fields)):
            form.fields = [pair for pair in form.fields if pair[0] != self._select]
            form.fields.append((self._select, given.get("value", "")))
        if tag == "textarea":
            form.names.add(name)
            self._area = name
            form.fields.append((name, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_open = False
        if tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None and self._is_open:
            name, text = self.forms[-1].fields[-1]
            self.forms[-1].fields[-1] = (name, text + data)
        self.text.append(data)


class Phone:
    """One browser with its cookies."""

    def __init__(self, **headers: Any) -> None:
        self.client = Client(enforce_csrf_checks=True, **headers)
        self.url = ""
        self.response: Any = None
        self._read = _Reader()

    def open(self, url: str) -> "Phone":
        return self._took(self.client.get(urljoin(self.url, url), follow=True), url)

    def send(self, index: int | str = 0, *, press: str = "", files: dict | None = None, **values: Any) -> "Phone":
        """Fill a form (by number, or the one with this field or button value) and press `press` (a button's value)."""
        form = self._form(index, press)
        unknown = set(values) - form.names
        assert not unknown, f"{self.url} has no fields {unknown}"
        sent = [(name, value) for name, value in form.fields if name not in values]
        for name, value in values.items():
            sent += [(name, item) for item in (value if isinstance(value, list | tuple) else [value])]
        button = next((b for b in form.buttons if b[1] == press), form.buttons[0] if not press else None)
        assert button is not None, f"{self.url} has no button {press}"
        if button[0]:
            sent.append(button)
        target = urljoin(self.url, form.action or self.url.split("?")[0])
        if form.method == "get":
            return self._took(self.client.get(f"{target}?{urlencode(sent)}", follow=True), target)
        data: dict[str, Any] = {}
        for name, value in sent:
            data.setdefault(name, []).append(value)
        self.last = (target, data)
        return self._took(self.client.post(target, data | (files or {}), follow=True), target)

    def again(self) -> "Phone":
        """The second tap: the same POST once more."""
        target, data = self.last
        return self._took(self.client.post(target, data, follow=True), target)

    def _form(self, index: int | str, press: str) -> Form:
        if isinstance(index, int):
            return self._read.forms[index]
        found = [
            form
            for form in self._read.forms
            if index in form.names or any(index in button for button in form.buttons) or form.action.endswith(index)
        ]
        pressed = [form for form in found if any(value == press for _, value in form.buttons)]
        assert found, f"{self.url} has no form {index}: {self.text}"
        return (pressed or found)[0]

    def _took(self, response: Any, url: str) -> "Phone":
        self.response = response
        chain = getattr(response, "redirect_chain", [])
        self.url = urljoin(url, chain[-1][0]) if chain else urljoin(self.url, url)
        self._read = _Reader()
        if "html" in response.get("Content-Type", ""):
            self._read.feed(response.content.decode())
        return self

    @property
    def page(self) -> str:
        """The last part of the address: the name of the page."""
        return self.url.split("?")[0].rstrip("/").split("/")[-1]

    @property
    def text(self) -> str:
        return " ".join("".join(self._read.text).split())

    @property
    def status(self) -> int:
        return int(self.response.status_code)

    @property
    def links(self) -> list[str]:
        return self._read.links

    @property
    def token(self) -> str:
        return self.url.split("/c/")[1].split("/")[0]
