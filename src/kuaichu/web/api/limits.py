"""Every limit of the API, named."""

from datetime import timedelta

VERSION = "1.0"
VERSION_HEADER = "Kuaichu-Api-Version"

MAX_JSON_BYTES = 128 * 1024
MAX_UPLOAD_BYTES = 40 * 1024 * 1024  # one photo and its envelope; the photo's own limit is the law's
PAGE_DEFAULT = 50
PAGE_MOST = 100
MAX_OFFSET = 100_000

KEY_HEADER = "Idempotency-Key"
KEY_SHORTEST, KEY_LONGEST = 8, 100
KEY_SHORTEST_UNNAMED = 22  # a caller without a token is known by the key alone: 128 random bits
KEEP_REPLIES_FOR = timedelta(hours=24)
LONG_CALL_LEASE = timedelta(minutes=3)  # after that a call that never answered may be made again
