"""What an event achieved: meetings held and missed, ratings, next steps, what was signed, by industry and district."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from decimal import Decimal
from statistics import fmean

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.domain.cooperation import Cooperation, Stage
from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import Event, Meeting, Participant
from matchmaker.domain.people import Organization
from matchmaker.domain.postings.posting import Need
from matchmaker.domain.reference import District, Industry, Named
from matchmaker.domain.vocabulary import MeetingStatus, NextStep, Side
from matchmaker.i18n import N_
from matchmaker.printing.sheets.results import BEST_RATING, Attendance, CooperationTally, ResultsReport, Step, Tally
from matchmaker.services.events.participation.participants import participants_of


def event_results(session: Session, event: Event, language: str = "zh") -> ResultsReport:
    """The figures of the results report, with labels in the reader's language.

    Counts the meetings that had a slot or an outcome. Raises :class:`Conflict` while no meeting has an outcome.
    """
    check_reported(session, event)
    meetings = _meetings(session, event)
    return ResultsReport(
        whole=_tally("", meetings),
        enterprises=_attendance(session, event, Side.NEED),
        teams=_attendance(session, event, Side.OFFER),
        enterprise_ratings=_ratings(meeting.need_rating for meeting in meetings),
        team_ratings=_ratings(meeting.offer_rating for meeting in meetings),
        steps=_steps(meetings, language),
        cooperations=_cooperations(session, event),
        by_industry=_by(meetings, _industry_of, language),
        by_district=_by(meetings, _district_of, language),
    )


def check_reported(session: Session, event: Event) -> None:
    """Raise :class:`Conflict` while no meeting has an outcome."""
    reported = select(Meeting.id).where(Meeting.event_id == event.id, Meeting.status != MeetingStatus.PLANNED)
    if session.scalar(reported.limit(1)) is None:
        raise Conflict(N_("“%(name)s”还没有洽谈结果：洽谈后由双方评分，或由组织方登记"), name=event.name)


def _meetings(session: Session, event: Event) -> Sequence[Meeting]:
    enterprise = joinedload(Meeting.need_side).joinedload(Participant.organization)
    meetings = session.scalars(
        select(Meeting)
        .where(Meeting.event_id == event.id)
        .options(
            enterprise.joinedload(Organization.district),
            enterprise.joinedload(Organization.industry),
            joinedload(Meeting.need).load_only(Need.industry_code).joinedload(Need.industry),
        )
    ).all()
    return [m for m in meetings if m.starts_at is not None or m.status is not MeetingStatus.PLANNED]


def _attendance(session: Session, event: Event, side: Side) -> Attendance:
    participants = participants_of(session, event, side)
    return Attendance(len(participants), sum(participant.checked_in_at is not None for participant in participants))


def _tally(group: str, meetings: Sequence[Meeting]) -> Tally:
    statuses = Counter(meeting.status for meeting in meetings)
    ratings = [r for meeting in meetings for r in (meeting.need_rating, meeting.offer_rating) if r is not None]
    return Tally(
        group=group,
        held=statuses[MeetingStatus.HELD],
        no_show=statuses[MeetingStatus.NO_SHOW],
        cancelled=statuses[MeetingStatus.CANCELLED],
        planned=statuses[MeetingStatus.PLANNED],
        mean_rating=fmean(ratings) if ratings else None,
        follow_ups=sum(map(_is_followed_up, meetings)),
    )


def _is_followed_up(meeting: Meeting) -> bool:
    return any(step not in (None, NextStep.NONE) for step in (meeting.need_next_step, meeting.offer_next_step))


def _ratings(given: Iterable[int | None]) -> tuple[int, ...]:
    counts = Counter(given)
    return tuple(counts[stars] for stars in range(1, BEST_RATING + 1))


def _steps(meetings: Sequence[Meeting], language: str) -> tuple[Step, ...]:
    enterprises = Counter(meeting.need_next_step for meeting in meetings)
    teams = Counter(meeting.offer_next_step for meeting in meetings)
    steps = [Step(step.label(language), enterprises[step], teams[step]) for step in NextStep]
    return tuple(steps) if any(step.enterprises or step.teams for step in steps) else ()


def _cooperations(session: Session, event: Event) -> CooperationTally:
    """What has become of the cooperations that came from the event so far."""
    cooperations = session.scalars(
        select(Cooperation)
        .where(Cooperation.event_id == event.id)
        .options(selectinload(Cooperation.changes), selectinload(Cooperation.contracts))
    ).all()
    return CooperationTally(
        cooperations=len(cooperations),
        letters_of_intent=sum(Stage.LETTER_OF_INTENT in cooperation.path for cooperation in cooperations),
        contracts=sum(len(cooperation.contracts) for cooperation in cooperations),
        contract_value=sum((cooperation.contract_value for cooperation in cooperations), Decimal(0)),
        technology_value=sum((cooperation.technology_value for cooperation in cooperations), Decimal(0)),
    )


def _by(meetings: Sequence[Meeting], group_of: Callable[[Meeting], Named | None], language: str) -> tuple[Tally, ...]:
    """A tally for each group in the order of its vocabulary; those of no group come last, under an empty name."""
    members: defaultdict[Hashable, list[Meeting]] = defaultdict(list)
    labels: dict[Hashable, tuple[bool, int, str]] = {}
    for meeting in meetings:
        group = group_of(meeting)
        key = None if group is None else group.code
        members[key].append(meeting)
        labels[key] = (True, 0, "") if group is None else (False, group.position, group.label(language))
    return tuple(_tally(labels[key][2], members[key]) for key in sorted(members, key=lambda key: labels[key]))


def _industry_of(meeting: Meeting) -> Industry | None:
    of_need = meeting.need.industry if meeting.need is not None else None
    return of_need or meeting.need_side.organization.industry


def _district_of(meeting: Meeting) -> District | None:
    return meeting.need_side.organization.district
