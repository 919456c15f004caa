"""Everything that changes a claim: one verb, one function, one transaction, one journal event."""

from kuaichu.claims.actions.accepting import accept, send_notice_again
from kuaichu.claims.actions.approving import approve, settle_unpaid
from kuaichu.claims.actions.assessing import LossLine, record_assessment
from kuaichu.claims.actions.paying import confirm_payment, flag_payment, order_payment
from kuaichu.claims.actions.refusing import close_recheck, refuse
from kuaichu.claims.actions.settling import consent_each_pays_own, withdraw_own_pay_consent

__all__ = [
    "LossLine",
    "accept",
    "approve",
    "close_recheck",
    "confirm_payment",
    "consent_each_pays_own",
    "flag_payment",
    "order_payment",
    "record_assessment",
    "refuse",
    "send_notice_again",
    "settle_unpaid",
    "withdraw_own_pay_consent",
]
