"""Everything that changes liability: proposals, choices, determinations, reviews."""

from kuaichu.liability.actions.choices import choose, ensure_proposal, withdraw_when_reopened
from kuaichu.liability.actions.determinations import Decision, determine
from kuaichu.liability.actions.impacts import order_impacts
from kuaichu.liability.actions.reviews import apply_for_review, decide_review, withdraw_review

__all__ = [
    "Decision",
    "apply_for_review",
    "choose",
    "decide_review",
    "determine",
    "ensure_proposal",
    "order_impacts",
    "withdraw_review",
    "withdraw_when_reopened",
]
