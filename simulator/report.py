"""What came of a run, as one page that can be printed and as JSON: figures beside those that cities have published,
stages, what broke and what held. People's times are simulated, the software's are measured; the page says so."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta, timezone
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Protocol

import yaml

from simulator.charts import bars, curve
from simulator.figures import LIMITS_S, Figure, Stage, called, duration, figures, shown, stages
from simulator.main import Outcome
from simulator.meter import percentile

CHINA = timezone(timedelta(hours=8))
FOLDER = Path(__file__).parent / "data"
CURVE_S = 1200.0
MOST_TROUBLES = 20
FAULTS = {
    "network.lost_there": "请求在路上丢了",
    "network.lost_back": "回答在路上丢了",
    "people.tapped_twice": "同一按钮点了两次",
    "people.tried_again": "没有回音后再试",
    "people.changed_phone": "中途换手机",
    "people.vanished": "当事人不再操作",
    "people.would_not_sign": "不愿签字",
    "insurer.busy": "保险公司系统忙",
    "insurer.nonsense": "保险公司回了看不懂的内容",
    "insurer.tried_again": "保险公司重复回传",
    "national.busy": "综合应用平台忙",
    "national.nonsense": "综合应用平台回了看不懂的内容",
    "national.unlike": "平台查到车辆未登记、检验或保险过期、保险公司不同",
}


WAITING = "text message"  # a person's time, in the steps in which a phone looks
REQUESTS = {
    "worker": "后台办一轮",
    "GET case": "当事人查看案件",
    "GET money": "当事人查看赔款",
    "GET instruments": "当事人查看文书列表",
    "GET instrument": "当事人查看文书",
    "GET proposal": "当事人查看责任建议",
    "GET photos": "当事人查看照片",
    "insurer GET": "保险公司查询",
    "insurer POST": "保险公司办理、外部警情送入",
    "callback": "保险公司回传",
    "screening": "回答安全问题",
    "desk GET": "民警打开队列、案件",
    "desk POST": "民警作出决定",
    "photo": "上传一张照片",
    "confirmation": "确认手机号",
    "code": "要短信验证码",
    "signing-code": "要签字验证码",
    "particulars": "填写当事人信息",
    "choice": "选择同意或请民警认定",
    "account": "陈述经过",
    "payout-account": "填写收款账号",
    "signature": "签字",
    "joins": "对方加入",
    "cases": "报案",
    "submission": "交齐照片",
    "occurrence": "填写时间地点",
    "invitations": "邀请对方",
    "officer": "请求民警到场",
}


class Check(Protocol):
    """Something that must hold whatever happens (`invariants.Held`)."""

    @property
    def words(self) -> str: ...
    @property
    def checked(self) -> int: ...
    @property
    def violations(self) -> Sequence[str]: ...


@dataclass(frozen=True, kw_only=True)
class Software:
    """How long one kind of request took, in seconds of a real clock."""

    kind: str
    count: int
    median_s: float
    ninetieth_s: float
    ninety_ninth_s: float


@cache
def published() -> Mapping[str, Any]:
    """data/published.yaml."""
    return dict(yaml.safe_load((FOLDER / "published.yaml").read_text("utf-8")))


def content(outcome: Outcome, *, command: str, checks: Sequence[Check] = ()) -> dict[str, Any]:
    """Everything that the report says, as JSON has it. `command` reproduces the run."""
    plan, meter = outcome.plan, outcome.world.meter
    found = figures(outcome.records, days=plan.days) + called(outcome.calls, days=_lasted(outcome))
    return {
        "command": command,
        "place": plan.place,
        "first": plan.first.isoformat(),
        "days": plan.days,
        "seed": plan.seed,
        "faults": plan.faults,
        "planned_a_day": plan.accidents_a_day,
        "accidents": len(outcome.records),
        "reported": sum(bool(record.number) for record in outcome.records),
        "outcomes": _counted(f"{record.stage or '-'} {record.outcome}".strip() for record in outcome.records),
        "figures": [asdict(figure) for figure in found],
        "stages": [
            {"key": stage.key, "name": stage.name, "count": len(stage.times), "median_s": stage.median,
             "ninetieth_s": stage.ninetieth}
            for stage in stages(outcome.records)
        ],
        "software": [asdict(row) for row in _software(meter.seconds)],
        "counts": dict(sorted(meter.counts.items())),
        "troubles": [
            {"who": trouble.who, "at": trouble.at.isoformat(), "what": trouble.what}
            for trouble in outcome.world.troubles[:MOST_TROUBLES]
        ],
        "all_troubles": len(outcome.world.troubles),
        "checks": [
            {"words": check.words, "checked": check.checked, "violations": list(check.violations)} for check in checks
        ],
        "published": published(),
    }  # fmt: skip


def _lasted(outcome: Outcome) -> float:
    """Days from the first to the last moment: calls come as long as the city lives."""
    if outcome.began is None or outcome.ended is None:
        return float(outcome.plan.days)
    return (outcome.ended - outcome.began) / timedelta(days=1)


def write(outcome: Outcome, folder: Path, *, command: str, checks: Sequence[Check] = ()) -> Path:
    """report.html and report.json in `folder`; returns the page."""
    folder.mkdir(parents=True, exist_ok=True)
    told = content(outcome, command=command, checks=checks)
    (folder / "report.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")
    page = folder / "report.html"
    page.write_text(page_of(told, outcome), "utf-8")
    return page


def page_of(told: Mapping[str, Any], outcome: Outcome) -> str:
    """The page as text, with its style inside."""
    style = (FOLDER / "report.css").read_text("utf-8")
    body = "\n".join(part for part in _parts(told, outcome) if part)
    return (
        '<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>模拟城市报告</title>\n<style>\n{style}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _parts(told: Mapping[str, Any], outcome: Outcome) -> Iterator[str]:
    all_stages = {stage.key: stage for stage in stages(outcome.records)}
    yield _head(told)
    yield '<h2>和各地公布的数字放在一起</h2><p class="quiet">公布的数字来自各地自己的报道，口径不一定相同；不同之处写在下面。</p>'
    yield _beside(told)
    leave = all_stages["leave"]
    if leave.times:
        share = leave.within(LIMITS_S[-1]) or 0.0
        yield (
            f"<h2>从报案到可以撤离：{share:.0%} 在 15 分钟以内</h2><figure><figcaption>"
            f"已可以撤离的占比（{len(leave.times)} 起）；横轴：报案后多久</figcaption>"
            f"{curve(leave, LIMITS_S, most_s=_width(leave))}</figure>"
        )
    yield "<h2>每个阶段用了多久</h2>"
    drawn = bars(list(all_stages.values()))
    yield f"<figure><figcaption>中位数 / 90% 分位；横轴：用了多久，对数刻度</figcaption>{drawn}</figure>"
    yield "<h2>全部指标和口径</h2>" + _all_figures(told)
    yield "<h2>各地也公布、一次模拟算不出的</h2>" + _beyond(told)
    yield "<h2>软件本身有多快（实测）</h2>" + _software_table(told)
    yield "<h2>注入的故障，都扛住了吗</h2>" + _faults(told)
    yield _troubles(told)


def _width(leave: Stage) -> float:
    """Wide enough for the promises and for nearly everybody."""
    return max(CURVE_S, min(leave.ninetieth or 0.0, 3 * CURVE_S))


def _head(told: Mapping[str, Any]) -> str:
    names = {"none": "不注入故障", "mild": "轻度故障", "hard": "重度故障"}
    return (
        f"<h1>模拟城市报告：{told['reported']} 起报案，{told['days']} 天</h1>"
        f'<p class="quiet">区划代码 {escape(told["place"])} · 从 {told["first"]} 起 · 种子 {told["seed"]} · '
        f"{names.get(told['faults'], told['faults'])} · 重现：<code>{_unbroken(told['command'])}</code></p>"
        '<p class="note">人的用时是模拟出来的：司机看页面、拍照、犹豫，民警审核，理赔员定损，都按设定的分布随机产生，'
        "不能当作真实城市的成效。软件的用时、故障后的结果和全部检查是实测的：每一步都真的经过系统的网页和接口。</p>"
    )


def _unbroken(command: str) -> str:
    """Breaks between words only: half an option can't be copied."""
    return " ".join(f"<span>{escape(word)}</span>" for word in command.split())


