"""backup, restore: moving house."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from matchmaker.cli.language import say
from matchmaker.cli.outcome import show_json
from matchmaker.config import load_settings
from matchmaker.i18n import N_
from matchmaker.services.backup import Manifest, back_up, holds_anything, read_manifest, restore

_JSON = click.option("--json", "as_json", is_flag=True, help=say(N_("以 JSON 输出备份的说明")))


@click.command(help=say(N_("把数据库和数据文件夹备份成一个文件（ZIP）。网站可以照常运行。")))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_JSON
def backup_command(file: Path, as_json: bool) -> None:
    manifest = back_up(load_settings(), file)
    _tell(say(N_("已备份到 %(file)s"), file=file), manifest, as_json)


@click.command(help=say(N_("用备份替换数据库和数据文件夹里的文件。请先停下网站。")))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help=say(N_("已有数据时不再询问，直接替换")))
@_JSON
def restore_command(file: Path, yes: bool, as_json: bool) -> None:
    settings = load_settings()
    made_at = read_manifest(file).made_at
    if not yes and sys.stdin.isatty() and holds_anything(settings):
        question = N_("用 %(made_at)s 的备份替换 %(data)s 里现有的数据？")
        yes = click.confirm(say(question, made_at=made_at, data=settings.data), abort=True, err=True)
    manifest = restore(settings, file, replace=yes)
    _tell(say(N_("已恢复 %(made_at)s 的备份，可以启动网站了"), made_at=made_at), manifest, as_json)


def _tell(words: str, manifest: Manifest, as_json: bool) -> None:
    if as_json:
        show_json(asdict(manifest))
    else:
        click.echo(words, err=True)
