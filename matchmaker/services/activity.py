"""Writing and reading the log of what people did."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.activity import Activity
from matchmaker.domain.people import User


def log(session: Session, actor: User | None, subject: str, subject_id: int, action: str, detail: str = "") -> None:
    """Add one line to the log, in the transaction of the change it tells of. ``actor`` is ``None`` for the system."""
    session.add(
        Activity(
            actor_id=None if actor is None else actor.id,
            subject=subject,
            subject_id=subject_id,
            action=action,
            detail=detail[:1000],
        )
    )


def history(session: Session, subject: str, subject_id: int) -> Sequence[Activity]:
    """What was done to the subject, oldest first."""
    return session.scalars(
        select(Activity)
        .where(Activity.subject == subject, Activity.subject_id == subject_id)
        .order_by(Activity.at, Activity.id)
    ).all()
