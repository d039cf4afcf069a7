"""event: match lists from the command line."""

from pathlib import Path

import click

from matchmaker.cli.language import LANGUAGE, say
from matchmaker.cli.outcome import show_json
from matchmaker.cli.running import open_platform
from matchmaker.cli.transfer import write_whole
from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.event import Event
from matchmaker.i18n import N_
from matchmaker.services.events import Format, build_match_list, find_event, list_events, print_match_list

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
        version = build_match_list(session, platform.corpus, found)
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


@event_command.command("print", help=say(N_("打印匹配表，按文件名结尾为 PDF 或 XLSX。")))
@click.argument("event")
@click.option(
    "--what",
    default="match-list",
    show_default=True,
    type=click.Choice(["match-list"]),
    help=say(N_("打印什么")),
)
@click.option(
    "--for",
    "grouping",
    default="whole",
    show_default=True,
    type=click.Choice(["whole", "enterprise", "team"]),
    help=say(N_("PDF 是总表、每家企业一份还是每个团队一份；XLSX 三种都有")),
)
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help=say(N_(".pdf 或 .xlsx 文件"))
)
def print_command(event: str, what: str, grouping: str, output: Path) -> None:
    from matchmaker.printing.match_list import Grouping

    ending = output.suffix.casefold().removeprefix(".")
    if ending not in tuple(Format):
        raise InvalidInput(N_("只能打印成 .pdf 或 .xlsx，请改文件名的结尾"))
    with open_platform().database.reading() as session:
        found = find_event(session, event)
        content = print_match_list(session, found, Grouping(grouping), Format(ending), LANGUAGE)
    write_whole(output, content)
    click.echo(say(N_("已写入 %(file)s"), file=output), err=True)


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
