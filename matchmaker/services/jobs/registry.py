"""What a worker can do: handlers of jobs, and tasks that come round by themselves.

Capabilities register their own with decorators; this package knows none of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from threading import Event, RLock
from typing import Any, Protocol, TypeVar

from sqlalchemy.orm import Session

from matchmaker.config import Settings
from matchmaker.services.database import Database


class RunningPlatform(Protocol):
    """The platform as far as this layer may know it; handlers of higher layers know what its parts are."""

    @property
    def settings(self) -> Settings: ...
    @property
    def database(self) -> Database: ...
    @property
    def search_index(self) -> Any: ...
    @property
    def mailer(self) -> Any: ...
    @property
    def queue(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Handler:
    """How jobs of one kind are done.

    ``title`` is a message id. ``repeatable`` says that a job whose worker died may be begun again without anybody
    asking: whatever it had done until then does not matter, or is the same when it is done again.
    """

    kind: str
    title: str
    repeatable: bool
    run: Callable[..., None]


Periodically = Callable[[RunningPlatform, Event], object]
Periodical = TypeVar("Periodical", bound=Periodically)


@dataclass(frozen=True, slots=True)
class PeriodicTask:
    """Something that comes round by itself, short and safe to repeat.

    It is called with the platform and an event that is set when the worker stops.

    With ``every``, of several workers one begins it whenever so much time has passed. With ``is_due``, it is begun
    whenever there is something for it to do.
    """

    name: str
    run: Periodically
    every: timedelta | None = None
    is_due: Callable[[Session], bool] | None = None


_handlers: dict[str, Handler] = {}
_tasks: dict[str, PeriodicTask] = {}
_modules: list[str] = []
_loading = RLock()


def handler(kind: str, *, title: str, repeatable: bool) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register the function as the handler of a kind of job. It is called as ``function(run, **arguments)``."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        _handlers[kind] = Handler(kind, title, repeatable, function)
        return function

    return register


def periodic(
    name: str, *, every: timedelta | None = None, is_due: Callable[[Session], bool] | None = None
) -> Callable[[Periodical], Periodical]:
    """Register the function as a periodic task, see :class:`PeriodicTask`."""

    def register(function: Periodical) -> Periodical:
        _tasks[name] = PeriodicTask(name, function, every, is_due)
        return function

    return register


def provided_by(*modules: str) -> None:
    """Name the modules whose handlers and tasks are to be known; they are imported when one is first asked for."""
    _modules.extend(modules)


def find_handler(kind: str) -> Handler | None:
    """The handler of this kind of job; ``None`` for a kind that this version does not know."""
    load_handlers()
    return _handlers.get(kind)


def periodic_tasks() -> tuple[PeriodicTask, ...]:
    """All periodic tasks."""
    load_handlers()
    return tuple(_tasks.values())


def find_task(name: str) -> PeriodicTask | None:
    """The periodic task of this name; ``None`` if this version has none."""
    load_handlers()
    return _tasks.get(name)


def load_handlers() -> None:
    """Import the modules named by :func:`provided_by`. Call it before threads begin: a model must not be used by one
    thread while another one still imports it.
    """
    with _loading:
        while _modules:
            import_module(_modules[0])
            del _modules[0]
