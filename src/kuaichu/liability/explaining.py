"""The law's proposal as the JSON that is stored: grades, and everything an officer has to see to agree or not."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kuaichu.law.national.liability import Change, Impact, Proposal, ReasonStep
from kuaichu.law.national.liability.changes import TO_OFFICER
from kuaichu.law.values import mark_of

_LETTER = re.compile(r" ?([ABC]) 方")
TITLES = {"A": "甲方", "B": "乙方", "C": "丙方"}
NOT_ALIKE = {
    "zh": "双方对事情经过说法不一，要由民警来定责",
    "en": "The parties tell it differently, so an officer has to determine",
}
Json = dict[str, Any]


def as_json(proposal: Proposal, *, disputed: Sequence[str], by_account: Mapping[str, Proposal]) -> Json:
    """Where the accounts contradict each other nothing is proposed: the law leaves that to an officer (令146 Art.
    20). `by_account` is what would follow if one account (by letter) were right.
    """
    whole = _result(proposal)
    grades, is_officer_needed = whole["grades"], proposal.is_officer_needed or bool(disputed)
    return {
        "grades": {} if is_officer_needed else grades,
        "shares": {}
        if is_officer_needed
        else {party.letter: party.share_percent for party in proposal.parties if party.share_percent is not None},
        "share_mark": _share_mark(proposal),
        "tentative_grades": grades if disputed else {},
        "is_officer_needed": is_officer_needed,
        "officer_reason": dict(NOT_ALIKE) if disputed else whole["officer_reason"],
        "disputed": list(disputed),
        "reasons": whole["reasons"],
        "changes": [_change(change) for change in proposal.changes_if],
        "accidents": [_result(part) | {"impacts": pairs_of(part.impacts)} for part in proposal.accidents],
        "by_account": {letter: _result(part) for letter, part in by_account.items()} if disputed else {},
    }


def pairs_of(impacts: Iterable[Impact]) -> list[list[str]]:
    """[[hitter, hit], ...] in their order."""
    ordered = sorted(impacts, key=lambda impact: impact.order or 0)
    return [[impact.hitter, impact.hit] for impact in ordered]


def _result(proposal: Proposal) -> Json:
    """Grades (empty where an officer decides), why an officer, and the reasons."""
    return {
        "grades": {party.letter: str(party.grade) for party in proposal.parties if party.grade is not None},
        "officer_reason": {"zh": proposal.officer_zh, "en": proposal.officer_en},
        "reasons": [_reason(step) for step in proposal.steps],
    }


def _share_mark(proposal: Proposal) -> dict[str, str]:
    """参考 and the like, where the usual share rests on a figure that nobody has confirmed."""
    marks = [(party.share_mark_zh, party.share_mark_en) for party in proposal.parties if party.share_mark_zh]
    return {"zh": marks[0][0], "en": marks[0][1]} if marks else {}


def _change(change: Change) -> Json:
    grades = None if change.grades is None else {letter: str(grade) for letter, grade in change.grades}
    zh, _, then = change.zh.partition("：")
    en, _, _ = change.en.partition(": ")
    if grades is None and then != TO_OFFICER[0]:  # no liability at all, or several accidents: the sentence says it
        zh, en = change.zh, change.en
    elif change.certainty == "unsure":
        mark_zh, mark_en = mark_of(change.certainty)
        zh, en = f"{zh}（{mark_zh}）", f"{en} ({mark_en})"
    return {"zh": titled(change.zh), "en": change.en, "if_zh": titled(zh), "if_en": en, "grades": grades}


def titled(text: str) -> str:
    """The law speaks of sides A, B, C; the forms say 甲方, 乙方, 丙方."""
    return _LETTER.sub(lambda found: TITLES[found[1]], text)


def _reason(step: ReasonStep) -> Json:
    return {
        "letter": step.letter,
        "rule": step.rule,
        "act": titled(step.fact_zh),
        "act_en": step.fact_en,
        "effect_zh": titled(step.effect_zh),
        "effect_en": step.effect_en,
        "zh": titled(step.zh),
        "en": step.en,
        "articles": [
            {
                "act": citation.act,
                "article": citation.article,
                "zh": citation.full_zh,
                "en": citation.en,
                "gist_zh": citation.gist_zh,
                "gist_en": citation.gist_en,
            }
            for citation in step.citations
        ],
        "causes": list(step.cause_codes),
        "certainty": step.certainty,
    }
