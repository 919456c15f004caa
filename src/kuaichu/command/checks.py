"""`./kuaichu test`: every check and test, stage by stage; a failed stage does not hide the later ones."""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kuaichu.command.paths import ROOT

NO_TESTS = 5  # pytest's exit code when nothing was collected
# Arrays in, arrays out. In a stage of their own, file by file: in a fresh checkout each kernel is compiled once.
ANALYSIS = ("src/kuaichu/analysis", "src/kuaichu/command/tests/analysing")
# Two whole runs of a city, whose answers must be the same: slow, and in processes and homes of their own.
SAME_RUN = "simulator/tests/test_same_run.py"
# What knows no database is not asked twice.
CITY = "src/kuaichu/command/tests/test_city_home.py"  # brings its own
WITHOUT_DATABASE = ("tests/style", "src/kuaichu/law", "src/kuaichu/dossier/documents", CITY)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One run of a tool. With `skipped` (the reason) it is named and not run."""

    name: str
    arguments: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    skipped: str = ""


@dataclass(frozen=True, kw_only=True)
class Result:
    stage: Stage
    code: int
    seconds: float

    @property
    def is_good(self) -> bool:
        return self.code in {0, NO_TESTS}


def run(options: argparse.Namespace) -> int:
    started = time.monotonic()
    results = [_run_stage(stage) for stage in stages(options.rest, is_fast=options.fast)]
    failed = [result for result in results if not result.is_good]
    print("\n" + "─" * 78)
    for result in results:
        print(f"  {_verdict(result)}  {result.stage.name}  {result.seconds:.0f} s  {result.stage.skipped}")
    total = time.monotonic() - started
    if failed:
        print(f"\n✗ 没有通过 · failed: {', '.join(result.stage.name for result in failed)}   {total:.0f} s")
        return 1
    print(f"\n✓ 全部通过 · all passed   {total:.0f} s")
    return 0


def stages(more: list[str], *, is_fast: bool) -> list[Stage]:
    pytest = ("-m", "pytest", "-q")
    quick = (*pytest, "-n", "2", "--dist", "worksteal", "-m", "not browser and not spark", *_without("tests/journeys"))
    quick = (*quick, *_without(*ANALYSIS, SAME_RUN))
    found = [
        Stage(
            name="研判 analysis",
            arguments=(*pytest, "-n", "2", "--dist", "loadfile", "-m", "not spark", *ANALYSIS, *more),
        ),
        Stage(name="SQLite", arguments=(*quick, "--no-migrations", *more)),  # PostgreSQL's tables come by migrations
    ]
    url = os.environ.get("KUAICHU_TEST_DATABASE_URL", "")
    found.append(
        Stage(name="PostgreSQL", arguments=(*quick, *_without(*WITHOUT_DATABASE), *more), env={"DATABASE_URL": url})
        if url
        else Stage(name="PostgreSQL", skipped="跳过：没有 KUAICHU_TEST_DATABASE_URL · skipped, it is not set")
    )
    same = Stage(name="同一种子 same run", arguments=(*pytest, SAME_RUN, *more))
    found.append(Stage(name=same.name, skipped="跳过：--fast · skipped") if is_fast else same)
    found.append(_browser_stage(pytest, more, is_fast=is_fast))
    return found


def _without(*folders: str) -> tuple[str, ...]:
    return tuple(f"--ignore={folder}" for folder in folders)


def _browser_stage(pytest: tuple[str, ...], more: list[str], *, is_fast: bool) -> Stage:
    name = "浏览器 browser"
    if is_fast:
        return Stage(name=name, skipped="跳过：--fast · skipped")
    if not (ROOT / "tests" / "journeys").is_dir():
        return Stage(name=name, skipped="还没有 · there are none yet")
    browser = find_browser()
    if not browser:
        how = "apt install chromium · brew install --cask chromium"
        return Stage(
            name=name, skipped=f"跳过：找不到 Chromium · skipped, no Chromium found ({how}, or KUAICHU_CHROMIUM=…)"
        )
    two = ("-n", "2", "--dist", "worksteal")  # each with a house and a browser of its own
    return Stage(name=name, arguments=(*pytest, *two, "tests/journeys", *more), env={"KUAICHU_CHROMIUM": browser})


def find_browser() -> str:
    """The browser's path: KUAICHU_CHROMIUM, the PATH, or where macOS keeps it."""
    candidates = [os.environ.get("KUAICHU_CHROMIUM"), *(shutil.which(name) for name in BROWSERS)]
    candidates += [f"/Applications/{name}.app/Contents/MacOS/{name}" for name in ("Chromium", "Google Chrome")]
    return next((path for path in candidates if path and Path(path).exists()), "")


def _run_stage(stage: Stage) -> Result:
    if stage.skipped:
        return Result(stage=stage, code=0, seconds=0)
    print(f"\n== {stage.name} ==", flush=True)
    started = time.monotonic()
    code = subprocess.run([sys.executable, *stage.arguments], cwd=ROOT, env=_environment(stage), check=False).returncode
    return Result(stage=stage, code=code, seconds=time.monotonic() - started)


def _environment(stage: Stage) -> dict[str, str]:
    """Without the caller's database, home and settings: tests make their own. Compiled code is kept: it saves much."""
    foreign = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE", "PYTHONDONTWRITEBYTECODE"}
    kept = {name: text for name, text in os.environ.items() if name not in foreign and not name.startswith("KUAICHU_")}
    given = {name: os.environ[name] for name in ("KUAICHU_CHROMIUM", "KUAICHU_ARTIFACTS") if name in os.environ}
    return kept | given | dict(stage.env)


def _verdict(result: Result) -> str:
    if result.stage.skipped:
        return "–"
    return "✓" if result.is_good else "✗"
