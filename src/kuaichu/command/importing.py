"""`./kuaichu import calls FILE`: calls of another system; what can't be used comes back with reasons."""

import argparse
import sys
import time
from pathlib import Path

BAD_INPUT = 2
QUIET_S = 0.2
STEPS = {"reading": "读取", "checking": "核对", "storing": "入库"}


def calls(options: argparse.Namespace) -> int:
    """0: every row is stored; 1: some rows came back as a file; 2: the file can't be used."""
    import django

    django.setup()
    from kuaichu.analysis.errors import BadInput
    from kuaichu.calls.importing import import_calls
    from kuaichu.errors import Refused

    started = time.monotonic()
    try:
        done = import_calls(
            options.file,
            place_code=options.place or _only_place(),
            columns=options.columns,
            datum=options.datum,
            keeps_outside=options.outside == "unlocated",
            faults=options.faults,
            progress=_Bar(),
        )
    except BadInput as fault:
        print(f"\n{fault.zh}\n{fault.en}", file=sys.stderr)
        return BAD_INPUT
    except Refused as refusal:
        print(f"\n{refusal}", file=sys.stderr)
        return BAD_INPUT
    seconds = time.monotonic() - started
    print(
        f"{done.rows} 行 · rows: 新增 new {done.new}，更新 changed {done.changed}，相同 same {done.same}，"
        f"有误 faulty {done.faulty}；无法定位 unlocated {done.unlocated}；{seconds:.1f} s"
    )
    _keep_for_the_desk(options.place or _only_place())
    if done.faults:
        print(f"有误的行和原因 · rows at fault, with reasons: {done.faults}")
    return 1 if done.faulty else 0


def _keep_for_the_desk(place_code: str) -> None:
    """The next process of the command desk starts from a snapshot instead of the table."""
    from kuaichu.governance import events

    events.store(place_code).save()


def _only_place() -> str:
    """The one city of this installation. Raises Refused when there is none or more than one."""
    from kuaichu.accounts.models import Agency, AgencyKind
    from kuaichu.errors import Refused

    units = Agency.objects.filter(kind=AgencyKind.POLICE, superior__isnull=True)
    places = sorted(set(units.values_list("place_id", flat=True)))
    if len(places) != 1:
        raise Refused("place.unclear", "请用 --place 说明是哪个地区（六位区划代码）")
    return str(places[0])


class _Bar:
    """One line on standard error that follows the work, on a terminal only."""

    def __init__(self) -> None:
        self._shown_at = 0.0

    def __call__(self, step: str, done: int, total: int) -> None:
        now = time.monotonic()
        if not sys.stderr.isatty() or (now - self._shown_at < QUIET_S and done < total):
            return
        self._shown_at = now
        end = "\n" if step == "storing" and done >= total else ""
        print(f"\r{STEPS[step]} {step} {done}/{total}   ", end=end, file=sys.stderr, flush=True)


def add_calls(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The parser of `import calls`."""
    parser = kinds.add_parser("calls", help="警情（CSV，UTF-8 或 GB 18030）· calls, see docs/CALLS.md")
    parser.set_defaults(handler="importing:calls")
    parser.add_argument("file", type=Path, metavar="FILE.csv")
    parser.add_argument("--place", metavar="CODE", help="区划代码 · six-digit place code (default: the only city)")
    parser.add_argument("--columns", type=Path, metavar="FILE.yaml", help="列名和用语 · names of columns and classes")
    parser.add_argument(
        "--datum", choices=["wgs84", "gcj02"], default="wgs84", help="坐标系 · datum of the coordinates"
    )
    parser.add_argument(
        "--outside",
        choices=["fault", "unlocated"],
        default="fault",
        help="坐标不在本地 · positions far from the place: a fault, or keep the call without its position",
    )
    parser.add_argument("--faults", type=Path, metavar="FILE.csv", help="有误的行放哪里 · where bad rows go")
