"""All commands, found by walking the command line: each explains itself, and each refuses what it does not take."""

from collections.abc import Iterator

import click
import pytest

from matchmaker.cli import COMMANDS, main, matchmaker

Path = tuple[str, ...]


def _walk(command: click.Command, path: Path = ()) -> Iterator[tuple[Path, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _walk(below, (*path, name))


EVERY = dict(_walk(matchmaker))
LEAVES = {path: command for path, command in EVERY.items() if not isinstance(command, click.Group)}


def _code(*arguments: str) -> object:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    return end.value.code


def _name(path: Path) -> str:
    return " ".join(path) or "matchmaker"


def test_the_walk_finds_all() -> None:
    assert {path[0] for path in EVERY if path} == set(COMMANDS)


@pytest.mark.parametrize("path", EVERY, ids=_name)
def test_explains_itself(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _code(*path, "--help") == 0
    told = capsys.readouterr()
    assert "Usage:" in told.out
    assert told.err == ""


@pytest.mark.parametrize("path", EVERY, ids=_name)
def test_refuses_an_unknown_option(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _code(*path, "--bogus") == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "--bogus" in told.err


@pytest.mark.parametrize(
    "path", [path for path, command in EVERY.items() if isinstance(command, click.Group)], ids=_name
)
def test_a_group_refuses_an_unknown_command(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _code(*path, "bogus") == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "bogus" in told.err


@pytest.mark.parametrize(
    "path",
    [path for path, command in LEAVES.items() if any(parameter.required for parameter in command.params)],
    ids=_name,
)
def test_says_what_is_missing(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _code(*path) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "缺少" in told.err or "Missing" in told.err
