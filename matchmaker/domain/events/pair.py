"""Two participants of an event who could meet, do meet or met."""

from typing import Protocol

from matchmaker.domain.events.event import Participant

PairKey = tuple[int, int]
"""Ids of the participant that needs and of the one that offers, in this order."""


class HasPair(Protocol):
    """What is about two participants: a meeting, a request for one, an organizer's decision."""

    @property
    def need_side_id(self) -> int: ...
    @property
    def offer_side_id(self) -> int: ...


def pair_key(participant: Participant, partner: Participant) -> PairKey:
    """The ids of two participants of different sides, the one that needs first."""
    return participant.side.need_first(participant.id, partner.id)


def pair_of(subject: HasPair) -> PairKey:
    """The ids of the two participants whom it is about, the one that needs first."""
    return subject.need_side_id, subject.offer_side_id
