"""Callers as a test wants them: a party's phone, an insurer's system."""

import itertools
import json

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kuaichu.links.signing import signed_headers
from kuaichu.web.api.callers import signed_bytes

ROOT = "/api/v1"
_numbers = itertools.count(1)


def new_key() -> str:
    return f"key-of-one-test-call-{next(_numbers):08d}"


class Caller:
    """Anybody: no token. `lang` is the Accept-Language."""

    def __init__(self, lang: str = "zh-CN") -> None:
        self.lang = lang
        self.client = Client(raise_request_exception=False, enforce_csrf_checks=True)

    def headers(self) -> dict[str, str]:
        return {"Accept-Language": self.lang}

    def get(self, path: str):
        return self.client.get(ROOT + path, headers=self.headers())

    def post(self, path: str, body=None, *, key: str | None = None, headers: dict[str, str] | None = None):
        text = body if isinstance(body, str | bytes) else json.dumps({} if body is None else body)
        sent = self.headers() | {"Idempotency-Key": new_key() if key is None else key} | (headers or {})
        return self.client.post(ROOT + path, text, content_type="application/json", headers=sent)

    def do(self, path: str, body=None, **more):
        """A POST that must succeed; its JSON."""
        response = self.post(path, body, **more)
        assert response.status_code < 300, (path, response.status_code, response.content.decode())
        return response.json()

    def read(self, path: str):
        response = self.get(path)
        assert response.status_code == 200, (path, response.status_code, response.content.decode())
        return response.json()


class Phone(Caller):
    """A party's phone."""

    def __init__(self, token: str, device: str = "", lang: str = "zh-CN") -> None:
        super().__init__(lang)
        self.token, self.device = token, device

    def headers(self) -> dict[str, str]:
        named = super().headers() | {"Authorization": f"Bearer {self.token}"}
        return named | ({"Kuaichu-Device": self.device} if self.device else {})

    def send_photo(self, slot: str, data: bytes, *, key: str | None = None, **fields: str):
        form = {"slot": slot, "photo": SimpleUploadedFile("p.jpg", data, "image/jpeg"), **fields}
        headers = self.headers() | {"Idempotency-Key": key or new_key()}
        return self.client.post(ROOT + "/case/photos", form, headers=headers)


class Insurer(Caller):
    """An insurer's system that signs what it sends."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code

    def get(self, path: str):
        part = signed_bytes(method="GET", path=ROOT + path, key="", body=b"")
        return self.client.get(ROOT + path, headers=signed_headers(agency_code=self.code, body=part, key="-"))

    def post(self, path: str, body=None, *, key: str | None = None, headers: dict[str, str] | None = None):
        raw, key = json.dumps(body or {}).encode(), key or new_key()
        part = signed_bytes(method="POST", path=ROOT + path, key=key, body=raw)
        sent = signed_headers(agency_code=self.code, body=part, key=key)
        sent.pop("Content-Type")
        return self.client.post(ROOT + path, raw, content_type="application/json", headers=sent | (headers or {}))
