"""What a determination says of each party: the conduct and the provision, taken from the proposal's reasons."""

from collections.abc import Mapping
from typing import Any


def findings_of(
    result: Mapping[str, Any], grades: Mapping[str, str], conduct: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """Letter -> (conduct, provision), both empty for a party without liability or a reason.

    `result` is a stored proposal; `conduct` holds the officer's own words, which come first.
    """
    findings: dict[str, tuple[str, str]] = {}
    for letter, grade in grades.items():
        reasons = [reason for reason in result.get("reasons", ()) if reason["letter"] == letter]
        if grade == "none":
            findings[letter] = ("", "")
            continue
        title = "甲乙丙"["ABC".index(letter)] + "方"  # the form names the party itself
        acts = [reason["act"].removeprefix(title) for reason in reasons if reason["act"]]
        words = conduct.get(letter, "").strip() or "，".join(acts)
        provisions = list(dict.fromkeys(article["zh"] for reason in reasons for article in reason["articles"]))
        findings[letter] = (words, "、".join(provisions) if words else "")
    return findings
