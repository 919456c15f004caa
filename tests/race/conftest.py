"""The rooms' own fixtures: a place, a police unit, two insurers and their people."""

from kuaichu.conftest import *  # noqa: F403
