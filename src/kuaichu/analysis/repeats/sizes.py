"""Sizes and level numbers shared by memory, kernel and weights."""

CELL_M = 1500.0  # squares of the chains; neighbours are looked at, so nothing nearer than this is missed
HEADS = 6  # chains: square, phone, plate a, plate b, road 1, road 2
MEMBERS, PLATES, ROADS, TYPES = 6, 4, 4, 3  # kept of an incident: positions and phones, plates, roads, classes

DISTANCE_BINS = 28
FIRST_BIN_M, BIN_RATIO = 2.0, 1.4  # upper edges 2, 2.8, 3.9 … about 17,500 m; farther is the last bin
AGE_BINS = 24
FIRST_AGE_S, AGE_RATIO = 15.0, 1.4  # upper edges 15 s, 21 s … about 9.6 h
AGE_PARTS, PART_EDGES_S = 3, (600.0, 3600.0)  # for what is learned of each class
COUNT_LEVELS = 5  # calls that an incident has: 1, 2, 3–4, 5–8, more

BANDS = 4  # how far: up to 100 m, 400 m, 1,500 m, farther or unknown
BAND_EDGES_M = (100.0, 400.0, 1500.0)
PLATE_LEVELS = 7  # unknown; other; other, both of two known; two characters off or a part; one off; same; both same
ROAD_LEVELS = 5  # unknown; none shared; one shared; one shared, each has two; both shared
GAP_EDGES_S = (600.0, 3600.0, 6 * 3600.0, 43_200.0, 86_400.0, 3 * 86_400.0, 10 * 86_400.0)
GAPS = 8  # since this phone called
NEARS = 7  # how far from where this phone called: 30, 100, 300, 1,000, 3,000 m, farther, unknown
NEAR_EDGES_M = (30.0, 100.0, 300.0, 1000.0, 3000.0)
HABITS = 4  # other incidents that this phone called about: none, 1–2, 3–7, more

# Row of numbers about one decided call (all weights are natural logarithms).
OUT = 24
(
    O_KIND, O_INCIDENT, O_OTHER, O_SCORE, O_ANY, O_LOGODDS, W_DISTANCE, W_TIME, W_PHONE, W_PLATE, W_ROAD, W_TYPE,
    D_METRES, D_SECONDS, D_BY_CHANCE, L_PLATE, L_ROAD, L_TYPE, L_PHONE, A_ONE, A_ONE_SCORE, A_TWO, A_TWO_SCORE, D_FIRST,
) = range(OUT)  # fmt: skip
NEW, EVENT, MATTER = 0, 1, 2
