"""An event that is going on, for pages."""

from sqlalchemy.orm import Session

from tests.services.running_event import Fair, make_fair


def make_read_fair(session: Session) -> Fair:
    """Read through the writing session, which would keep its lock: so each look ends with a commit."""
    made = make_fair(session)
    _ = [m.id for m in made.meetings], [p.name for p in (*made.firms, *made.teams)], made.event.slots
    session.commit()
    return made
