"""A city that plays the product from outside: its people, its partners, its faults, and what must hold whatever happens.

Nothing here touches a table. Of the product it imports `kuaichu.law` and `kuaichu.analysis` only; the rest is HTTP and the
partners' side of the links.
"""
