"""The ``matchmaker`` command, thin over the services.

    setup.py       init, user               transfer.py  import, export
    serving.py     serve, worker            events.py    event
    searching.py   index, match, evaluate   judge.py     judge
    scheduling.py  schedule                 models.py    models
    training.py    train                    backup.py    backup, restore

A new command goes into the module of its kind and into :data:`COMMANDS`. Modules are imported when one of their
commands is called, so that a command pays only for what it uses.
"""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

import click

from matchmaker.cli.language import say
from matchmaker.cli.outcome import report_error
from matchmaker.i18n import N_

COMMANDS: Mapping[str, str] = {
    "init": "setup",
    "serve": "serving",
    "worker": "serving",
    "user": "setup",
    "import": "transfer",
    "export": "transfer",
    "index": "searching",
    "match": "searching",
    "evaluate": "searching",
    "train": "training",
    "judge": "judge",
    "models": "models",
    "event": "events",
    "schedule": "scheduling",
    "backup": "backup",
    "restore": "backup",
}
"""Each command and the module of this package that defines it, under the name ``<command>_command``."""


class _LazyGroup(click.Group):
    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"matchmaker.cli.{COMMANDS[name]}"), f"{name}_command")
        return command


@click.group(cls=_LazyGroup, help=say(N_("产学研对接平台。设置来自环境变量，见 README。")))
@click.version_option(package_name="matchmaker", message="%(version)s")
def matchmaker() -> None:
    """The group that all commands belong to."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 done, 2 wrong usage or bad input, 1 failed; never with a traceback."""
    try:
        # Outside standalone mode, click returns what `Context.exit` was given.
        code = matchmaker.main(args=None if arguments is None else list(arguments), standalone_mode=False)
    except (Exception, KeyboardInterrupt) as error:
        code = report_error(error)
    sys.exit(code if isinstance(code, int) else 0)
