"""Vehicles, people and things of a drawing, each about its own centre and facing right, in the picture's own units."""

from collections.abc import Mapping

_CAR = (
    '<rect class="body" x="-18" y="-8.5" width="36" height="17" rx="5"/>'
    '<path class="glass" d="M5-6.5h4q2.5 6.5 0 13h-4zM-15-6h3v12h-3z"/>'
    '<path class="lamp" d="M15-7.5h2.5v3h-2.5zM15 4.5h2.5v3h-2.5z"/>'
)
_TRUCK = (
    '<rect class="body" x="-27" y="-10" width="38" height="20" rx="1.5"/>'
    '<path class="bed" d="M-24-7.5h32v15h-32z"/>'
    '<rect class="body" x="12.5" y="-9" width="14" height="18" rx="3"/>'
    '<path class="glass" d="M21-7h3v14h-3z"/>'
)
_BIKE = (
    '<path class="wheel" d="M-12 0h8M4 0h8"/><path class="frame" d="M-6 0h13M7-5v10"/>'
    '<ellipse class="body" rx="4.5" ry="6.5"/><circle class="head" cx="1" r="3"/>'
)
SHAPES: Mapping[str, str] = {
    "car": _CAR,
    "truck": _TRUCK,
    "bus": (
        '<rect class="body" x="-27" y="-10" width="54" height="20" rx="4"/>'
        '<path class="glass" d="M20-8h4v16h-4zM-22-8.5h36v2.5h-36zM-22 6h36v2.5h-36z"/>'
    ),
    "rescue": (
        '<rect class="body" x="-21" y="-9.5" width="42" height="19" rx="4"/><path class="glass" d="M11-7.5h4v15h-4z"/>'
        '<path class="siren" d="M5-8h4v16h-4z"/><path class="cross" d="M-16-2h3v-3h4v3h3v4h-3v3h-4v-3h-3z"/>'
    ),
    "works": _TRUCK + '<path class="stripes" d="M-25-9l4 18M-20-9l4 18M-15-9l4 18"/>',
    "bike": _BIKE,
    "person": (
        '<path class="feet" d="M1-4h5M-1 4h6"/><ellipse class="body" rx="4" ry="7.5"/><circle class="head" r="3.5"/>'
    ),
}
HALF: Mapping[str, float] = {
    "car": 1.8,
    "truck": 2.7,
    "bus": 2.7,
    "rescue": 2.1,
    "works": 2.7,
    "bike": 1.2,
    "person": 0.6,
}
SMALL = frozenset({"bike", "person"})
DOORS = {"left": '<path class="door" d="M7-8.5L-1-21"/>', "right": '<path class="door" d="M7 8.5L-1 21"/>'}
LOADS = {
    "open": '<path class="cargo" d="M-22-6h9v8h-9zM-10-5h8v8h-8zM0-6h7v7h-7z"/>',
    "wide": '<path class="cargo" d="M-25-15h32v30h-32z"/>',
    "long": '<path class="cargo" d="M-62-5h72v3h-72zM-62-1.5h72v3h-72zM-62 2h72v3h-72z"/>',
    "tow": '<path class="rope" d="M-27 0L-40 6"/><g class="other" transform="translate(-56 14) rotate(24)">'
    + _CAR
    + "</g>",
}
# What one sees of a party beside how it drives: upright, above the body.
MARKS: Mapping[str, str] = {
    "fast": "",
    "rolling": '<path class="ink" d="M7-3a8 8 0 1 0 1 5M8-8v6h-6"/>',
    "two": "",
    "broken": '<path class="warn" d="M0-8l8 14h-16z"/><path class="ban" d="M-9-9L9 8"/>',
    "dark": '<circle class="lamp-out" r="6"/><path class="ban" d="M-8-8L8 8"/>',
    "hazard": '<path class="warn" d="M0-8l8 14h-16z"/><path class="ink" d="M0-3v4M0 3v1"/>',
    "parked": '<rect class="plate" x="-8" y="-8" width="16" height="16" rx="2"/><text class="white" y="5">P</text>',
    "no_parking": '<circle class="no" r="8"/><path class="ban" d="M-5.5-5.5L5.5 5.5"/>',
    "drink": '<path class="ink" d="M-6-8h12l-5 8v6h4M-1 6h-4M-1 0v6M-4-4h8"/>',
    "erased": '<path class="ban" d="M-7-7L7 7M-7 7L7-7"/>',
    "young": '<circle class="ink" cy="-4" r="3"/><path class="ink" d="M0-1v6M-4 2h8M0 5l-3 5M0 5l3 5"/>',
    "measure": '<path class="ink" d="M-10-4h20v8h-20zM-6-4v4M-2-4v3M2-4v4M6-4v3"/>',
}
SPEED = '<path class="speed" d="M{0}-6h-9M{0} 0h-13M{0} 6h-9"/>'
SECOND_RIDER = '<ellipse class="body" cx="-8" rx="3.5" ry="6"/><circle class="head" cx="-8" r="2.5"/>'
SIGNS: Mapping[str, str] = {
    "no_entry": '<circle class="red" r="9"/><path class="bar" d="M-5.5 0h11"/>',
    "no_u_turn": '<circle class="no" r="9"/><path class="ink" d="M-3 5v-6a3 3 0 0 1 6 0v4"/>'
    '<path class="ban" d="M-6-6L6 6"/>',
    "give_way": '<path class="yield" d="M-9-7h18l-9 15z"/>',
}
THINGS: Mapping[str, str] = {
    "red": '<rect class="case" x="-6" y="-12" width="12" height="24" rx="4"/><circle class="red" cy="-5.5" r="4.5"/>'
    '<circle class="off" cy="5.5" r="3.5"/>',
    "green": '<rect class="case" x="-6" y="-12" width="12" height="24" rx="4"/><circle class="off" cy="-5.5" r="3.5"/>'
    '<circle class="green" cy="5.5" r="4.5"/>',
    "cone": '<path class="cone" d="M0-8l5 13h-10zM-7 5h14v3h-14z"/>',
    "box": '<path class="cargo" d="M-5-5h10v10h-10zM-5 0h10"/>',
    "tree": '<circle class="tree" r="12"/><circle class="trunk" r="3"/>',
    "rock": '<path class="rock" d="M-9 5l2-9 7-4 8 5 1 8z"/>',
    "officer": '<circle class="stand" r="11"/><path class="baton" d="M-12-3h24"/>'
    '<ellipse class="officer" rx="5" ry="8"/><circle class="head" r="4"/>',
    "moon": '<path class="moon" d="M4-11a12 12 0 1 0 8 15a10 10 0 0 1-8-15z"/>',
    "clock": '<circle class="face" r="9"/><path class="ink" d="M0-5v5l4 3"/>',
    "question": '<circle class="face" r="13"/><text class="ask" y="8">?</text>',
    "dot": '<circle class="dot" r="4"/>',
    "works": '<path class="stripes-box" d="M-16-12h32v24h-32z"/>'
    '<path class="stripes" d="M-14 10l14-20M-4 10l14-20M6 10l8-12"/>',
}
THINGS_IN_WORDS: Mapping[str, tuple[str, str]] = {
    "red": ("红灯", "a red light"),
    "green": ("绿灯", "a green light"),
    "cone": ("锥桶", "a cone"),
    "box": ("掉落的货物", "fallen goods"),
    "tree": ("路边的树", "a tree"),
    "rock": ("路上的石块", "a rock on the road"),
    "officer": ("指挥交通的民警", "an officer directing the traffic"),
    "moon": ("夜间", "night"),
    "clock": ("两次碰撞之间隔了一段时间", "some time between the collisions"),
    "question": ("经过不清楚", "what happened is not known"),
    "dot": ("路口中心点", "the centre of the junction"),
    "car": ("另一辆车", "another car"),
    "no_entry": ("禁止驶入标志", "a no-entry sign"),
    "no_u_turn": ("禁止掉头标志", "a no-U-turn sign"),
    "give_way": ("让行标志", "a give-way sign"),
}
