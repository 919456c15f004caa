"""Brings the database up to date and, in the demonstration, makes the example cases."""

import sys
from importlib import import_module
from importlib.util import find_spec


def main(arguments: list[str]) -> int:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if "--no-seed" not in arguments and find_spec("kuaichu.demo"):
        import_module("kuaichu.demo.seed").seed()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
