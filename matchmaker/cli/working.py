"""worker: doing what takes longer than a request, apart from the server."""

import signal

import click

from matchmaker.cli.language import say
from matchmaker.cli.running import open_platform
from matchmaker.i18n import N_

_ENDING = (signal.SIGTERM, signal.SIGINT)


@click.command(help=say(N_("处理任务、发邮件、定时清理，直到收到 SIGTERM 或 Ctrl-C。可以同时运行几个。")))
def worker_command() -> None:
    from matchmaker.services.jobs.worker import Worker

    worker = Worker(open_platform())
    # Held back before threads begin, so that the main thread is the one that takes them.
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    worker.start()
    click.echo(say(N_("正在处理任务")), err=True)
    signal.sigwait(_ENDING)
    click.echo(say(N_("正在停下；没做完的任务留给下一次")), err=True)
    worker.stop()
