"""Pairs of participants of an event."""

from typing import Protocol

from matchmaker.domain.events.event import Participant

PairKey = tuple[int, int]
"""The ids of the participants on the need side and on the offer side, in this order."""


class HasPair(Protocol):
    """A record about two participants: a meeting, a meeting request, an organizer's decision."""

    @property
    def need_side_id(self) -> int: ...
    @property
    def offer_side_id(self) -> int: ...


def pair_key(participant: Participant, partner: Participant) -> PairKey:
    """The ids of two participants of different sides, the need side first."""
    return participant.side.need_first(participant.id, partner.id)


def pair_of(subject: HasPair) -> PairKey:
    """The ids of the two participants of a record, the need side first."""
    return subject.need_side_id, subject.offer_side_id
