"""Which earlier calls a call may be about: the city's rule says what is a repeat, the recogniser how likely it is."""
