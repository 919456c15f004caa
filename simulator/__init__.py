"""A city that plays the product from outside: people, partners, faults, and what must hold whatever happens.

Nothing here touches a table. Of the product it imports `kuaichu.law` and `kuaichu.analysis` only; the rest is HTTP
and the partners' side of the links.
"""
