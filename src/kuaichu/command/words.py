"""`./kuaichu words`: the English catalogue from its parts, and what still lacks English.

Each audience and the rooms keep a part, `locale/parts/<name>.po`, with Chinese ids. They are merged into `django.po`
and
compiled into `django.mo` (both kept in the repository, so that starting needs no gettext tools).
"""

import argparse
from pathlib import Path

import polib

LOCALE = Path(__file__).resolve().parents[1] / "locale"
PARTS = LOCALE / "parts"
CATALOGUE = LOCALE / "en" / "LC_MESSAGES" / "django.po"


def merged() -> polib.POFile:
    """All parts in one catalogue, sorted. Raises ValueError when two parts translate one text differently."""
    catalogue = polib.POFile(wrapwidth=110)
    catalogue.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": "en",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    seen: dict[tuple[str, str], polib.POEntry] = {}
    for part in sorted(PARTS.glob("*.po")):
        for entry in polib.pofile(str(part)):
            key = (entry.msgctxt or "", entry.msgid)
            known = seen.get(key)
            if known is None:
                seen[key] = entry
            elif known.msgstr and entry.msgstr and known.msgstr != entry.msgstr:
                raise ValueError(f"{part.name}: {entry.msgid!r} is {known.msgstr!r} elsewhere, {entry.msgstr!r} here")
            elif entry.msgstr:
                seen[key] = entry
    for key in sorted(seen):
        entry = seen[key]
        catalogue.append(
            polib.POEntry(
                msgid=entry.msgid,
                msgstr=entry.msgstr,
                msgctxt=entry.msgctxt,
                msgid_plural=entry.msgid_plural,
                msgstr_plural=entry.msgstr_plural,
                flags=[flag for flag in entry.flags if flag.endswith("-format")],
            )
        )
    return catalogue


def run(options: argparse.Namespace) -> int:
    """Merge, compile, report."""
    try:
        catalogue = merged()
    except ValueError as fault:
        print(f"词条冲突 · {fault}")
        return 1
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(CATALOGUE))
    catalogue.save_as_mofile(str(CATALOGUE.with_suffix(".mo")))
    print(f"已合并 {len(catalogue)} 条 · {catalogue.percent_translated()} % 有英文 · merged and compiled")
    return 0
