"""Alembic's entry: runs the migrations on the connection that the caller opened.

``alembic revision --autogenerate`` finds the database in DATABASE_URL (see docs/development.md).
"""

from importlib import import_module
from pkgutil import walk_packages
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, Enum, TypeDecorator

from matchmaker import domain
from matchmaker.config import load_settings
from matchmaker.domain.base import Base
from matchmaker.services.database import Database

# All mapped modules, so that the metadata is complete.
for module in walk_packages(domain.__path__, f"{domain.__name__}."):
    import_module(module.name)


def _plain_type(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Write migrations in plain SQL types, so that they keep meaning the same when the code's types move on."""
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String({item.length})"
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{type(item.impl_instance).__name__}()"
    return False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=_plain_type,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


supplied = context.config.attributes.get("connection")
if supplied is not None:
    _run(supplied)
else:
    with Database(load_settings().database_url).engine.begin() as opened:
        _run(opened)
