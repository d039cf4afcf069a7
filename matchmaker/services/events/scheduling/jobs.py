"""Building and re-planning as jobs: the request only asks for them."""

from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event
from matchmaker.domain.job import Job, as_message
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import EventKind
from matchmaker.i18n import N_
from matchmaker.services.events.editing import check_organizer
from matchmaker.services.events.scheduling.build import check_buildable
from matchmaker.services.events.scheduling.match_list import build_match_list
from matchmaker.services.events.scheduling.replan import check_replannable, disturbance_of, replan_event
from matchmaker.services.jobs.jobs import enqueue, unfinished
from matchmaker.services.jobs.registry import handler
from matchmaker.services.jobs.running import JobRun

BUILD = "event.build"
REPLAN = "event.replan"


def ask_for_build(session: Session, actor: User | None, event: Event, *, as_list: bool = False) -> Job:
    """Have the event's match list, at a docking event its schedule, built by a worker. Does not commit.

    ``as_list``: the person asked on the page of the match list and wants to see it, also at a docking event. Returns
    the job that is under way if there is one. Raises :class:`Conflict` for an event that cannot be built.
    """
    check_organizer(actor)
    check_buildable(session, event)
    return unfinished(session, BUILD, event) or _enqueue(session, BUILD, actor, event, as_list=as_list)


def ask_for_replan(session: Session, actor: User | None, event: Event) -> Job:
    """Have the published schedule repaired by a worker. Does not commit.

    Returns the job that is under way if there is one. Raises :class:`Conflict` for an event that cannot be re-planned.
    """
    check_organizer(actor)
    check_replannable(session, event)
    return unfinished(session, REPLAN, event) or _enqueue(session, REPLAN, actor, event)


@handler(BUILD, title=N_("生成匹配表与日程"), repeatable=True)
def build(run: JobRun, event_id: int, actor_id: int | None, as_list: bool = False) -> None:
    """Build the event's match list or schedule; the version and the finished job are one transaction."""
    with run.database.writing() as session:
        event, actor = _loaded(run, session, event_id, actor_id)
        version = build_match_list(session, run.platform.search_index, event, actor, commit=False)
        if shows_schedule(event, as_list=as_list):
            summary = as_message(
                N_("已生成第 %(version)d 版日程：%(meetings)d 场洽谈，%(unserved)d 个参会方场数不足"),
                version=version.version,
                meetings=len(version.pairs),
                unserved=len(version.unserved),
            )
        else:
            summary = as_message(N_("已生成第 %(version)d 版匹配表"), version=version.version)
        run.result = {"summary": [summary], "version": version.version}
        run.finish(session)


@handler(REPLAN, title=N_("重排日程"), repeatable=True)
def replan(run: JobRun, event_id: int, actor_id: int | None) -> None:
    """Repair the event's published schedule; the version and the finished job are one transaction."""
    with run.database.writing() as session:
        event, actor = _loaded(run, session, event_id, actor_id)
        version = replan_event(session, run.platform.search_index, event, actor, commit=False)
        disturbance = disturbance_of(version)
        summary = [as_message(N_("已生成第 %(version)d 版"), version=version.version)]
        if disturbance is not None:
            summary.append(disturbance.message())
        run.result = {"summary": summary, "version": version.version}
        run.finish(session)


def shows_schedule(event: Event, *, as_list: bool) -> bool:
    """Whether what was built is looked at as a schedule: at a docking event, unless the list was asked for."""
    return event.kind is EventKind.DOCKING and not as_list


def _enqueue(session: Session, kind: str, actor: User | None, event: Event, **more: bool) -> Job:
    arguments = {"event_id": event.id, "actor_id": None if actor is None else actor.id, **more}
    return enqueue(session, kind, actor, arguments, subject=event)


def _loaded(run: JobRun, session: Session, event_id: int, actor_id: int | None) -> tuple[Event, User | None]:
    event = run.load(session, Event, event_id)
    return event, None if actor_id is None else run.load(session, User, actor_id)
