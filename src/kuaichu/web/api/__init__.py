"""`/api/v1`: the party's and the insurer's side of the journey for programs. docs/API.md tells how to use it."""
