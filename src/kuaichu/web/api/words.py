"""Types of what callers may send: bounded, and clean enough for any database."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("no NUL characters")
    return text


_Storable = AfterValidator(_storable)
Code = Annotated[str, StringConstraints(max_length=24, pattern=r"^[A-Za-z0-9_.-]*$")]
Word = Annotated[str, StringConstraints(max_length=60), _Storable]
Line = Annotated[str, StringConstraints(max_length=200), _Storable]
Text = Annotated[str, StringConstraints(max_length=2000), _Storable]
Letter = Annotated[str, StringConstraints(pattern=r"^[ABC]$")]


class Sent(BaseModel):
    """What a caller sends: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Nothing(Sent):
    """An empty body: `{}`."""


class Done(BaseModel):
    """It is done; ask for the state to see where the case stands."""

    is_done: bool = True
