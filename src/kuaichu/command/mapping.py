"""`./kuaichu import map FILE`: the place's boundaries and roads from GeoJSON."""

import argparse
import sys
from pathlib import Path

import django

from kuaichu.errors import Refused


def run(options: argparse.Namespace) -> int:
    django.setup()
    from kuaichu.accounts.models import Place
    from kuaichu.governance import maps

    place = options.place or _only_place()
    if not Place.objects.filter(code=place).exists():
        print(
            f"没有这个区划：{place or '-'}，请用 --place 给出 · no such place, give one with --place", file=sys.stderr
        )
        return 1
    try:
        taken = maps.take(place_code=place, path=Path(options.file), frame=options.frame)
    except Refused as refused:
        print(f"{options.file}: {refused.message}", file=sys.stderr)
        return 1
    print(f"{place}: 边界 {taken.boundary}，道路 {taken.roads} · {taken.boundary} boundaries, {taken.roads} roads")
    if taken.left_out:
        print(f"另有 {taken.left_out} 个要素既不是面也不是线，没有用 · {taken.left_out} features are neither; left out")
    return 0


def _only_place() -> str:
    """The place of the highest police unit, when there is just one."""
    from kuaichu.accounts.models import Agency, AgencyKind

    found = Agency.objects.filter(kind=AgencyKind.POLICE, superior=None).values_list("place_id", flat=True).distinct()
    return found[0] if len(found) == 1 else ""
