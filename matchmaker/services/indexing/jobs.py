"""A change of the encoder as a job: a worker encodes all postings anew, while the earlier encoder goes on serving.

The job only carries the change out. Whether one is due, and which encoder serves, is derived from the vectors that are
stored, so a change that was made by ``matchmaker index rebuild`` needs no job, and a repeated job goes on where it was.
"""

import logging
from datetime import timedelta
from threading import Event

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import MatchmakerError
from matchmaker.domain.job import Job, JobState, as_message
from matchmaker.i18n import N_
from matchmaker.matching.errors import EncoderError
from matchmaker.services.indexing.search_index import SearchIndex
from matchmaker.services.indexing.vector_store import stored_spaces
from matchmaker.services.jobs.jobs import enqueue
from matchmaker.services.jobs.registry import RunningPlatform, handler, periodic
from matchmaker.services.jobs.running import JobRun

_log = logging.getLogger(__name__)

ENCODE = "index.encode"


@handler(ENCODE, title=N_("换用编码器，重新编码"), repeatable=True)
def encode(run: JobRun, encoder: str) -> None:
    """Encode all published postings with the encoder of this name, then let it answer in this process.

    Other processes follow when they see that all is encoded.
    """
    search_index: SearchIndex = run.platform.search_index
    change = search_index.encoder_change
    if encoder != change.wanted:
        run.result = {
            "summary": [as_message(N_("设置中的编码器已改为 %(encoder)s，这个任务不用做了"), encoder=change.wanted)]
        }
        return
    try:
        change.run(lambda done, total: run.progress(done, total, N_("编码")))
    except EncoderError as error:
        active = search_index.encoder.name
        _log.error("The encoder %s stays active: %s", active, error)
        raise MatchmakerError(
            N_("换不了编码器 %(encoder)s，仍用 %(active)s：%(problem)s"), encoder=encoder, active=active, problem=error
        ) from error
    run.result = {"summary": [as_message(N_("已换用编码器 %(encoder)s"), encoder=encoder)]}


@periodic("index.encode", every=timedelta(minutes=1))
def begin_due_change(platform: RunningPlatform, _: Event) -> None:
    """Enqueue a change of the encoder that is due, once; follow one that another process has carried out."""
    search_index: SearchIndex = platform.search_index
    change = search_index.encoder_change
    if stored_spaces(platform.database) <= {change.wanted}:
        return
    if not change.is_due:
        # What processes that have not followed yet publish meanwhile is encoded here, so that they can follow.
        search_index.refresh()
        return
    if change.is_complete():
        change.look()
        return
    with platform.database.writing() as session:
        if _may_begin(session, change.wanted):
            enqueue(session, ENCODE, None, {"encoder": change.wanted})
            session.commit()


def _may_begin(session: Session, encoder: str) -> bool:
    """Whether no change is under way, and the last one to this encoder did not fail and was not cancelled.

    Such a job is for a person to retry, on its page.
    """
    jobs = session.scalars(select(Job).where(Job.kind == ENCODE).order_by(Job.id.desc())).all()
    if any(not job.state.is_over for job in jobs):
        return False
    states = (job.state for job in jobs if job.arguments.get("encoder") == encoder)
    return next(states, JobState.DONE) is JobState.DONE
