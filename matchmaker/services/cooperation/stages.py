"""Bringing a cooperation forward, one step back, to its end; writing down what happened."""

from datetime import datetime

from sqlalchemy.orm import Session

from matchmaker.domain.cooperation import FORWARD, NOTE_LENGTH, ChangeCause, Cooperation, Stage
from matchmaker.domain.errors import Conflict
from matchmaker.domain.people import User
from matchmaker.domain.postings.fields import limited_words
from matchmaker.i18n import N_
from matchmaker.services.cooperation.access import check_version, commit, take_cooperation


def advance(
    session: Session,
    person: User,
    cooperation_id: int,
    stage: Stage,
    version: int,
    note: str = "",
    at: datetime | None = None,
) -> Cooperation:
    """Bring the cooperation forward to the stage; where it is there already, nothing happens.

    Raises :class:`NotFound` for strangers, :class:`ChangedMeanwhile` when it is no longer as the person saw it at
    ``version``, :class:`Conflict` when no step leads there. To a contract leads only recording one.
    """
    words = limited_words(note, "note", NOTE_LENGTH)
    cooperation = take_cooperation(session, person, cooperation_id)
    if cooperation.stage is stage:
        return cooperation
    check_version(cooperation, version)
    if stage not in FORWARD[cooperation.stage]:
        raise Conflict(N_("合作现在是“%(state)s”，不能直接到“%(wanted)s”"), state=cooperation.stage, wanted=stage)
    cooperation.change(person, stage, ChangeCause.HAND, words, at)
    commit(session)
    return cooperation


def step_back(
    session: Session, person: User, cooperation_id: int, version: int, note: str = "", at: datetime | None = None
) -> Cooperation:
    """Mend a mistake: one step back, also out of a cooperation that was ended. Raises as :func:`advance` does."""
    words = limited_words(note, "note", NOTE_LENGTH)
    cooperation = take_cooperation(session, person, cooperation_id)
    check_version(cooperation, version)
    if (before := cooperation.step_back_to) is None:
        raise Conflict(
            N_("签约登记错了，请撤回那份合同")
            if cooperation.stage is Stage.CONTRACT
            else N_("合作刚开始，没有上一步可退")
        )
    cooperation.change(person, before, ChangeCause.HAND, words, at)
    commit(session)
    return cooperation


def fail(
    session: Session, person: User, cooperation_id: int, version: int, reason: str, at: datetime | None = None
) -> Cooperation:
    """End the cooperation without result; the reason is required. Raises as :func:`advance` does."""
    words = limited_words(reason, "note", NOTE_LENGTH, N_("请写一句终止的原因，对方和组织方都会看到"))
    cooperation = take_cooperation(session, person, cooperation_id)
    if cooperation.reason_of_failure == words:
        return cooperation
    check_version(cooperation, version)
    if not cooperation.open:
        raise Conflict(N_("合作已经是“%(state)s”"), state=cooperation.stage)
    cooperation.change(person, Stage.FAILED, ChangeCause.HAND, words, at)
    commit(session)
    return cooperation


def add_note(
    session: Session, person: User, cooperation_id: int, words: str, at: datetime | None = None
) -> Cooperation:
    """Write down what happened, for both sides. Whatever others changed meanwhile does not stand in the way."""
    said = limited_words(words, "note", NOTE_LENGTH, N_("请写下进展，如“样品已寄出，两周后看结果”"))
    cooperation = take_cooperation(session, person, cooperation_id)
    last = cooperation.changes[-1]
    if (last.person_id, last.stage_before, last.note) == (person.id, cooperation.stage, said):
        return cooperation
    cooperation.change(person, cooperation.stage, ChangeCause.HAND, said, at)
    commit(session)
    return cooperation