def _beside(told: Mapping[str, Any]) -> str:
    ours = {row["key"]: Figure(**row) for row in told["figures"]}
    known = told["published"]
    rows = []
    for row in known["rows"]:
        figure = ours.get(row["key"])
        if figure is None:
            continue
        note = f"<small>{escape(row['note'])}</small>" if row.get("note") else ""
        rows.append(
            f"<tr><td>{escape(row['what'])}{note}</td><td>{escape(known['sources'][row['source']])}</td>"
            f'<td class="number">{escape(row["value"])}</td><td class="number">{shown(figure)}'
            f"<small>{escape(figure.name)}</small></td></tr>"
        )
    head = '<tr><th>指标</th><th>哪里公布</th><th class="number">公布的</th><th class="number">这次模拟</th></tr>'
    return _table(head, "".join(rows), css="beside")


def _beyond(told: Mapping[str, Any]) -> str:
    known = told["published"]
    rows = "".join(
        f"<tr><td>{escape(row['what'])}</td><td>{escape(known['sources'][row['source']])}</td>"
        f'<td class="number">{escape(row["value"])}</td><td>{escape(row["why"])}</td></tr>'
        for row in known["beyond"]
    )
    head = '<tr><th>指标</th><th>哪里公布</th><th class="number">公布的</th><th>为什么算不出</th></tr>'
    return _table(head, rows, css="wide")


