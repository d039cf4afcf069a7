"""“Why not?”: for each wish and each strong match that is not in the schedule, the reason and the smallest change that
would help.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event, Meeting, Participant
from matchmaker.domain.events.pair import PairKey, pair_of
from matchmaker.i18n import N_, translate
from matchmaker.scheduling import Meeting as PlannedMeeting
from matchmaker.scheduling import Objective, Plan, Problem, WhyNot, WhyNotReason, table_gains, why_not_all
from matchmaker.scheduling.diagnostics import ChangeKind
from matchmaker.services.events.pairing.partnerships import PairScores, score_partnerships
from matchmaker.services.events.plan.versions import TAKES_PLACE
from matchmaker.services.events.scheduling.build import check_has_schedule
from matchmaker.services.events.scheduling.constraints import Constraints, load_constraints
from matchmaker.services.events.scheduling.problem import candidates_of, problem_without_locks
from matchmaker.services.indexing.search_index import SearchIndex

STRONG = 40.0
"""From this score on, 0–100, a match that does not meet deserves an explanation, asked for or not."""

DECLINED, EXCLUDED, INCOMPATIBLE, OVER = "declined", "excluded", "incompatible", "over"

_REASONS: Mapping[str, str] = {
    DECLINED: N_("对方谢绝了约见"),
    EXCLUDED: N_("组织方已排除这一对"),
    INCOMPATIBLE: N_("同一单位、同一集团，或有一方不愿相见"),
    OVER: N_("这一场已取消，或有一方未到场"),
    WhyNotReason.NOT_A_CANDIDATE: N_("双方匹配度太低，没有列入候选"),
    WhyNotReason.SAME_PERSON_OR_BOOTHS: N_("双方由同一人洽谈，或各自固定在不同的桌"),
    WhyNotReason.NO_COMMON_SLOT: N_("没有双方都能参加的时段"),
    WhyNotReason.LIMIT_REACHED: N_("已达到最多场数：%(names)s"),
    WhyNotReason.TABLES_FULL: N_("双方都空的时段桌位已满：%(times)s"),
    WhyNotReason.LOST_TO_OTHERS: N_("共同的时段里已有更合适的安排：%(meetings)s"),
    WhyNotReason.OPEN: N_("没有妨碍，可以直接加上"),
}
_CHANGES: Mapping[ChangeKind, str] = {
    ChangeKind.MORE_TABLES: N_("%(time)s 加一张桌"),
    ChangeKind.RAISE_MAXIMUM: N_("把“%(names)s”的最多场数加一，即可排在 %(time)s"),
    ChangeKind.BE_AVAILABLE: N_("请“%(names)s”在 %(time)s 到场"),
    ChangeKind.GIVE_UP_MEETING: N_("放弃 %(time)s 的 %(meetings)s"),
    ChangeKind.ADD_MEETING: N_("加在 %(time)s"),
}
_OTHER_CHANGES: Mapping[str, str] = {
    EXCLUDED: N_("取消排除后重新排程"),
    OVER: N_("在日程里手工恢复这一场"),
    WhyNotReason.NOT_A_CANDIDATE: N_("锁定这一对后重新排程"),
    WhyNotReason.LIMIT_REACHED: N_("提高最多场数后重新排程；先在“试算”里看结果"),
}
_MEETINGS_NAMED = 3


@dataclass(frozen=True)
class LeftOut:
    """A pair that was wished for or fits well, and does not meet."""

    need_side: Participant
    offer_side: Participant
    score: float
    """0–100."""
    requested: bool
    why: str
    """Code word of the reason."""
    _told: WhyNot | None
    _constraints: Constraints

    def reason(self, language: str = "zh") -> str:
        """Why they do not meet, in the reader's language."""
        told = self._told
        if told is None:
            return translate(_REASONS[self.why], language)
        return translate(
            _REASONS[self.why],
            language,
            names=self._names(told.at_limit, language),
            times=_joined((self._time(slot) for slot in told.full_slots), language),
            meetings=self._meetings(told.in_the_way, language),
        )

    def change(self, language: str = "zh") -> str:
        """The smallest change that would let them meet, in the reader's language; nothing if nothing small helps."""
        change = None if self._told is None else self._told.change
        if change is None:
            return translate(_OTHER_CHANGES[self.why], language) if self.why in _OTHER_CHANGES else ""
        return translate(
            _CHANGES[change.kind],
            language,
            time="" if change.slot is None else self._time(change.slot),
            names=self._names(change.participants, language),
            meetings=self._meetings(change.instead_of, language),
        )

    def _time(self, slot: int) -> str:
        return slot_text(self._constraints, self._constraints.slots[slot])

    def _names(self, ids: Iterable[str], language: str) -> str:
        return _joined((self._constraints.attendee[int(participant_id)].name for participant_id in ids), language)

    def _meetings(self, meetings: Iterable[PlannedMeeting], language: str) -> str:
        named = []
        for meeting in meetings:
            need, offer = self._constraints.name((int(meeting.need), int(meeting.offer)))
            named.append(f"“{need}—{offer}”" if language == "zh" else f"{need} – {offer}")
        shown = _joined(named[:_MEETINGS_NAMED], language)
        return f"{shown}…" if len(named) > _MEETINGS_NAMED else shown


