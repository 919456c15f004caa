"""From content to PDF/A-2b: one warm typesetter per process, templates beside this file, fonts from `fonts/`."""

import io
import json
import os
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import segno
import typst

from kuaichu.dossier.documents.content import Content, to_json
from kuaichu.dossier.documents.glyphs import FONTS, extra_font_folder, footnote, missing_glyphs, substituted
from kuaichu.dossier.documents.marks import SealFace, SignatureMark, mark_data

TEMPLATES = Path(__file__).parent / "templates"
PDF_STANDARDS: list[Literal["a-2b"]] = ["a-2b"]
_lock = Lock()


def render_pdf(
    content: Content,
    *,
    at: datetime,
    signatures: Sequence[SignatureMark] = (),
    seals: Sequence[SealFace] = (),
) -> bytes:
    """The document as PDF/A-2b, A4. `at` (aware) becomes its creation time; equal arguments give equal bytes.

    A seal face is only the picture of a seal: `sealing.seal_pdf` must follow before the file leaves the house.
    Raises typst.TypstError for a broken template (a bug).
    """
    data = {
        **to_json(content),
        "signatures": [mark_data(mark) for mark in signatures],
    }
    missing = missing_glyphs("".join(_texts(data)))
    if missing:
        data = _mapped(data, lambda text: substituted(text, missing))
    data["footnote"] = footnote(missing)
    data["qr"] = _qr_svg(content.verify_url)
    data["seals"] = [seal_svg(face) for face in seals]
    return _compile("document", data=data, format="pdf", at=at)


def set_sheet(template: str, data: dict[str, Any], *, at: datetime) -> bytes:
    """A sheet that is no instrument (a bulletin) as PDF/A-2b; `template` lies in templates/ and defines `<name>-of`."""
    missing = missing_glyphs("".join(_texts(data)))
    return _compile(template, data=_mapped(data, lambda text: substituted(text, missing)), format="pdf", at=at)


@lru_cache(maxsize=256)
def seal_svg(face: SealFace) -> str:
    """The round red seal as outlines (no text in it), made once per face."""
    words = {"unit_name": face.unit_name, "caption": face.caption}
    missing = missing_glyphs(face.unit_name + face.caption)
    data = _mapped(words, lambda text: substituted(text, missing))
    return _compile("seal", data=data, format="svg", at=None).decode()


@lru_cache(maxsize=64)
def _qr_svg(url: str) -> str:
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind="svg", border=0, xmldecl=False, svgns=True, omitsize=True)
    return out.getvalue().decode()


def _compile(template: str, *, data: dict[str, Any], format: Literal["pdf", "svg"], at: datetime | None) -> bytes:
    literal = _typst_string(json.dumps(data, ensure_ascii=False))
    source = f'#import "/{template}.typ": {template}-of\n#{template}-of(json(bytes({literal})))'
    if _owner() != os.getpid():
        raise RuntimeError(
            "this process was forked after a document was set; start it with spawn, or before the first one"
        )
    with _lock:
        made = _compiler(extra_font_folder()).compile(
            source.encode(),
            format=format,
            pdf_standards=[*PDF_STANDARDS] if format == "pdf" else [],
            timestamp=int(at.timestamp()) if at else None,
            pdf_tags=False,
        )
    assert isinstance(made, bytes)
    return made


@cache
def _owner() -> int:
    """The process that first set a document: the typesetter's threads don't survive a fork, and a child would hang."""
    return os.getpid()


@cache
def _compiler(extra: Path | None) -> typst.Compiler:
    return typst.Compiler(
        root=str(TEMPLATES),
        font_paths=_fonts(extra),
        ignore_system_fonts=True,
        sys_inputs={"rare": json.dumps(_rare_families(extra))},
    )


@cache
def _fonts(extra: Path | None) -> typst.Fonts:
    folders = [str(folder) for folder in (FONTS, extra) if folder]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


@cache
def _rare_families(extra: Path | None) -> list[str]:
    return [name for name in _fonts(extra).families() if not name.startswith("Kuaichu Song")]


def _typst_string(text: str) -> str:
    """A string literal of the typesetter: only the backslash and the quote mean anything in one."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for key, item in value.items() if key != "picture" for text in _texts(item)]
    return [text for item in value for text in _texts(item)] if isinstance(value, list | tuple) else []


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: item if key == "picture" else _mapped(item, change) for key, item in value.items()}
    return [_mapped(item, change) for item in value] if isinstance(value, list | tuple) else value
