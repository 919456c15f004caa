"""Analysis: where, when, again, and whom to send. Arrays in, arrays out; no Django, no files of its own.

Compiled kernels (numba) are kept beside the source, or where NUMBA_CACHE_DIR says.
"""
