"""Flask-SQLAlchemy, with the platform's own engines: one database session for each request."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, current_app, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import Engine

from matchmaker.domain.base import Base
from matchmaker.services.platform import Platform

_READING_METHODS = ("GET", "HEAD", "OPTIONS")

_WRITING = "writing"
"""The bind key of the engine that takes SQLite's write lock at the beginning of a transaction."""


class RequestSession(Session):
    """A session for reading in a GET and for a change otherwise; what no service committed is undone at the end."""

    def get_bind(self, *_: Any, **__: Any) -> Engine:
        """The engine by the request's method, whatever table is asked for."""
        reads = not has_request_context() or request.method in _READING_METHODS
        return self._db.engines[None if reads else _WRITING]


class PlatformSQLAlchemy(SQLAlchemy):
    """The extension without engines of its own: two pools on one SQLite file would lock each other out."""

    def init_app(self, app: Flask) -> None:
        """Serve the platform that the application was given."""
        url = _platform_of(app).database.engine.url
        app.config.update(SQLALCHEMY_DATABASE_URI=url, SQLALCHEMY_BINDS={_WRITING: url})
        super().init_app(app)

    @property
    def engines(self) -> Mapping[str | None, Engine]:
        """The reading and the writing engine of the platform that the application serves at the moment."""
        served = _platform_of(current_app).database
        return {None: served.engine, _WRITING: served.writing_engine}

    def _apply_driver_defaults(self, options: dict[str, Any], app: Flask) -> None:
        """Leave the options alone: the engines are there already."""

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Flask) -> Engine:
        database = _platform_of(app).database
        return database.writing_engine if bind_key == _WRITING else database.engine


def _platform_of(app: Flask) -> Platform:
    served: Platform = app.extensions["matchmaker"]
    return served


database = PlatformSQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    session_options={"class_": RequestSession, "expire_on_commit": False},
)
