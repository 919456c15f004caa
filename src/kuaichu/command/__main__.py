"""`python -m kuaichu.command`: what `./kuaichu` runs."""

import sys

from kuaichu.command.cli import main

sys.exit(main(sys.argv[1:]))
