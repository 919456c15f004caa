"""What the law answers, as documented in the schema: the same JSON as `./kuaichu law ...` writes."""

from pydantic import BaseModel, ConfigDict, Field


class _Answer(BaseModel):
    """Fields with a default may be left out of an answer; others may be added."""

    model_config = ConfigDict(populate_by_name=True)


class LawFault(_Answer):
    """`field` is a path like parties[1].losses[0].amount_fen; `nearest` are known codes for an unknown one."""

    code: str
    field: str
    message: str
    nearest: list[str] = []


class LawProblem(_Answer):
    """The input can't be read, and where."""

    error: LawFault


class LawArticle(_Answer):
    """Act and article in the notation of docs/LAW.md, and written out. Settlements leave the English out."""

    act: str
    article: str
    zh: str
    en: str = ""


class LawStep(_Answer):
    """Fact → rule → articles → effect. `certainty`: law, practice, unsure or design."""

    fact: str
    rule: str
    articles: list[LawArticle]
    effect: str
    fact_en: str
    effect_en: str
    certainty: str = "law"
    party: str = ""


class LawChange(_Answer):
    """Another fact, and the liability it would give; null: an officer decides, or there are several accidents."""

    zh: str
    en: str
    liability: dict[str, str] | None
    officer_decides: bool
    certainty: str


class LawReason(_Answer):
    code: str
    zh: str
    en: str
    articles: list[LawArticle] = []
    certainty: str = "law"


class LawSubAccident(_Answer):
    """One of several accidents in law; `impacts`: the orders of the impacts it is made of."""

    impacts: list[int]
    liability: dict[str, str] | None
    officer_decides: bool


class LawDamagedPart(_Answer):
    party: str
    part: str
    impacts: list[int]
    liability: dict[str, str] | None


class LawDecision(_Answer):
    """`liability` null: an officer decides (`reason`), or the chain is several `accidents` in law."""

    liability: dict[str, str] | None
    officer_decides: bool
    reason: LawReason | None = None
    steps: list[LawStep]
    changes_if: list[LawChange]
    share_percent: dict[str, int] = {}
    share_mark: str = ""
    cause_codes: dict[str, list[str]] = {}
    accidents: list[LawSubAccident] = []
    damaged_parts: list[LawDamagedPart] = []
    compensation_percent: dict[str, int] = {}
    ignored: list[str] = []
    law_revision: str


class LawLine(_Answer):
    """`payer`: the party on whose side the money comes from; `paid_by` for 无责代赔: whose insurer hands it out."""

    payer: str
    cover: str
    payee: str
    loss: str
    head: str
    amount_fen: int
    articles: list[LawArticle]
    why: str
    why_en: str
    paid_by: str = ""
    accident: int | None = None


class LawMissingEvidence(_Answer):
    """What an item of loss usually needs and what of it is not there."""

    loss: str
    item: str
    zh: str
    en: str
    needed: list[str]
    missing: list[str]
    missing_zh: str
    articles: list[LawArticle]


class LawSettlement(_Answer):
    """Every fen of every loss in exactly one line; `total_loss_fen` = `total_paid_fen` + all of `borne_fen`."""

    lines: list[LawLine]
    borne_fen: dict[str, int]
    total_loss_fen: int
    total_paid_fen: int
    steps: list[LawStep]
    mode: str
    share_percent: dict[str, float]
    evidence: list[LawMissingEvidence] = []
    law_revision: str


class LawQuestion(_Answer):
    code: str
    zh: str
    en: str
    why: str
    why_en: str
    choices: list[str]


class LawScreening(_Answer):
    """`track`: undecided, photograph_leave, photograph_leave_call, keep_scene; `clear_scene` null while undecided."""

    track: str
    clear_scene: bool | None
    calls: list[str]
    path: str
    procedure: str
    online: bool
    complete: bool
    reasons: list[LawReason]
    not_online: list[LawReason]
    next_question: LawQuestion | None
    law_revision: str


class LawDue(_Answer):
    """`too_late_at`: the first moment too late, at +08:00."""

    clock: str
    started_at: str
    since: str = Field(alias="from")
    from_en: str
    length: int
    unit: str
    last_on: str | None
    too_late_at: str
    paused_days: int
    zh: str
    en: str
    then: str
    then_en: str
    articles: list[LawArticle]
    certainty: str
    law_revision: str
