"""models: the model folders of the extra `transformers`."""

import time
from pathlib import Path

import click

from matchmaker.cli.language import say
from matchmaker.i18n import N_
from matchmaker.services.indexing.encoders import UNPACKED


@click.group(help=say(N_("管理 sentence-transformers 的模型文件夹。")))
def models_command() -> None:
    pass


@models_command.command(
    "unpack", help=say(N_("把内置编码器 e5 的权重展开为 sentence-transformers 文件夹：向量相同，成批编码更快。"))
)
@click.option(
    "-o",
    "--output",
    "folder",
    default=UNPACKED,
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help=say(N_("写到哪个文件夹")),
)
@click.option("--yes", is_flag=True, help=say(N_("已有这个文件夹时替换它")))
def unpack_command(folder: Path, yes: bool) -> None:
    from matchmaker.matching.encoding.unpacking import unpack

    if folder.exists() and not yes:
        raise click.UsageError(say(N_("%(folder)s 已存在；要替换它，请加 --yes"), folder=folder))
    started = time.perf_counter()
    unpack(folder, overwrite=yes)
    click.echo(
        say(N_("已写入 %(folder)s，用时 %(seconds).1f 秒"), folder=folder, seconds=time.perf_counter() - started)
    )
    if folder.resolve() == UNPACKED:
        click.echo(say(N_("不设 MATCHMAKER_ENCODER 时自动使用它")))
        return
    click.echo(say(N_("要用它，请设 MATCHMAKER_ENCODER=sentence-transformers:%(folder)s"), folder=folder))
