"""What is put onto a document after its words are fixed: signatures of people and the face of a seal."""

import base64
from dataclasses import dataclass
from typing import Any, Literal

from kuaichu.errors import Refused

MAX_PICTURE_BYTES = 300_000
_PNG = b"\x89PNG\r\n\x1a\n"

Purpose = Literal["party", "mediation", "officer", "insurer"]


@dataclass(frozen=True)
class SignatureMark:
    """One drawn signature, or the note that stands in its place (拒绝签名，民警已注明).

    `png_bytes` is a PNG with a transparent or white ground; it is only ever shown, never the proof of consent:
    that is the signed digest with its one-time code.
    `letter` is 甲 ... for a party and empty for an officer or adjuster.
    """

    letter: str
    name: str
    png_bytes: bytes | None
    signed_at_text: str
    note: str = ""
    purpose: Purpose = "party"

    def __post_init__(self) -> None:
        if self.png_bytes is None:
            return
        if not self.png_bytes.startswith(_PNG) or len(self.png_bytes) > MAX_PICTURE_BYTES:
            raise Refused("signature.unreadable", "签名没有保存成功，请重新签一次")


@dataclass(frozen=True)
class SealFace:
    """The words on a round seal: the unit around the arc, the use beneath the star."""

    unit_name: str
    caption: str = "道路交通事故处理专用章"


def picture_svg(png: bytes) -> str:
    """The PNG wrapped as SVG: the typesetter takes pictures as text this way, without a file or a list of numbers."""
    width, height = int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
    data = base64.b64encode(png).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{data}"/></svg>'
    )


def mark_data(mark: SignatureMark) -> dict[str, Any]:
    """What a template sees of a signature."""
    return {
        "letter": mark.letter,
        "name": mark.name,
        "picture": picture_svg(mark.png_bytes) if mark.png_bytes else "",
        "signed_at_text": mark.signed_at_text,
        "note": mark.note,
        "purpose": mark.purpose,
    }
