"""serve, worker: the processes of a running platform."""

import signal
import threading
from typing import Any

import click

from matchmaker.cli.language import say
from matchmaker.cli.running import open_platform
from matchmaker.i18n import N_

_THREADS = 8
_TIMEOUT = 300
"""Seconds a worker may be silent: encoding a large import keeps it busy."""

_ENDING = (signal.SIGTERM, signal.SIGINT)


@click.command(help=say(N_("运行网站。")))
@click.option("--host", default="127.0.0.1", show_default=True, help=say(N_("监听的地址")))
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help=say(N_("监听的端口")))
@click.option(
    "--worker/--no-worker",
    "works",
    default=None,
    help=say(N_("是否同时处理任务；默认处理，设了 MATCHMAKER_JOBS 则不处理")),
)
def serve_command(host: str, port: int, works: bool | None) -> None:
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
    from gunicorn.util import import_app  # type: ignore[import-untyped]

    platform = open_platform()
    platform.queue.check()
    platform.queue.close()
    platform.database.engine.dispose()
    works = platform.settings.jobs is None if works is None else works

    class Server(BaseApplication):  # type: ignore[misc]
        """gunicorn with one process, so that all threads share one matcher."""

        def load_config(self) -> None:
            options = {
                "bind": f"{host}:{port}",
                "worker_class": "gthread",
                "threads": _THREADS,
                "timeout": _TIMEOUT,
                # It would be one for all servers of the user, in their home.
                "control_socket_disable": True,
                "post_worker_init": _warm_up_and_work if works else _warm_up,
                "worker_exit": _stop_working,
            }
            for name, value in options.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Any:
            # The web layer is named, not imported: it stands beside the command line, not below it.
            return import_app("matchmaker.web:create_app()")

    click.echo(say(N_("请打开 http://%(host)s:%(port)d"), host=host, port=port), err=True)
    Server().run()


def _warm_up(worker: Any) -> None:
    """Fill the matcher before somebody waits for it. In a thread: the worker must show that it is alive."""
    from matchmaker.services.indexing.encoders import warm_up

    search_index = worker.wsgi.extensions["matchmaker"].search_index
    threading.Thread(target=warm_up, args=(search_index,), name="warming up", daemon=True).start()


def _warm_up_and_work(process: Any) -> None:
    """Work jobs off in threads of the server's process, which has the matcher in memory already."""
    from matchmaker.services.jobs.worker import Worker

    _warm_up(process)
    worker = Worker(process.wsgi.extensions["matchmaker"])
    worker.start()
    process.matchmaker_worker = worker


def _stop_working(_: Any, process: Any) -> None:
    worker = getattr(process, "matchmaker_worker", None)
    if worker is not None:
        worker.stop()


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