def _all_figures(told: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td>{escape(figure.name)}</td><td>{escape(figure.meaning)}</td>"
        f'<td class="number">{figure.over}</td><td class="number">{shown(figure)}</td></tr>'
        for figure in (Figure(**row) for row in told["figures"])
    )
    head = '<tr><th>指标</th><th>口径</th><th class="number">件数</th><th class="number">数值</th></tr>'
    return _table(head, rows, css="wide")


def _software(seconds: Mapping[str, Sequence[float]]) -> list[Software]:
    return [
        Software(
            kind=kind,
            count=len(taken),
            median_s=percentile(taken, 0.5),
            ninetieth_s=percentile(taken, 0.9),
            ninety_ninth_s=percentile(taken, 0.99),
        )
        for kind, taken in sorted(seconds.items(), key=lambda item: -len(item[1]))
        if taken and kind != WAITING
    ]


def _software_table(told: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td>{escape(REQUESTS.get(row['kind'], row['kind']))}</td>"
        f'<td class="number">{row["count"]:,}</td>'
        f'<td class="number">{_ms(row["median_s"])}</td><td class="number">{_ms(row["ninetieth_s"])}</td>'
        f'<td class="number">{_ms(row["ninety_ninth_s"])}</td></tr>'
        for row in told["software"][:24]
    )
    head = (
        '<tr><th>请求</th><th class="number">次数</th><th class="number">中位数</th><th class="number">90%</th>'
        '<th class="number">99%</th></tr>'
    )
    return _table(head, rows, css="times") if rows else '<p class="quiet">这次没有记录请求用时。</p>'


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} 毫秒" if seconds < 10 else duration(seconds)


def _faults(told: Mapping[str, Any]) -> str:
    rows = "".join(
        f'<tr><td>{words}</td><td class="number">{told["counts"][name]:,}</td></tr>'
        for name, words in FAULTS.items()
        if told["counts"].get(name)
    )
    checks = "".join(
        f'<tr><td>{escape(_chinese(check["words"]))}</td><td class="number">{check["checked"]:,}</td>'
        f'<td class="number {"bad" if check["violations"] else "good"}">{len(check["violations"]) or "0 ✓"}</td></tr>'
        for check in told["checks"]
    )
    first = _table('<tr><th>发生了什么</th><th class="number">次数</th></tr>', rows) if rows else ""
    if not checks:
        return first or '<p class="quiet">这次没有注入故障。</p>'
    head = '<tr><th>必须成立的事</th><th class="number">检查</th><th class="number">不成立</th></tr>'
    return first + _table(head, checks)


def _chinese(words: str) -> str:
    """The page is in Chinese; a check's words are Chinese and English, as the terminal prints them."""
    return words.split(" · ", maxsplit=1)[0]


def _table(head: str, rows: str, *, css: str = "") -> str:
    """Its head is printed again on every sheet."""
    named = f' class="{css}"' if css else ""
    return f"<table{named}><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _troubles(told: Mapping[str, Any]) -> str:
    if not told["all_troubles"]:
        return ""
    rows = "".join(
        f"<tr><td>{escape(row['who'])}</td><td>{escape(row['at'][:16].replace('T', ' '))}</td>"
        f"<td>{escape(row['what'])}</td></tr>"
        for row in told["troubles"]
    )
    head = "<tr><th>谁</th><th>何时（UTC）</th><th>原因</th></tr>"
    return f"<h2>{told['all_troubles']} 个没能走下去的人</h2>{_table(head, rows)}"


def _counted(texts: Iterator[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for text in texts:
        found[text] = found.get(text, 0) + 1
    return dict(sorted(found.items()))
