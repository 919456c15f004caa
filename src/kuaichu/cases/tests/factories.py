from tests.factories import *  # moved to tests/factories.py: import it from there
