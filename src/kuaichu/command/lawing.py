"""`./kuaichu law ...`: the law as JSON in, JSON out. Starts without Django."""

import argparse
import gc
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

BAD_INPUT = 2
Answer = Callable[[Any], dict[str, Any]]


def run(options: argparse.Namespace) -> int:
    """0, or 2 with {"error": ...} on standard output for input that can't be read."""
    if options.what in ("decide", "settle", "screen", "due"):
        return _answers(options)
    try:
        status = {"check": _check, "diff": _diff, "print": _print}[options.what](options)
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - whoever read it has gone, and the end would flush again
        return 0
    return status


def _answers(options: argparse.Namespace) -> int:
    from kuaichu.law import interface

    ask: Answer = getattr(interface, options.what)
    try:
        source = sys.stdin.buffer if options.file == "-" else open(options.file, "rb")  # noqa: SIM115
    except OSError as error:
        return _refuse(interface.InputError("unreadable_file", "", f"读不了 {options.file} / {error.strerror}"))
    try:
        return _lines(ask, source) if options.lines else _one(ask, source)
    except BrokenPipeError:
        return 0  # whoever read the answers has gone
    finally:
        source.close()


def _one(ask: Answer, source: BinaryIO) -> int:
    from kuaichu.law.interface import InputError, parse

    try:
        _write(ask(parse(source.read())), indent=2)
    except InputError as error:
        return _refuse(error)
    return 0


def _lines(ask: Answer, source: BinaryIO) -> int:
    """One answer a line; a line that can't be read gets its error in its place, and the end is 2."""
    from kuaichu.law.interface import InputError, encode, parse

    gc.freeze()
    gc.set_threshold(50_000)  # answers hold no circles; looking for them costs a tenth of the time
    status = 0
    for line in _filled(source):
        try:
            answer = ask(parse(line))
        except InputError as error:
            answer, status = error.as_json(), BAD_INPUT
        sys.stdout.buffer.write(encode(answer) + b"\n")
    sys.stdout.buffer.flush()
    return status


def _filled(source: BinaryIO) -> Iterator[bytes]:
    return (line for line in source if line.strip())


def _write(answer: dict[str, Any], indent: int | None = None) -> None:
    from kuaichu.law.interface import encode

    sys.stdout.buffer.write(encode(answer, indent) + b"\n")
    sys.stdout.buffer.flush()


def _refuse(error: Any) -> int:
    _write(error.as_json())
    return BAD_INPUT


def _check(options: argparse.Namespace) -> int:
    """0 when everything loads and fits, else 1."""
    from kuaichu import clock
    from kuaichu.law import upkeep
    from kuaichu.law.errors import LawError
    from kuaichu.law.interface import law_revision

    try:
        report = upkeep.check(clock.today())
    except LawError as error:
        print(f"问题 · problem: {error}")
        return 1
    if options.json:
        _write(
            {
                "problems": list(report.problems),
                "law_revision": law_revision(),
                "counts": report.counts,
                "certainty": report.by_certainty,
                "unsure": [{"key": value.key, "place": value.place} for value in report.unsure],
                "by_age": [
                    {"days": age, "key": value.key, "place": value.place, "since": value.since.isoformat()}
                    for age, value in report.by_age
                ],
            },
            indent=2,
        )
        return 1 if report.problems else 0
    print(f"法规版本 · law revision {law_revision()}: {report.counts}, {report.by_certainty}")
    for problem in report.problems:
        print(f"问题 · problem: {problem}")
    print(f"\n{'天 days':>8}  {'最近核对 checked':12}  {'区划 place':8}  数值 value")
    for age, value in report.by_age:
        mark = f"{upkeep.amount_text(value)}  [{value.mark_zh}]" if value.mark_zh else upkeep.amount_text(value)
        print(f"{age:>8}  {value.checked_on.isoformat():12}  {value.place:8}  {value.key} = {mark}")
    print(f"\n参考值 · values marked unsure: {len(report.unsure)}")
    for value in report.unsure:
        print(f"  {value.key} ({value.place})")
    return 1 if report.problems else 0


def _diff(options: argparse.Namespace) -> int:
    """What changed between two days at a place; 2 for days or places that can't be read."""
    from kuaichu.law import upkeep
    from kuaichu.law.interface import InputError
    from kuaichu.law.interface import reading as read

    try:
        given = {"from": options.since, "to": options.until, "place": options.place}
        since, until, place = read.day(given, "from", ""), read.day(given, "to", ""), read.place(given)
    except InputError as error:
        return _refuse(error)
    found = upkeep.differences(since, until, place)
    if options.json:
        _write(
            {"from": options.since, "to": options.until, "place": place, "changes": [_change(d) for d in found]},
            indent=2,
        )
        return 0
    for difference in found:
        before, after = upkeep.amount_text(difference.before), upkeep.amount_text(difference.after)
        print(f"{difference.definition.key}  {difference.definition.zh}: {before} → {after}")
        for value in (difference.before, difference.after):
            if value:
                print(f"    {value.since} {value.citation.zh} ({value.place}) {value.mark_zh}")
    print(f"{len(found)} 项变化 · changes")
    return 0


def _change(difference: Any) -> dict[str, Any]:
    def row(value: Any) -> dict[str, Any] | None:
        if value is None:
            return None
        return {
            "amount": value.amount,
            "unit": value.unit,
            "since": value.since.isoformat(),
            "place": value.place,
            "source": value.citation.zh,
            "certainty": value.certainty,
        }

    definition = difference.definition
    return {
        "key": definition.key,
        "zh": definition.zh,
        "en": definition.en,
        "before": row(difference.before),
        "after": row(difference.after),
    }


def _print(options: argparse.Namespace) -> int:
    from pathlib import Path

    from kuaichu import clock
    from kuaichu.law.printing import page

    try:
        Path(options.file).write_text(page(clock.today()), "utf-8")
    except OSError as error:
        print(f"写不了 · cannot write {options.file}: {error.strerror}", file=sys.stderr)
        return 1
    print(options.file)
    return 0
