"""Flask-SQLAlchemy at the edge: the request's session works on the platform's own engines."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from matchmaker.domain.base import Base
from matchmaker.services.platform import Platform
from matchmaker.web.database import database
from matchmaker.web.request_context import db
from tests.factories import make_organization


def test_the_extension_has_no_engines_of_its_own(app: Flask, platform: Platform) -> None:
    with app.app_context():
        assert dict(database.engines) == {None: platform.database.engine, "writing": platform.database.writing_engine}
    assert database.metadata is Base.metadata


@pytest.mark.parametrize(("method", "locks"), [("GET", False), ("HEAD", False), ("POST", True), ("DELETE", True)])
def test_only_a_change_takes_the_write_lock_and_takes_it_at_once(
    app: Flask, platform: Platform, method: str, locks: bool
) -> None:
    with app.test_request_context(method=method):
        db().execute(text("SELECT 1"))
        with platform.database.engine.connect() as other:
            other.exec_driver_sql("COMMIT")
            other.exec_driver_sql("PRAGMA busy_timeout=0")
            if locks:
                with pytest.raises(OperationalError, match="locked"):
                    other.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                other.exec_driver_sql("BEGIN IMMEDIATE")


def test_a_request_holds_one_connection(app: Flask, platform: Platform) -> None:
    with app.test_request_context(method="POST"):
        make_organization(db())
        db().execute(text("SELECT 1"))
        db().flush()
        assert platform.database.engine.pool.checkedout() == 1  # type: ignore[attr-defined]
    assert platform.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_what_no_service_committed_is_undone(app: Flask, platform: Platform) -> None:
    with app.test_request_context(method="POST"):
        db().execute(text("UPDATE corpus_revision SET value = 77"))
    with app.test_request_context():
        assert db().scalar(text("SELECT value FROM corpus_revision")) != 77
