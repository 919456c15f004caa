"""The print: sections of tables, every row with its source, first day, last check and certainty."""

from collections.abc import Iterable, Sequence
from datetime import date
from html import escape

from kuaichu.law import divisions
from kuaichu.law.citations import Citation
from kuaichu.law.engine import the_law
from kuaichu.law.interface.revision import law_revision
from kuaichu.law.national import clocks
from kuaichu.law.national.contents import contents_of
from kuaichu.law.national.liability.grades import grade_names
from kuaichu.law.national.liability.table import Act, table
from kuaichu.law.national.questions import QUESTIONS
from kuaichu.law.national.settlement.evidence import ITEMS, evidence
from kuaichu.law.national.settlement.shapes import Grade
from kuaichu.law.upkeep import amount_text
from kuaichu.law.values import Value

_STYLE = """
body { font: 15px/1.6 "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; margin: 2rem auto; max-width: 72rem;
  color: #1d2b24; }
h1 { font-size: 1.6rem; } h2 { margin-top: 2.2rem; border-bottom: 2px solid #1f7a4d; } h3 { margin-bottom: .3rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; page-break-inside: auto; }
th, td { border: 1px solid #c9d4cd; padding: .25rem .5rem; text-align: left; vertical-align: top; }
th { background: #eef4f0; } tr { page-break-inside: avoid; } code { color: #37564a; }
.mark { background: #fff3c4; padding: 0 .3rem; border-radius: .2rem; } .small { color: #55685f; font-size: .85em; }
nav li { display: inline-block; margin-right: 1rem; } .check { width: 5rem; }
"""
_MARKS = {"unsure": "参考", "practice": "惯例", "design": "平台约定", "law": ""}


def page(today: date) -> str:
    """The whole law as HTML; `today` is the day of the print."""
    sections = (
        ("values", "数值 Values", _values()),
        ("fasttrack", "快处筛查 Fast track", _questions()),
        ("behaviours", "列明的过错行为 Listed behaviours", _behaviours()),
        ("pairs", "双方都有过错 Both at fault", _pairs()),
        ("officer", "由民警认定的情形 Left to an officer", _officer()),
        ("items", "损失项目与证据 Items of loss", _items()),
        ("clocks", "期限 Clocks", _clocks()),
        ("contents", "文书内容 Contents of instruments", _contents()),
        ("acts", "法规目录 Acts", _acts()),
    )
    links = "".join(f'<li><a href="#{anchor}">{escape(title)}</a></li>' for anchor, title, _ in sections)
    body = "".join(f'<h2 id="{anchor}">{escape(title)}</h2>{content}' for anchor, title, content in sections)
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>快处：全部规则和数值</title>'
        f"<style>{_STYLE}</style></head><body><h1>快处：全部规则和数值</h1>"
        f"<p>打印日期 {today.isoformat()} · 法规版本 <code>{law_revision()}</code>。"
        "空标记：已与原文核对；惯例：实务通行，没有条文这样写；参考：尚未核实，不得单独据以拒绝；平台约定：本平台自定。"
        "每行最后一格供审阅人打勾。</p>"
        f"<nav><ul>{links}</ul></nav>{body}</body></html>\n"
    )


def _values() -> str:
    law, parts = the_law(), []
    names = {divisions.NATION: "全国 Nation"} | {
        place.code: f"{place.zh} {place.en}" for place in divisions.known().values()
    }
    topics = sorted({key.split(".")[0] for key in law.definitions})
    for topic in topics:
        rows = []
        for key in sorted(key for key in law.definitions if key.split(".")[0] == topic):
            definition = law.definitions[key]
            title = f"{escape(definition.zh)}<br><span class=small>{escape(definition.en)}<br><code>{key}</code></span>"
            places = [place for found, place in law.set_by() if found == key]
            found = [entry for place in places for entry in law.entries(key, place)]
            opened = "、".join(sorted(definition.opened_to)) or "—"
            if not found:
                rows.append([title, "全国未设 none", "", "", "", "", opened, ""])
            for entry in found:
                rows.append([title, *_value_cells(entry.value, entry.until, names), opened, ""])
                title = ""
        parts.append(f"<h3>{escape(topic)}</h3>")
        heads = ["项目", "数值", "地方", "起止", "依据", "最近核对", "可由谁另定", "审阅"]
        parts.append(_table(heads, rows))
    return "".join(parts)


def _value_cells(value: Value, until: date | None, names: dict[str, str]) -> list[str]:
    term = f"{value.since.isoformat()} —{' ' + until.isoformat() if until else ''}"
    where = escape(names.get(value.place, value.place))
    return [
        f"{escape(amount_text(value))} {_mark(value.certainty)}",
        where,
        term,
        _cite([value.citation]),
        value.checked_on.isoformat(),
    ]


