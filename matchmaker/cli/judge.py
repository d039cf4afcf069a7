"""judge: grading pairs at a terminal, and writing the judgments out."""

from itertools import count
from pathlib import Path

import click

from matchmaker.cli.language import LANGUAGE, say
from matchmaker.cli.outcome import progress_bar, show_json
from matchmaker.cli.running import open_platform
from matchmaker.domain.errors import NotFound
from matchmaker.domain.learning.judgment import Grade
from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Posting
from matchmaker.i18n import N_
from matchmaker.services.accounts.user_accounts import find_user
from matchmaker.services.learning import graded_set, judging
from matchmaker.services.platform import Platform
from matchmaker.services.posting.documents import document_of

_UNDO, _QUIT = "u", "q"


@click.group(help=say(N_("评定需求与供给是否相关，建立本市自己的评测集。")))
def judge_command() -> None:
    pass


@judge_command.command("start", help=say(N_("逐对评定：0 不相关 … 3 强相关，u 撤销上一对，q 结束。")))
@click.option("--email", required=True, help=say(N_("评定人的邮箱，须是组织方或管理员")))
def start_command(email: str) -> None:
    platform = open_platform()
    with progress_bar(say(N_("编码"))) as progress:
        platform.search_index.refresh(progress)
    for number in count(1):
        if not _grade_next(platform, email, number):
            return


@judge_command.command("agreement", help=say(N_("每两位评定人的一致程度（二次加权 kappa）。")))
@click.option("--json", "as_json", is_flag=True, help=say(N_("以 JSON 输出")))
def agreement_command(as_json: bool) -> None:
    with open_platform().database.reading() as session:
        found = [
            {
                "graders": [grader.email for grader in agreement.graders],
                "pairs": agreement.pairs,
                "kappa": None if agreement.kappa is None else round(agreement.kappa, 4),
                "equal": round(agreement.equal, 4),
            }
            for agreement in graded_set.agreements(session)
        ]
    if as_json:
        show_json({"agreements": found})
        return
    for line in found:
        click.echo(say(N_("%(graders)s：共同评定 %(pairs)d 对，kappa %(kappa)s，相同 %(equal)s"), **line))
    if not found:
        click.echo(say(N_("还没有两个人评过同样的对")))


@judge_command.command("export", help=say(N_("写成 matchmaker evaluate 能读的 BEIR 文件夹。")))
@click.argument("folder", metavar="DATASET_DIR", type=click.Path(path_type=Path))
def export_command(folder: Path) -> None:
    with open_platform().database.reading() as session:
        pairs = graded_set.export(session, folder)
    click.echo(say(N_("已写出 %(pairs)d 对：%(folder)s"), pairs=pairs, folder=folder))


def _grade_next(platform: Platform, email: str, number: int) -> bool:
    """Show a pair and keep the answer; returns whether to go on."""
    with platform.database.reading() as session:
        grader = _grader(find_user(session, email))
        pair = judging.next_pair(session, platform.search_index, grader)
        if pair is None:
            click.echo(say(N_("全部评完了")))
            return False
        click.echo(f"\n— {number} —  {pair.place}/{pair.pool}")
        _show(say(N_("需求")), pair.need)
        _show(say(N_("供给")), pair.offer)
        need_id, offer_id = pair.need.id, pair.offer.id
    grades = "  ".join(f"{grade.value} {grade.label(LANGUAGE)}" for grade in Grade)
    answer = click.prompt(
        f"{grades}  {_UNDO} {say(N_('撤销'))}  {_QUIT} {say(N_('结束'))}",
        type=click.Choice([*(grade.value for grade in Grade), _UNDO, _QUIT]),
        show_choices=False,
    )
    if answer == _QUIT:
        return False
    with platform.database.writing() as session:
        grader = _grader(find_user(session, email))
        if answer == _UNDO:
            try:
                judging.undo(session, grader)
            except NotFound as error:
                click.echo(error.text(LANGUAGE), err=True)
        else:
            judging.judge(session, grader, need_id, offer_id, int(answer))
    return True


def _grader(user: User | None) -> User:
    if user is None:
        raise NotFound(N_("没有这个用户"))
    return user


def _show(kind: str, posting: Posting) -> None:
    document = document_of(posting)
    click.secho(f"【{kind}】{document.title}", bold=True)
    for section in document.sections:
        click.echo(section.text)
