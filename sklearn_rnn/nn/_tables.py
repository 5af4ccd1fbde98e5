"""Looking a variant up by its name."""

from collections.abc import Mapping
from typing import TypeVar

Variant = TypeVar("Variant")


def choose(table: Mapping[str, Variant], parameter: str, name: str) -> Variant:
    """Return the variant of this name, or say which names there are."""
    if name not in table:
        accepted = ", ".join(map(repr, table))
        raise ValueError(f"{parameter} must be one of {accepted}; got {name!r}.")
    return table[name]
