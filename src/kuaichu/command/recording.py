"""`./kuaichu records --since DATE`: file with the national platform what was closed before the city had it."""

import argparse
import sys
from datetime import date, datetime, time

BAD_INPUT = 2


def file_since(options: argparse.Namespace) -> int:
    """0: every case of these days is filed, or waits to be; 1: some have no platform at their place."""
    import django

    django.setup()
    from kuaichu.clock import BEIJING
    from kuaichu.records.actions import file_since as file_all

    try:
        day = date.fromisoformat(options.since)
    except ValueError:
        print(f"请写日期，例如 2026-11-01 · not a date: {options.since}", file=sys.stderr)
        return BAD_INPUT
    filed, found = file_all(datetime.combine(day, time(), BEIJING))
    print(f"没有登记的已结案件 unfiled closed cases: {found}；现在登记 filed now: {filed}")
    if filed < found:
        print("其余案件所在地没有启用综合应用平台 · the others have no active platform at their place or above")
    return 0 if filed == found else 1
