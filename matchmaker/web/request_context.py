"""What a view needs of the platform during one request."""

from flask import current_app, request
from sqlalchemy.orm import Session

from matchmaker.services.platform import Platform
from matchmaker.web.database import database


def platform() -> Platform:
    """The platform that this application serves."""
    served: Platform = current_app.extensions["matchmaker"]
    return served


def db() -> Session:
    """The request's database session, opened on first use: for reading in a GET, for a change otherwise."""
    return database.session()


def wants_json() -> bool:
    """Whether a script asks, which draws the answer itself; a browser without scripts gets a page."""
    return request.accept_mimetypes.best == "application/json"
