"""The two sides of an event and the pairs between them, named by ids that the caller chooses."""

from typing import Literal

Side = Literal["need", "offer"]

PairKey = tuple[str, str]
"""Ids of the need and the offer, in this order."""
