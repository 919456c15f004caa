"""What anybody may read: places that are served, and the code lists."""

from pydantic import BaseModel


class ServedPlace(BaseModel):
    code: str
    name: str


class Places(BaseModel):
    places: list[ServedPlace]


class Option(BaseModel):
    code: str
    text: str


class Question(BaseModel):
    code: str
    text: str
    why: str
    choices: list[str]


class Reference(BaseModel):
    """Every code list that a party needs, in the language of the caller."""

    weather: list[Option]
    collision_form: list[Option]
    situation: list[Option]
    damaged_part: list[Option]
    transport: list[Option]
    plate_kind: list[Option]
    liability: list[Option]
    document_kind: list[Option]
    insurer: list[Option]
    screening: list[Question]
