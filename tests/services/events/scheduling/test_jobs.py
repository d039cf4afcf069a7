"""Building and re-planning an event as jobs: asked for once, done with the job or not at all."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import Event, PlanVersion
from matchmaker.domain.job import Job, JobState, message_text
from matchmaker.services.events.editing import delete_event
from matchmaker.services.events.scheduling import jobs as scheduling_jobs
from matchmaker.services.events.scheduling.jobs import ask_for_build, ask_for_replan
from matchmaker.services.events.scheduling.publish import publish_schedule
from matchmaker.services.jobs.jobs import cancel
from matchmaker.services.jobs.worker import run_pending
from matchmaker.services.platform import Platform
from tests.services.fairs import make_fair


@pytest.fixture
def fair(session: Session, platform: Platform) -> Event:
    return make_fair(session, platform.search_index)


def versions(session: Session, event_id: int) -> int:
    count = session.scalar(select(func.count()).select_from(PlanVersion).where(PlanVersion.event_id == event_id)) or 0
    session.commit()
    return count


def finished(session: Session, platform: Platform, job: Job) -> str:
    """Do the job; its state, and what it says."""
    session.commit()
    run_pending(platform)
    session.refresh(job)
    summary = (job.result or {}).get("summary", ()) if job.state is JobState.DONE else (job.error,)
    said = " · ".join(message_text(message, "zh") for message in summary)
    session.commit()
    return f"{job.state.value}: {said}"


def test_a_build_is_asked_for_once(session: Session, platform: Platform, fair: Event) -> None:
    job = ask_for_build(session, None, fair)
    session.commit()
    assert ask_for_build(session, None, fair).id == job.id
    assert versions(session, fair.id) == 0, "nothing is built before a worker does it"
    assert finished(session, platform, job).startswith("done: 已生成第 1 版日程：")
    assert versions(session, fair.id) == 1
    assert ask_for_build(session, None, fair).id != job.id


def test_a_replan_says_what_it_changed(session: Session, platform: Platform, fair: Event) -> None:
    with pytest.raises(Conflict, match="还没有公布过日程"):
        ask_for_replan(session, None, fair)
    finished(session, platform, ask_for_build(session, None, fair))
    publish_schedule(session, None, fair)
    assert "已公布的洽谈改动 0 场" in finished(session, platform, ask_for_replan(session, None, fair))
    assert versions(session, fair.id) == 2


def test_an_event_that_cannot_be_built_is_refused_at_once(session: Session, fair: Event) -> None:
    for part in fair.sessions:
        part.starts_at, part.ends_at = part.starts_at - timedelta(days=900), part.ends_at - timedelta(days=900)
    session.flush()
    with pytest.raises(Conflict, match="已经结束"):
        ask_for_build(session, None, fair)


def test_an_event_deleted_in_the_meantime_is_said(session: Session, platform: Platform, fair: Event) -> None:
    job = ask_for_build(session, None, fair)
    session.commit()
    delete_event(session, None, fair)
    assert finished(session, platform, job) == "failed: 任务要处理的内容已经被删除"


def test_a_build_that_is_cancelled_while_it_runs_leaves_nothing(
    session: Session, platform: Platform, fair: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan is stored with the finished job in one transaction, or not at all."""
    job, event_id = ask_for_build(session, None, fair), fair.id
    session.commit()
    build_match_list = scheduling_jobs.build_match_list

    def cancelled_first(building: Session, *arguments: object, **options: object) -> PlanVersion:
        # As while the plan is worked out: the build holds no transaction then.
        building.commit()
        cancel(session, job)
        session.commit()
        return build_match_list(building, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(scheduling_jobs, "build_match_list", cancelled_first)
    run_pending(platform)
    session.refresh(job)
    assert job.state is JobState.CANCELLED
    session.commit()
    assert versions(session, event_id) == 0
