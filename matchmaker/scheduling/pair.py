"""The two sides of an event and the pairs between them, by the ids of the caller."""

from typing import Literal

Side = Literal["need", "offer"]

PairKey = tuple[str, str]
"""Ids of the need and the offer, in this order."""
