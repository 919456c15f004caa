"""The questions of the fast track and what each answer means: one plain question a screen.

Handling Provisions (公安部令第146号) Arts. 13, 14, 15, 20. Those about people and dangers come first, then what keeps the
scene, then what needs a call after leaving, last whether the parties see it alike.

不清楚 is always answerable where an honest driver may not know, and always means the careful side: for danger and for
suspicion, as if it were so; where the police can look it up, photograph, leave, then call, or nothing at all.
"""

from dataclasses import dataclass, field
from enum import Enum

from kuaichu.law.citations import Citation


class Track(Enum):
    """What to do at the scene, from undecided to strictest."""

    UNDECIDED = "undecided"
    PHOTOGRAPH_LEAVE = "photograph_leave"
    PHOTOGRAPH_LEAVE_CALL = "photograph_leave_call"
    KEEP_SCENE = "keep_scene"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, in words a shaken driver understands."""

    code: str
    zh: str
    en: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """What one answer leads to: at least this track, these calls, this reason. `is_disputed`: the parties differ."""

    track: Track
    reason: Reason
    calls: tuple[str, ...] = ()
    is_disputed: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """`kind` is `yes_no` or `yes_no_unsure`; `effects` holds the answers that change something."""

    code: str
    zh: str
    en: str
    why_zh: str
    why_en: str
    kind: str
    effects: dict[str, Effect] = field(compare=False, repr=False)

    @property
    def choices(self) -> tuple[str, ...]:
        return ("yes", "no", "unsure") if self.kind == "yes_no_unsure" else ("yes", "no")


def _keep(code: str, zh: str, en: str, *articles: str, calls: tuple[str, ...] = ("122",)) -> Effect:
    return Effect(Track.KEEP_SCENE, Reason(code, zh, en, _handling(*articles)), calls)


def _leave_call(code: str, zh: str, en: str, *articles: str) -> Effect:
    return Effect(Track.PHOTOGRAPH_LEAVE_CALL, Reason(code, zh, en, _handling(*articles)), ("122",))


def _leave(code: str, zh: str, en: str, *articles: str, is_disputed: bool = False) -> Effect:
    return Effect(Track.PHOTOGRAPH_LEAVE, Reason(code, zh, en, _handling(*articles)), is_disputed=is_disputed)


def _handling(*articles: str) -> tuple[Citation, ...]:
    return tuple(Citation("handling", article) for article in articles)


_INJURED = _keep(
    "injured",
    "有人受伤，先救人。请保护好现场，马上打 120 和 122。",
    "Somebody is hurt: help first. Keep the scene as it is and call 120 and 122 now.",
    "13(1)",
    calls=("120", "122"),
)
_INJURED_UNSURE = _keep(
    "injured_unsure",
    "拿不准有没有受伤，就当有人受伤：不要硬撑，打 120 和 122。",
    "If you aren't sure, take it that somebody is hurt: call 120 and 122.",
    "13(1)",
    calls=("120", "122"),
)
_DANGEROUS = _keep(
    "dangerous_goods",
    "车上有危险品，人先远离车辆，马上报警，听民警和押运员安排。",
    "There are dangerous goods: get well away, call the police at once and follow their instructions.",
    "15",
)
_DANGEROUS_UNSURE = _keep(
    "dangerous_goods_unsure",
    "不知道装的是什么，就当是危险品：人先远离车辆，马上报警。",
    "If nobody knows the load, treat it as dangerous: get well away and call the police at once.",
    "15",
)
_STUCK = _keep(
    "not_movable",
    "有车开不走。人撤到路外，放好警告标志，打 122 等民警来。",
    "A vehicle can't move. Get off the road, set the triangle, call 122 and wait for an officer.",
    "13(1).5",
)
_STUCK_UNSURE = _keep(
    "movable_unsure",
    "拿不准车能不能开，就先别动。人撤到路外，打 122。",
    "If you aren't sure the vehicle can be driven, don't try. Get off the road and call 122.",
    "13(1).5",
)
_LEFT = _keep(
    "left",
    "有人离开了现场。请留在原地，记下车牌和去向，打 122。",
    "Somebody has left. Stay, note the plate and the direction, and call 122.",
    "13(1).6",
)
_LEFT_UNSURE = _keep(
    "left_unsure",
    "不确定人是不是走了，就请留在原地，打 122。",
    "If you aren't sure whether somebody left, stay and call 122.",
    "13(1).6",
)
_DRINK = _keep(
    "drink_drugs",
    "有人可能喝了酒或用了管制药品。请保护好现场，打 122。",
    "Drink or drugs are suspected. Keep the scene as it is and call 122.",
    "13(1).2",
)
_DRINK_UNSURE = _keep(
    "drink_drugs_unsure",
    "有怀疑就要请民警来看。请保护好现场，打 122。",
    "A suspicion is enough to call. Keep the scene as it is and call 122.",
    "13(1).2",
)
_NO_LICENCE = _keep(
    "no_licence",
    "有人没有有效驾驶证，或者不准开这种车。请保护好现场，打 122。",
    "A driver has no valid licence for this vehicle. Keep the scene as it is and call 122.",
    "13(1).1",
)
_LICENCE_UNSURE = _leave_call(
    "licence_unsure",
    "看不到对方驾驶证。拍好照片，把车移到安全处，再打 122 请民警核实。",
    "You can't see the other's licence. Take photos, move to a safe place, then call 122 to have it checked.",
    "13(1).1",
    "19(1)",
)
_NO_PLATE = _keep(
    "no_plate",
    "有车没挂号牌，或号牌是假的。请保护好现场，打 122。",
    "A vehicle has no plate or a false one. Keep the scene as it is and call 122.",
    "13(1).4",
)
_OVERLOADED = _keep(
    "overloaded",
    "校车或客车可能严重超员、超速。请保护好现场，打 122。",
    "A school bus or coach may be badly overloaded or speeding. Keep the scene as it is and call 122.",
    "13(1).3",
)
_DELIBERATE = _keep(
    "deliberate",
    "对方像是故意撞的。保存好行车记录，别私下给钱，打 122。",
    "It looks deliberate. Keep your recordings, pay nothing, and call 122.",
    "13(1).7",
)
_DELIBERATE_UNSURE = _leave_call(
    "deliberate_unsure",
    "拿不准对方是不是故意。拍好照片和录像，移到安全处，再打 122。",
    "If you can't tell, take photos and keep recordings, move to a safe place, then call 122.",
    "13(1).7",
    "19(1)",
)
_FACILITY = _leave_call(
    "facility",
    "撞到了路边设施。拍好照片，把车移到不挡路的地方，再打 122，等民警处理。",
    "A facility was hit. Take photos, move the vehicle out of the way, then call 122 and wait.",
    "14.2",
)
_FACILITY_UNSURE = _leave_call(
    "facility_unsure",
    "拿不准设施有没有坏。拍好照片，把车移开，再打 122 请民警看。",
    "If you aren't sure about the facility, take photos, move aside, then call 122 to have it looked at.",
    "14.2",
)
_MARKS = _leave_call(
    "marks",
    "有车没有年检或交强险。拍好照片，把车移到安全处，再打 122。",
    "A vehicle lacks inspection or compulsory insurance. Take photos, move to a safe place, then call 122.",
    "14.1",
)
_MARKS_UNSURE = _leave(
    "marks_unsure",
    "年检和保险记不清没关系，民警会在系统里查。",
    "Never mind if you don't know: the police look up inspection and insurance.",
    "14.1",
)
_DISPUTED = _leave(
    "disputed",
    "看法不一样没关系：拍好照片先撤离，再一起在网上请民警认定。",
    "You may see it differently: take photos, leave, then ask the police together online to decide.",
    "19(1)",
    "20(1)",
    is_disputed=True,
)

QUESTIONS: tuple[Question, ...] = (
    Question(
        "injured",
        "有人受伤或不舒服吗？",
        "Is anybody hurt or unwell?",
        "头晕、疼痛也算。有人受伤要先救人，不能快处。",
        "Dizziness and pain count. If anybody is hurt, help comes first.",
        "yes_no_unsure",
        {"yes": _INJURED, "unsure": _INJURED_UNSURE},
    ),
    Question(
        "dangerous_goods",
        "有车装着危险品吗？",
        "Does a vehicle carry dangerous goods?",
        "比如油罐车、液化气、烟花、农药。",
        "Such as a fuel tanker, gas, fireworks or pesticide.",
        "yes_no_unsure",
        {"yes": _DANGEROUS, "unsure": _DANGEROUS_UNSURE},
    ),
    Question(
        "movable",
        "车都还能开走吗？",
        "Can every vehicle be driven away?",
        "先不要试着开，看看轮子、漏油和冒烟。",
        "Don't try yet: look at the wheels, for leaks and for smoke.",
        "yes_no_unsure",
        {"no": _STUCK, "unsure": _STUCK_UNSURE},
    ),
    Question(
        "left",
        "有人已经离开现场吗？",
        "Has anybody involved left?",
        "开车走了、弃车走了都算。",
        "With or without the vehicle.",
        "yes_no_unsure",
        {"yes": _LEFT, "unsure": _LEFT_UNSURE},
    ),
    Question(
        "drink_drugs",
        "有司机喝酒或吸毒吗？",
        "Has a driver drunk or taken drugs?",
        "闻到酒味、觉得可疑也算。",
        "A smell of alcohol or a suspicion counts.",
        "yes_no_unsure",
        {"yes": _DRINK, "unsure": _DRINK_UNSURE},
    ),
    Question(
        "licence",
        "司机都有有效驾照吗？",
        "Has every driver a valid licence?",
        "驾照要在有效期内，并且准许开这种车。骑自行车、电动自行车的不用。",
        "In date and for this kind of vehicle. Bicycles and e-bikes need none.",
        "yes_no_unsure",
        {"no": _NO_LICENCE, "unsure": _LICENCE_UNSURE},
    ),
    Question(
        "plate",
        "机动车都有真号牌吗？",
        "Has every motor vehicle a true plate?",
        "没挂、遮挡、涂改或像是假的，都请选“没有”。",
        "None, covered, altered or looking false: answer no.",
        "yes_no",
        {"no": _NO_PLATE},
    ),
    Question(
        "overloaded",
        "有校车客车严重超员吗？",
        "Is a school bus or coach badly overloaded?",
        "严重超速也算。没有校车、客车就选“没有”。",
        "Serious speeding counts too. Answer no if there is no school bus or coach.",
        "yes_no",
        {"yes": _OVERLOADED},
    ),
    Question(
        "deliberate",
        "对方像是故意撞的吗？",
        "Does it look deliberate?",
        "也就是俗称的“碰瓷”。",
        "Such as a staged accident.",
        "yes_no_unsure",
        {"yes": _DELIBERATE, "unsure": _DELIBERATE_UNSURE},
    ),
    Question(
        "facility",
        "撞到路边设施了吗？",
        "Was a roadside facility hit?",
        "护栏、路灯、信号灯、房屋、树木都算。",
        "Barriers, lamps, signals, buildings and trees count.",
        "yes_no_unsure",
        {"yes": _FACILITY, "unsure": _FACILITY_UNSURE},
    ),
    Question(
        "marks",
        "年检和交强险都有效吗？",
        "Are inspection and insurance valid?",
        "电子标志和纸质标志一样有效。非机动车不用。",
        "Electronic marks count like paper ones. Non-motor vehicles need none.",
        "yes_no_unsure",
        {"no": _MARKS, "unsure": _MARKS_UNSURE},
    ),
    Question(
        "agreed",
        "对事故经过看法一致吗？",
        "Do you agree what happened?",
        "不一致也可以先撤离，再请民警在网上认定。",
        "If not, you can still leave and have the police decide online.",
        "yes_no",
        {"no": _DISPUTED},
    ),
)
