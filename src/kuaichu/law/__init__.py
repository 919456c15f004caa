"""法规: dated values with their sources, and dated pure rules. No Django here.

from kuaichu import law
law.value("photos.required", on=accident_on, place=case.place).number
law.due("review.apply", started_at=served_at, place=case.place).at
law.screen({"injured": "no"}, on=accident_on, place=place).next_question
"""

from kuaichu.law import codes
from kuaichu.law.citations import Act, Citation
from kuaichu.law.engine import find, value
from kuaichu.law.errors import LawError
from kuaichu.law.national.clocks import Due, due
from kuaichu.law.national.contents import MissingItem, missing
from kuaichu.law.national.online import OnlineFacts, not_online
from kuaichu.law.national.questions import QUESTIONS, Question, Reason, Track
from kuaichu.law.national.safety import SafetyStep, safety_steps
from kuaichu.law.national.screening import Screening, screen
from kuaichu.law.values import Value

__all__ = [
    "QUESTIONS",
    "Act",
    "Citation",
    "Due",
    "LawError",
    "MissingItem",
    "OnlineFacts",
    "Question",
    "Reason",
    "SafetyStep",
    "Screening",
    "Track",
    "Value",
    "codes",
    "due",
    "find",
    "missing",
    "not_online",
    "safety_steps",
    "screen",
    "value",
]
