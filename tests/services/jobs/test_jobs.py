"""Jobs are written down with what asked for them; they can be cancelled and tried again, each only where it fits."""

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, NotAllowed, NotFound
from matchmaker.domain.job import Job, JobState
from matchmaker.domain.vocabulary import Role
from matchmaker.services.jobs.jobs import cancel, enqueue, retry, unfinished, visible_job, visible_jobs
from matchmaker.services.platform import Platform
from tests.factories import make_organization, make_user
from tests.services.jobs.handlers import enqueued


def test_a_job_is_part_of_the_callers_transaction(platform: Platform, session: Session) -> None:
    person = make_user(session)
    job = enqueue(session, "test.found", person, {"name": "示例单位"}, subject=person.organization)
    assert (job.state, job.actor_id, job.subject) == (JobState.QUEUED, person.id, "organization")
    assert person.organization is not None
    assert unfinished(session, "test.found", person.organization) is job
    assert unfinished(session, "test.break", person.organization) is None
    session.rollback()
    assert session.get(Job, job.id) is None


def test_who_enqueued_a_job_and_organizers_see_it(session: Session) -> None:
    person, other, organizer = make_user(session), make_user(session), make_user(session, Role.ORGANIZER)
    job = enqueue(session, "test.found", person, {"name": "示例单位"})
    session.commit()
    assert visible_job(session, person, job.id) is visible_job(session, organizer, job.id) is job
    with pytest.raises(NotFound):
        visible_job(session, other, job.id)
    with pytest.raises(NotFound):
        visible_job(session, organizer, job.id + 1)
    assert list(visible_jobs(session, person)) == [job]
    assert not visible_jobs(session, other)
    assert not visible_jobs(session, organizer)
    assert list(visible_jobs(session, organizer, everybodys=True)) == [job]
    with pytest.raises(NotAllowed):
        visible_jobs(session, person, everybodys=True)


@pytest.mark.parametrize("state", JobState)
def test_what_can_be_done_depends_on_the_state(session: Session, state: JobState) -> None:
    job = enqueued(session, name="示例单位")
    for step, allowed, then in (
        (cancel, (JobState.QUEUED, JobState.RUNNING), JobState.CANCELLED),
        (retry, (JobState.FAILED, JobState.CANCELLED), JobState.QUEUED),
    ):
        job.state, job.attempts = state, 2
        session.commit()
        if state in allowed:
            step(session, job)
            assert job.state is then
        else:
            with pytest.raises(Conflict):
                step(session, job)
            assert job.state is state
    assert JobState.DONE.is_over
    assert not JobState.RUNNING.is_over


def test_trying_again_begins_from_the_beginning(session: Session) -> None:
    make_organization(session)
    job = enqueued(session, name="示例单位")
    job.state, job.attempts, job.error = JobState.FAILED, 3, {"message": "x", "params": {}}
    job.done, job.total = 3, 4
    session.commit()
    retry(session, job)
    assert (job.attempts, job.error, job.done, job.percent, job.finished_at) == (0, None, 0, None, None)
