"""``matchmaker schedule``: the pure scheduler on files, without a database."""

from pathlib import Path

import click

from matchmaker.cli.language import say
from matchmaker.cli.outcome import show_json
from matchmaker.i18n import N_

_HELP = N_("为 PROBLEM.json 排出日程：谁在什么时段、哪张桌与谁洽谈。输入输出格式见 docs/scheduling.md。")


@click.command(help=say(_HELP))
@click.argument("problem_file", metavar="PROBLEM.json", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="PLAN.json")
@click.option("--time-limit", type=click.FloatRange(min=0.1), default=30.0, help=say(N_("最多用多少秒")))
@click.option("--json", "as_json", is_flag=True, help=say(N_("以 JSON 输出")))
def schedule_command(problem_file: Path, output: Path, time_limit: float, as_json: bool) -> None:
    """Read, solve, have the independent checker certify the plan, write it."""
    from matchmaker.scheduling import InvalidProblemError, check, read_problem, schedule, write_plan
    from matchmaker.services.events.scheduling.fault_messages import fault_message

    try:
        problem = read_problem(problem_file)
    except InvalidProblemError as error:
        message, values = fault_message(error)
        raise click.UsageError(f"{error.where}: {say(message, **values)}") from error
    plan = schedule(problem, time_limit=time_limit)
    certificate = check(problem, plan)
    certificate.require_valid()
    write_plan(plan, output)
    if as_json:
        show_json(certificate.to_document())
        return
    click.echo(
        say(
            N_("已写入 %(file)s：%(meetings)d 场洽谈，%(served)d/%(bound)d 个参会方达到要求，用时 %(seconds).1f 秒"),
            file=output,
            meetings=len(plan.meetings),
            served=plan.objective.served,
            bound=plan.bound.served,
            seconds=plan.seconds,
        )
    )
