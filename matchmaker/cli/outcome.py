"""How a command ends and what it shows: exit codes, JSON, progress."""

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from tqdm import tqdm

from matchmaker.cli.language import LANGUAGE, say
from matchmaker.domain.errors import MatchmakerError
from matchmaker.i18n import N_
from matchmaker.matching.errors import MatchingError

FAILED = 1
BAD_INPUT = 2


def report_error(error: BaseException) -> int:
    """Say on stderr what went wrong and return the exit code. ``MATCHMAKER_DEBUG`` adds the traceback."""
    if os.environ.get("MATCHMAKER_DEBUG"):
        traceback.print_exception(error)
    click.echo(_message(error), err=True)
    return BAD_INPUT if isinstance(error, MatchmakerError | MatchingError | click.UsageError) else FAILED


def show_json(document: Any) -> None:
    """Print the one document of ``--json``."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A callback (done, total) for services; its first call draws a bar on stderr."""
    bar: tqdm[Any] | None = None

    def advance(done: int, total: int) -> None:
        nonlocal bar
        if bar is None:
            bar = tqdm(total=total, desc=what, file=sys.stderr, dynamic_ncols=True)
        bar.update(done - bar.n)

    try:
        yield advance
    finally:
        if bar is not None:
            bar.close()


def _message(error: BaseException) -> str:
    if isinstance(error, MatchmakerError):
        return error.text(LANGUAGE)
    if isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx is not None else "matchmaker"
        return say(N_("%(problem)s\n用法见：%(command)s --help"), problem=_usage_problem(error), command=command)
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return say(N_("已中断"))
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, MatchingError):
        return str(error)
    return say(N_("出错了：%(error)s"), error=f"{type(error).__name__}: {error}".splitlines()[0])


def _usage_problem(error: click.UsageError) -> str:
    """What was wrong with the call, for the commonest mistakes in the operator's language."""
    match error:
        case click.MissingParameter() if error.param is not None:
            return say(
                N_("缺少 %(name)s"), name=error.param.get_error_hint(error.ctx) if error.ctx else error.param.name
            )
        case click.NoSuchOption():
            return say(N_("没有选项 %(name)s"), name=error.option_name)
        case click.BadParameter() if error.param is not None and error.ctx is not None:
            hint = error.param.get_error_hint(error.ctx)
            return say(N_("%(name)s 不对：%(reason)s"), name=hint, reason=error.message)
        case _:
            return error.format_message()
