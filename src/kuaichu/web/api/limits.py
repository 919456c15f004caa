"""Every limit of the API, named."""

from datetime import timedelta

from kuaichu.accounts.throttle import Rate

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

LAW_MOST_AT_ONCE = 100  # questions to the law in one call
LAW_BYTES_PER_TURN = 16 * 1024  # of a longer body every further part takes a turn as well
LAW_PER_ADDRESS = Rate(burst=300, per_hour=6000)  # a call centre or a carrier shares one address
