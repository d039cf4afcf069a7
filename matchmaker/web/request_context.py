"""What a view needs of the platform during one request."""

from flask import current_app, g, request
from sqlalchemy.orm import Session

from matchmaker.services.platform import Platform

_READING_METHODS = ("GET", "HEAD", "OPTIONS")


def platform() -> Platform:
    """The platform that this application serves."""
    served: Platform = current_app.extensions["matchmaker"]
    return served


def db() -> Session:
    """The request's database session, opened on first use: for reading in a GET, for a change otherwise."""
    if "db_session" not in g:
        g.db_session = platform().database.open(writes=request.method not in _READING_METHODS)
    session: Session = g.db_session
    return session


def close_session(_: BaseException | None) -> None:
    """Give the session back; what no service committed is undone."""
    session = g.pop("db_session", None)
    if session is not None:
        session.close()