@dataclass(frozen=True, slots=True)
class MoreTables:
    """So many ``tables`` more in that slot would add as many meetings, with nothing else changed."""

    starts_at: datetime
    tables: int
    time: str

    def text(self, language: str = "zh") -> str:
        """As a sentence in the reader's language."""
        words = N_("%(time)s 多 %(tables)d 张桌，可多安排 %(tables)d 场")
        return translate(words, language, time=self.time, tables=self.tables)


@dataclass(frozen=True, slots=True)
class Explanations:
    """All pairs left out, wishes first, then by score; and where tables alone are missing."""

    left_out: tuple[LeftOut, ...]
    more_tables: tuple[MoreTables, ...]

    def about(self, text: str) -> list[LeftOut]:
        """The pairs with the text in either name."""
        wanted = text.strip().casefold()
        return [pair for pair in self.left_out if wanted in f"{pair.need_side.name} {pair.offer_side.name}".casefold()]


def explain_left_out(
    session: Session, search_index: SearchIndex, event: Event, strong: float = STRONG, at: datetime | None = None
) -> Explanations:
    """Why wishes and matches of at least ``strong`` (0–100) are not in the schedule as it stands. Changes nothing."""
    check_has_schedule(event)
    search_index.refresh()
    constraints = load_constraints(session, event, at)
    scores = score_partnerships(session, search_index, event)
    meetings = session.scalars(select(Meeting).where(Meeting.event_id == event.id).order_by(Meeting.id)).all()
    problem = problem_without_locks(constraints, candidates_of(constraints, scores, _met(meetings)))
    plan = _as_plan(problem, constraints, meetings)
    found = _Explaining(constraints, scores)
    left_out = [
        *found.of_the_scheduler(why_not_all(problem, plan, strong / 100)),
        *found.decided_otherwise(_met(meetings), strong),
    ]
    return Explanations(
        left_out=tuple(sorted(left_out, key=lambda pair: (not pair.requested, -pair.score, pair.need_side.id))),
        more_tables=tuple(
            MoreTables(
                constraints.slots[gain.slot], gain.more_tables, slot_text(constraints, constraints.slots[gain.slot])
            )
            for gain in table_gains(problem, plan)
        ),
    )


def slot_text(constraints: Constraints, slot: datetime) -> str:
    """The time of the slot, with the day at an event of several days."""
    several_days = len({begin.date() for begin, _ in constraints.periods}) > 1
    return f"{slot:%m-%d %H:%M}" if several_days else f"{slot:%H:%M}"


class _Explaining:
    def __init__(self, constraints: Constraints, scores: PairScores) -> None:
        self._constraints = constraints
        self._scores = scores

    def of_the_scheduler(self, found: Iterable[WhyNot]) -> Iterator[LeftOut]:
        wanted = self._constraints.requested | self._constraints.pinned
        for told in found:
            pair = (int(told.need), int(told.offer))
            yield self._left_out(pair, told.reason.value, requested=pair in wanted, told=told)

    def decided_otherwise(self, met: frozenset[PairKey], strong: float) -> Iterator[LeftOut]:
        """What people decided: wishes that were declined, and strong matches that were excluded or cancelled."""
        constraints, declined = self._constraints, self._constraints.declined
        kinds = (
            (INCOMPATIBLE, constraints.incompatible & declined),
            (EXCLUDED, constraints.excluded),
            (OVER, constraints.over),
        )
        told: set[PairKey] = set(met)
        for why, pairs in (*kinds, (DECLINED, declined)):
            for pair in sorted(pairs - told):
                if pair in self._scores:
                    wish = pair in declined
                    if wish or self._score(pair) >= strong:
                        told.add(pair)
                        yield self._left_out(pair, why, requested=wish, told=None)

    def _score(self, pair: PairKey) -> float:
        return self._scores.shown(self._scores.cell(pair))

    def _left_out(self, pair: PairKey, why: str, *, requested: bool, told: WhyNot | None) -> LeftOut:
        row, column = self._scores.cell(pair)
        return LeftOut(
            need_side=self._scores.rows[row],
            offer_side=self._scores.columns[column],
            score=self._score(pair),
            requested=requested,
            why=why,
            _told=told,
            _constraints=self._constraints,
        )


def _met(meetings: Iterable[Meeting]) -> frozenset[PairKey]:
    return frozenset(pair_of(m) for m in meetings if m.status in TAKES_PLACE)


def _as_plan(problem: Problem, constraints: Constraints, meetings: Iterable[Meeting]) -> Plan:
    """The placed meetings of those who are there; explanations need no more of a plan."""
    slot_of = {slot: number for number, slot in enumerate(constraints.slots)}
    planned = tuple(
        PlannedMeeting(
            str(m.need_side_id),
            str(m.offer_side_id),
            slot_of[m.starts_at],
            m.table or 0,
            problem.score((str(m.need_side_id), str(m.offer_side_id))),
        )
        for m in meetings
        if m.status in TAKES_PLACE
        and m.starts_at in slot_of
        and m.need_side_id in constraints.attendee
        and m.offer_side_id in constraints.attendee
    )
    nothing = Objective(0, 0, 0.0)
    return Plan(planned, (), nothing, nothing, seconds=0.0)


def _joined(texts: Iterable[str], language: str) -> str:
    return ("、" if language == "zh" else ", ").join(texts)
