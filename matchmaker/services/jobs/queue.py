"""The queue that wakes workers up: huey, in a file of the data folder or on a Redis server.

It only carries ids of jobs and names of periodic tasks. What is to be done stands in the database: a message that
was lost is sent again by :meth:`Worker.sweep`, one that comes twice does nothing.
"""

import logging
import sqlite3
from collections.abc import Callable, Hashable
from contextlib import closing
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from huey import Huey, RedisHuey, SqliteHuey
from huey.exceptions import ConfigurationError
from huey.serializer import SignedSerializer
from sqlalchemy import event
from sqlalchemy.orm import Session

from matchmaker.config import Settings
from matchmaker.domain.errors import InvalidInput
from matchmaker.i18n import N_
from matchmaker.services.database import Database

_log = logging.getLogger(__name__)

_ANNOUNCED = "matchmaker announced"
"""Under this key a session keeps what is to be announced after its commit."""

JOBS, TASKS = "jobs", "tasks"
"""The lanes: what may take minutes does not keep letters waiting."""


class JobQueue:
    """The two lanes. Opened on first use."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._receivers: dict[str, Callable[[Any], None]] = {}

    @cached_property
    def _lanes(self) -> dict[str, tuple[Huey, Any]]:
        return {lane: self._lane(lane) for lane in (JOBS, TASKS)}

    def check(self) -> None:
        """Raises :class:`InvalidInput` if the file cannot be written or the server does not answer."""
        if self._settings.jobs is None:
            self._check_file()
            return
        try:
            for huey, _ in self._lanes.values():
                huey.storage.queue_size()
        except ConfigurationError as error:
            raise InvalidInput(N_("MATCHMAKER_JOBS 用 Redis，要先安装：pip install 'matchmaker[redis]'")) from error
        except Exception as error:
            raise InvalidInput(
                N_("MATCHMAKER_JOBS 指的 Redis 服务器连不上：%(reason)s"), reason=str(error) or type(error).__name__
            ) from error

    def send(self, lane: str, content: Hashable) -> None:
        """Wake a worker up. A queue that is away is logged: the worker's sweep sends it again."""
        try:
            self._lanes[lane][1](content)
        except Exception:
            _log.exception("the queue did not take %s %s; it is sent again later", lane, content)

    def waiting(self, lane: str) -> set[Hashable]:
        """What was sent on the lane and nobody has taken yet."""
        return {task.args[0] for task in self._lanes[lane][0].pending() if task.args}

    def receive(self, lane: str, receiver: Callable[[Any], None]) -> Huey:
        """Have the receiver called with whatever is taken from the lane; returns the huey to take from."""
        self._receivers[lane] = receiver
        return self._lanes[lane][0]

    def close(self) -> None:
        """Give files and connections back; the next use opens them again."""
        for huey, _ in self.__dict__.pop("_lanes", {}).values():
            huey.storage.close()

    def _lane(self, lane: str) -> tuple[Huey, Any]:
        name = f"matchmaker-{lane}"
        # Messages are pickled: only those that this installation wrote are read.
        serializer = SignedSerializer(secret=self._settings.secret_key)
        if self._settings.jobs is None:
            self._check_file()
            huey: Huey = SqliteHuey(name, filename=str(self._settings.queue_file), results=False, serializer=serializer)
        else:
            huey = RedisHuey(name, url=_with_timeout(self._settings.jobs), results=False, serializer=serializer)

        def receive(content: Any) -> None:
            self._receivers[lane](content)

        return huey, huey.task(name="receive")(receive)

    def _check_file(self) -> None:
        file = self._settings.queue_file
        try:
            with closing(sqlite3.connect(file, timeout=5)) as connection:
                connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise InvalidInput(
                N_("任务队列文件 %(file)s 不能读写（%(reason)s）：请检查文件和文件夹的权限、磁盘空间，或删除这个文件"),
                file=file,
                reason=error,
            ) from error


def _with_timeout(url: str) -> str:
    """A server that hangs is a server that is away."""
    if "socket_timeout" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}socket_timeout=3&socket_connect_timeout=3"


_queues: WeakKeyDictionary[Any, JobQueue] = WeakKeyDictionary()
"""Each database's queue, by its engine's dialect: engines with other options share it."""


def attach(database: Database, queue: JobQueue) -> None:
    """Announce on the queue what sessions of the database commit, whoever opened them."""
    _queues[database.engine.dialect] = queue


def announce(session: Session, lane: str, content: Hashable) -> None:
    """Send it after the session's commit, and not at all if it is rolled back."""
    session.info.setdefault(_ANNOUNCED, {})[lane, content] = None


@event.listens_for(Session, "after_commit")
def _send_announced(session: Session) -> None:
    if _ANNOUNCED not in session.info or session.in_nested_transaction():
        return
    queue = _queues.get(session.get_bind().dialect)
    for lane, content in session.info.pop(_ANNOUNCED):
        if queue is not None:
            queue.send(lane, content)


@event.listens_for(Session, "after_rollback")
def _forget_announced(session: Session) -> None:
    session.info.pop(_ANNOUNCED, None)
