"""event: match lists, and everything on paper, from the command line."""

from pathlib import Path

import click

from matchmaker.cli.language import LANGUAGE, Language, say
from matchmaker.cli.outcome import show_json
from matchmaker.cli.running import open_platform
from matchmaker.cli.transfer import write_whole
from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.events.event import Event
from matchmaker.i18n import N_
from matchmaker.printing.sheets.match_list import Grouping
from matchmaker.services.events.editing import find_event, list_events
from matchmaker.services.events.printing import (
    Format,
    PrintOptions,
    Sheet,
    find_sheet,
    print_calendars,
    print_sheet,
    start_job,
)
from matchmaker.services.events.printing.archive import event_archive
from matchmaker.services.events.requests.expiry import expire_everywhere
from matchmaker.services.events.scheduling.match_list import build_match_list
from matchmaker.services.mailing.outbox import deliver_waiting

_CALENDARS, _EVERYTHING = "calendars", "all"
_JSON = click.option("--json", "as_json", is_flag=True, help=say(N_("以 JSON 输出")))


@click.group(help=say(N_("活动：列出、生成匹配表、打印。EVENT 是活动的 id 或名称。")))
def event_command() -> None:
    pass


@event_command.command("list", help=say(N_("列出活动。")))
@_JSON
def list_command(as_json: bool) -> None:
    with open_platform().database.reading() as session:
        events = list_events(session)
    if as_json:
        show_json([_event_dict(event) for event in events])
        return
    for event in events:
        starts = f"{event.starts_at:%Y-%m-%d %H:%M}" if event.starts_at else "—"
        kind, status = event.kind.label(LANGUAGE), event.status.label(LANGUAGE)
        click.echo(f"{event.id:>4}  {starts:<16}  {kind} · {status}  {event.name}")


@event_command.command("build", help=say(N_("生成匹配表；对接会连同时段、桌位和核验证书。")))
@click.argument("event")
@_JSON
def build_command(event: str, as_json: bool) -> None:
    platform = open_platform()
    with platform.database.writing() as session:
        found = find_event(session, event)
        version = build_match_list(session, platform.search_index, found)
        figures = {
            "event": found.id,
            "name": found.name,
            "version": version.version,
            "meetings": len(version.pairs),
            "total_score": round(version.total_score, 1),
            "unserved": len(version.unserved),
            "proven": version.proven,
            "certificate": version.certificate,
        }
    if as_json:
        show_json(figures)
        return
    click.echo(
        say(
            N_("“%(name)s”匹配表第 %(version)d 版：%(meetings)d 场洽谈，%(unserved)d 个参会方未满足"),
            **figures,
        )
    )


@event_command.command(
    "expire-requests",
    help=say(N_("给过了时限没人答复的约见请求做标记，写信告诉双方，各一次。运行中的网站每五分钟自己做一次。")),
)
@_JSON
def expire_requests_command(as_json: bool) -> None:
    platform = open_platform()
    with platform.database.writing() as session:
        expired = expire_everywhere(session, platform.settings.base_url)
    deliver_waiting(platform)
    if as_json:
        show_json({"expired": expired})
        return
    click.echo(say(N_("%(count)d 个约见请求过了时限"), count=expired))


@event_command.command("print", help=say(N_("打印，按文件名结尾为 PDF 或 XLSX；all 和 calendars 为 ZIP。")))
@click.argument("event")
@click.option(
    "--what",
    default=Sheet.MATCH_LIST.value,
    show_default=True,
    type=click.Choice([sheet.value for sheet in Sheet] + [_CALENDARS, _EVERYTHING]),
    help=say(N_("打印什么；calendars 是每人一个日历文件，all 是全部")),
)
@click.option(
    "--for",
    "grouping",
    default="whole",
    show_default=True,
    type=click.Choice(["whole", "enterprise", "team"]),
    help=say(N_("PDF 是总表、每家企业一份还是每个团队一份；XLSX 三种都有")),
)
@click.option("--language", type=click.Choice(["zh", "en"]), default=LANGUAGE, help=say(N_("打印件的语言")))
@click.option("--template", default="", help=say(N_("用这个名字的打印模板的栏目")))
@click.option("--against", type=click.IntRange(1), help=say(N_("变更通知单与哪一版比较；不填为上一次发布的版本")))
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help=say(N_(".pdf、.xlsx 或 .zip 文件")),
)
def print_command(
    event: str, what: str, grouping: str, language: Language, template: str, against: int | None, output: Path
) -> None:
    _check_ending(what, output)
    if template and what in (_CALENDARS, _EVERYTHING):
        raise InvalidInput(N_("这种打印件的栏目是固定的，不能用模板"))
    options = PrintOptions(language, template, against, Grouping(grouping))
    platform = open_platform()
    base_url = platform.settings.base_url
    with platform.database.reading() as session:
        found = find_event(session, event)
        if what == _EVERYTHING:
            content = event_archive(session, platform.search_index, found, options, base_url=base_url)
        elif what == _CALENDARS:
            content = print_calendars(start_job(session, found, options))
        else:
            form = Format(_ending(output))
            content = print_sheet(
                session, found, find_sheet(what), form, options, search_index=platform.search_index, base_url=base_url
            )
    write_whole(output, content)
    click.echo(say(N_("已写入 %(file)s"), file=output), err=True)


def _check_ending(what: str, output: Path) -> None:
    if what in (_CALENDARS, _EVERYTHING):
        if _ending(output) != "zip":
            raise InvalidInput(N_("全部打印件和日历只能写成 .zip，请改文件名的结尾"))
    elif _ending(output) not in tuple(Format):
        raise InvalidInput(N_("只能打印成 .pdf 或 .xlsx，请改文件名的结尾"))


def _ending(output: Path) -> str:
    return output.suffix.casefold().removeprefix(".")


def _event_dict(event: Event) -> dict[str, object]:
    return {
        "id": event.id,
        "name": event.name,
        "kind": event.kind.value,
        "status": event.status.value,
        "place": event.place,
        "starts_at": event.starts_at.isoformat() if event.starts_at else None,
        "ends_at": event.ends_at.isoformat() if event.ends_at else None,
        "plan_version": event.plan_version,
    }
