"""The web entry of a simulated city whose clock can be set wrong."""

from kuaichu.command.wrong_clock import follow, place
from kuaichu.wsgi import application

__all__ = ["application"]
follow(place())
