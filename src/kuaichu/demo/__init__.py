"""The demonstration: a fictional city's agencies and people, and example cases made through the product itself."""
