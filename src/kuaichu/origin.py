"""The public address of this installation, as printed in QR codes and text messages."""

from django.conf import settings


def public_origin() -> str:
    """`settings.ORIGIN`, else what the demonstration's launcher wrote down, else this machine. No slash at the end."""
    if settings.ORIGIN:
        return str(settings.ORIGIN)
    note = settings.HOME / "origin"
    return note.read_text().strip().rstrip("/") if note.exists() else "http://127.0.0.1:8000"
