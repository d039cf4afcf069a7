"""The match list as it stands: the meetings, who was left out and why, and how good it is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean

from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event, Meeting, PairDecision, Participant, PlanVersion
from matchmaker.domain.events.pair import PairKey, pair_of
from matchmaker.domain.vocabulary import MeetingStatus, PairDecisionKind, Side
from matchmaker.i18n import N_, translate
from matchmaker.scheduling import UnscheduledReason
from matchmaker.scheduling.assignment import UnmatchedReason
from matchmaker.services.events.pairing.partnerships import decisions_of
from matchmaker.services.events.participation.participants import participants_of
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.events.plan.versions import CHANGED_BY_HAND, TAKES_PLACE, latest_version

NO_POSTINGS = "no_postings"
ADDED_LATER = "added_later"

_UNSERVED: Mapping[str, str] = {
    NO_POSTINGS: N_("没有已发布且在有效期内的信息，无从匹配"),
    ADDED_LATER: N_("生成匹配表之后才加入，请重新生成"),
    CHANGED_BY_HAND: N_("匹配表手工调整后，场数不足"),
    UnmatchedReason.MAXIMUM_BELOW_MINIMUM: N_("最多场数小于至少场数"),
    UnmatchedReason.NO_CANDIDATES: N_("对方参会方里没有可以匹配的信息"),
    UnmatchedReason.ALL_EXCLUDED: N_("可匹配的对象都已排除"),
    UnmatchedReason.TOO_FEW_CANDIDATES: N_("可匹配的对象少于要求的场数"),
    UnmatchedReason.LIST_FULL: N_("时段和桌位已排满"),
    UnmatchedReason.PARTNERS_FULL: N_("可匹配的对象都已达到最多场数"),
    UnscheduledReason.NO_TABLES: N_("没有桌位"),
    UnscheduledReason.NEVER_AVAILABLE: N_("所有时段都不能参加"),
    UnscheduledReason.TOO_FEW_SLOTS: N_("能参加的时段少于要求的场数"),
    UnscheduledReason.NO_COMMON_SLOT: N_("与可匹配的对象没有共同的空闲时段"),
    UnscheduledReason.CANDIDATES_FULL: N_("能同时到场的可匹配对象都已达到最多场数"),
    UnscheduledReason.TABLES_FULL: N_("双方都空的时段里桌位已排满"),
    UnscheduledReason.CANDIDATES_BUSY: N_("双方共同的时段里，总有一方已有别的洽谈"),
}
"""The reasons for which somebody has too few meetings, by code word."""


@dataclass(frozen=True, slots=True)
class Unserved:
    """A participant with fewer meetings than it wants. ``why`` is the code word of the reason: an ``UnmatchedReason``
    or ``UnscheduledReason`` of :mod:`matchmaker.scheduling`, or another key of ``_UNSERVED``.
    """

    participant: Participant
    met: int
    why: str

    def reason(self, language: str = "zh") -> str:
        """Why, in the reader's language."""
        return unserved_text(self.why, language)


@dataclass(frozen=True)
class MatchListState:
    """The match list as it stands, with all that a page or a sheet says of it.

    ``meetings`` are by enterprise in the order of the participants, the best of each first, without the cancelled;
    ``version`` is ``None`` before the first build.
    """

    event: Event
    version: PlanVersion | None
    meetings: Sequence[Meeting]
    participants: Sequence[Participant]
    decisions: Mapping[PairKey, PairDecision]

    @cached_property
    def met(self) -> Counter[int]:
        """How many meetings each participant has, by id."""
        together = (meeting for meeting in self.meetings if meeting.status in TAKES_PLACE)
        return Counter(side_id for meeting in together for side_id in pair_of(meeting))

    @cached_property
    def unserved(self) -> list[Unserved]:
        """Who has fewer meetings than it wants; empty before the first build."""
        if self.version is None:
            return []
        known = dict(self.version.unserved)
        return [
            Unserved(participant, self.met[participant.id], known.get(participant.id, ADDED_LATER))
            for participant in self.participants
            if self.met[participant.id] < participant.min_meetings
        ]

    def count(self, side: Side) -> int:
        """How many participants the side has."""
        return sum(participant.side is side for participant in self.participants)

    def served(self, side: Side) -> int:
        """How many participants of the side have at least the meetings they want."""
        return sum(p.side is side and self.met[p.id] >= p.min_meetings for p in self.participants)

    @property
    def mean_score(self) -> float:
        """0–100; 0 for an empty list."""
        return fmean(meeting.score for meeting in self.meetings) if self.meetings else 0.0

    @property
    def weakest(self) -> float:
        """The lowest score of a meeting, 0–100; 0 for an empty list."""
        return min((meeting.score for meeting in self.meetings), default=0.0)

    @property
    def too_many(self) -> bool:
        """Whether slots and tables do not suffice for all meetings."""
        return self.event.most_meetings is not None and len(self.meetings) > self.event.most_meetings

    @property
    def outdated(self) -> bool:
        """Whether participants or decisions changed so that a new build would have to give another list."""
        if self.version is None:
            return False
        listed = {pair_of(meeting) for meeting in self.meetings}
        undone = any(
            (decision.decision is PairDecisionKind.PIN) != (pair in listed) for pair, decision in self.decisions.items()
        )
        return undone or any(left.why == ADDED_LATER for left in self.unserved)


def match_list_state(session: Session, event: Event) -> MatchListState:
    """The match list as it stands."""
    return MatchListState(
        event=event,
        version=latest_version(session, event),
        meetings=[m for m in meetings_of(session, event) if m.status is not MeetingStatus.CANCELLED],
        participants=participants_of(session, event),
        decisions=decisions_of(session, event),
    )


def unserved_text(why: str, language: str = "zh") -> str:
    """The reason with that code word, in the reader's language."""
    return translate(_UNSERVED[why], language)
