"""Two participants of an event who could meet, do meet or met."""

from matchmaker.domain.events.event import Meeting, Participant
from matchmaker.domain.vocabulary import Side

PairKey = tuple[int, int]
"""Ids of the participant that needs and of the one that offers, in this order."""


def pair_key(one: Participant, other: Participant) -> PairKey:
    """The ids of two participants of different sides, the one that needs first."""
    return (one.id, other.id) if one.side is Side.NEED else (other.id, one.id)


def pair_of(meeting: Meeting) -> PairKey:
    """The ids of the two participants who meet, the one that needs first."""
    return meeting.need_side_id, meeting.offer_side_id
