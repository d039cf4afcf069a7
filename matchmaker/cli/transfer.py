"""import and export: tables in and out."""

import os
from pathlib import Path

import click

from matchmaker.cli.language import LANGUAGE, say
from matchmaker.cli.outcome import BAD_INPUT, progress_bar, show_json
from matchmaker.cli.running import open_platform
from matchmaker.i18n import N_
from matchmaker.services.transfer.columns import TableKind
from matchmaker.services.transfer.exporting import check_ending, export_file
from matchmaker.services.transfer.importing import import_and_encode, preview_import, read_import
from matchmaker.services.transfer.report import Finding, ImportReport

_KIND = click.option(
    "--kind", required=True, type=click.Choice([kind.value for kind in TableKind]), help=say(N_("表格里列的是什么"))
)
_SHOWN_PROBLEMS = 50


@click.command(help=say(N_("导入 CSV 或 XLSX，表头用中文或英文。默认全部行正确才写入。")))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_KIND
@click.option("--dry-run", is_flag=True, help=say(N_("只检查，不写入")))
@click.option("--skip-bad", is_flag=True, help=say(N_("跳过有错的行，写入其余各行")))
@click.option("--json", "as_json", is_flag=True, help=say(N_("以 JSON 输出报告")))
def import_command(file: Path, kind: str, dry_run: bool, skip_bad: bool, as_json: bool) -> None:
    table_kind = TableKind.parse(kind)
    table = read_import(table_kind, file.read_bytes())
    platform = open_platform()
    if dry_run:
        with platform.database.reading() as session:
            report = preview_import(session, table_kind, table).report
    else:
        with progress_bar(say(N_("编码"))) as progress:
            report = import_and_encode(
                platform.database, platform.search_index, None, table_kind, table, skip_bad=skip_bad, progress=progress
            )
    if as_json:
        show_json({"dry_run": dry_run} | report.to_dict(LANGUAGE))
    else:
        _tell(report, dry_run)
    if report.problems and not skip_bad:
        click.get_current_context().exit(BAD_INPUT)


@click.command(help=say(N_("导出已发布的需求或供给，或全部单位；列与导入相同。")))
@_KIND
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help=say(N_(".xlsx 或 .csv 文件"))
)
def export_command(kind: str, output: Path) -> None:
    ending = check_ending(output.suffix)
    with open_platform().database.reading() as session:
        content = export_file(session, TableKind.parse(kind), ending, LANGUAGE)
    write_whole(output, content)
    click.echo(say(N_("已写入 %(file)s"), file=output), err=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write the file so that nobody ever sees half of it."""
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        half.write_bytes(content)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


def _tell(report: ImportReport, dry_run: bool) -> None:
    for finding in report.problems[:_SHOWN_PROBLEMS]:
        click.echo(_line(finding), err=True)
    if len(report.problems) > _SHOWN_PROBLEMS:
        more = len(report.problems) - _SHOWN_PROBLEMS
        click.echo(say(N_("……还有 %(count)d 处，用 --json 查看全部"), count=more), err=True)
    for finding in report.warnings[:_SHOWN_PROBLEMS]:
        click.echo(say(N_("提醒：%(line)s"), line=_line(finding)), err=True)
    if report.unused_columns:
        click.echo(say(N_("没有用到的列：%(columns)s"), columns="、".join(report.unused_columns)), err=True)
    if report.other_sheets:
        click.echo(say(N_("没有读取的工作表：%(sheets)s"), sheets="、".join(report.other_sheets)), err=True)
    click.echo(
        say(
            N_(
                "共 %(rows)d 行：新增 %(created)d，更新 %(updated)d，未变 %(unchanged)d，"
                "未动 %(left)d，有错 %(bad)d；新单位 %(new)d"
            ),
            rows=report.rows,
            created=report.created,
            updated=report.updated,
            unchanged=report.unchanged,
            left=report.left_alone,
            bad=report.bad_rows,
            new=len(report.new_organizations),
        )
    )
    click.echo(_verdict(report, dry_run))


def _verdict(report: ImportReport, dry_run: bool) -> str:
    if report.landed:
        return say(N_("已写入"))
    if dry_run:
        return say(N_("只是检查，什么都没有写入"))
    return say(N_("有错，什么都没有写入。改正后重新导入，或用 --skip-bad 跳过有错的行"))


def _line(finding: Finding) -> str:
    reason = finding.error.text(LANGUAGE)
    if not finding.column:
        return say(N_("第 %(row)d 行：%(reason)s"), row=finding.row, reason=reason)
    return say(N_("第 %(row)d 行“%(column)s”：%(reason)s"), row=finding.row, column=finding.column, reason=reason)
