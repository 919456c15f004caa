"""The stored proposal in the language of the caller."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language

from kuaichu.liability.models import Proposal
from kuaichu.web.api import schemas_party as party


def proposal_of(row: Proposal, choices: Mapping[str, str]) -> party.Proposal:
    """What the parties see of it, with what each chose."""
    result = row.result
    return party.Proposal(
        grades=dict(result.get("grades") or {}),
        shares=dict(result.get("shares") or {}),
        is_officer_needed=bool(result.get("is_officer_needed")),
        officer_reason=_said(result.get("officer_reason") or {}),
        reasons=[
            party.ProposalReason(
                letter=str(reason.get("letter") or ""),
                text=_said(reason),
                articles=[
                    party.Article(name=_said(article), gist=_said(article, "gist_"))
                    for article in reason.get("articles", ())
                ],
            )
            for reason in result.get("reasons", ())
        ],
        choices=dict(choices),
    )


def _said(item: Mapping[str, Any], prefix: str = "") -> str:
    lang = "en" if (get_language() or "").startswith("en") else "zh"
    return str(item.get(f"{prefix}{lang}") or item.get(f"{prefix}zh") or "")