def _questions() -> str:
    rows = []
    for question in QUESTIONS:
        for answer, effect in question.effects.items():
            cells = [escape(question.zh), escape(answer), escape(effect.track.value), escape(effect.reason.zh)]
            rows.append([*cells, _cite(effect.reason.citations), ""])
    return _table(["问题", "回答", "结果", "告诉当事人的话", "依据", "审阅"], rows)


def _behaviours() -> str:
    def row(act: Act) -> list[str]:
        reasons = table().officer
        alone = reasons[act.officer_alone][0] if act.officer_alone else "全部责任 / 对方无责任"
        both = grade_names[Grade(act.with_both)][0] if act.with_both else ""
        titles = f"{escape(act.zh)} {_mark(act.certainty)}<br><span class=small>{escape(act.en)}</span>"
        return [
            f"<code>{act.code}</code>",
            titles,
            escape(alone),
            both,
            _cite(act.citations),
            "、".join(act.cause_codes),
            "",
        ]

    parts = []
    for kind, title in (
        ("motor", "机动车"),
        ("nonmotor", "非机动车"),
        ("pedestrian", "行人"),
        (None, "影响责任的情况"),
    ):
        acts = [act for act in table().acts.values() if (act.kind.value if act.kind else None) == kind]
        parts.append(f"<h3>{title}</h3>")
        parts.append(
            _table(
                ["代码", "行为", "单独存在时", "对方也有过错时", "依据", "原因代码", "审阅"], [row(act) for act in acts]
            )
        )
    return "".join(parts)


def _pairs() -> str:
    rows = []
    for pair in table().pairs:
        result = grade_names[pair.grade][0] if pair.grade else table().officer[pair.officer][0]
        second = "、".join(sorted(pair.second)) + (
            "，并有 " + "、".join(sorted(pair.second_too)) if pair.second_too else ""
        )
        place = f"<br><span class=small>地方可另定 <code>{pair.place_rule}</code></span>" if pair.place_rule else ""
        first = "、".join(sorted(pair.first))
        text = f"{escape(pair.zh)} {_mark(pair.certainty) if pair.grade else ''}{place}"
        rows.append([f"<code>{pair.code}</code>", first, second, text, escape(result), ""])
    return _table(["规则", "甲", "乙", "情形", "甲的责任", "审阅"], rows)


def _officer() -> str:
    rows = [[f"<code>{code}</code>", escape(zh), escape(en), ""] for code, (zh, en) in table().officer.items()]
    return _table(["代码", "理由", "Reason", "审阅"], rows)


def _items() -> str:
    names = evidence()
    rows = [
        [escape(item.zh), item.head.value, "、".join(names[code][0] for code in item.needs), _cite(item.citations), ""]
        for item in ITEMS.values()
    ]
    return _table(["项目", "交强险分项", "通常需要的证据", "依据", "审阅"], rows)


def _clocks() -> str:
    law, rows = the_law(), []
    for clock, row in clocks.table().items():
        entries = law.entries(clock, divisions.NATION)
        value = entries[-1].value
        end = {"workday": "最后一天是休息日的顺延", None: ""}[row.get("ends")] + ("倒数" if row.get("runs") else "")
        then = row.get("then", {}).get("zh", "")
        cells = [escape(law.definitions[clock].zh) + f"<br><code class=small>{clock}</code>", escape(row["from"]["zh"])]
        rows.append(
            [*cells, f"{amount_text(value)} {_mark(value.certainty)}", end, escape(then), _cite([value.citation]), ""]
        )
    return _table(["期限", "从何时起", "长度", "末日", "届满后", "依据", "审阅"], rows)


def _contents() -> str:
    rows = [
        [escape(kind), "、".join(escape(item.zh) for item in items), _cite([citation]), ""]
        for kind, items, citation in contents_of()
    ]
    return _table(["文书", "应有内容", "依据", "审阅"], rows)


def _acts() -> str:
    rows = [
        [
            escape(act.full_zh or act.zh),
            escape(act.en),
            escape(act.issuer),
            escape(act.number),
            act.in_force_on.isoformat(),
            act.repealed_on.isoformat() if act.repealed_on else "",
        ]
        for act in the_law().acts.values()
    ]
    return _table(["名称", "Title", "制定机关", "文号", "施行", "失效"], rows)


def _mark(certainty: str) -> str:
    return f"<span class=mark>{_MARKS[certainty]}</span>" if _MARKS[certainty] else ""


def _cite(citations: Iterable[Citation]) -> str:
    return "<br>".join(escape(citation.zh) for citation in citations)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(title)}</th>" for title in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
