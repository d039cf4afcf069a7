"""init, serve, user: bringing a platform up."""

import threading
from typing import Any

import click

from matchmaker.cli.language import say
from matchmaker.cli.outcome import progress_bar
from matchmaker.cli.running import open_platform
from matchmaker.domain.vocabulary import Role
from matchmaker.i18n import N_

_THREADS = 8
_TIMEOUT = 300
"""Seconds a worker may be silent: encoding a large import keeps it busy."""


@click.command(help=say(N_("建立或升级数据库，载入词表；--demo 另载入演示城市。可以重复运行。")))
@click.option("--demo", is_flag=True, help=say(N_("载入演示城市：虚构的单位、需求、成果、活动和用户")))
def init_command(demo: bool) -> None:
    from matchmaker.config import load_settings
    from matchmaker.services.platform import create_platform
    from matchmaker.services.vocabularies import load_reference

    platform = create_platform(load_settings())
    platform.database.upgrade()
    with platform.database.writing() as session:
        load_reference(session)
    click.echo(say(N_("数据库已就绪：%(data)s"), data=platform.settings.data))
    if demo:
        _load_demo(platform)


def _load_demo(platform: Any) -> None:
    from matchmaker.services.demo.city import PASSWORD, load_demo, load_history, store_vectors

    with platform.database.writing() as session:
        city = load_demo(session)
    store_vectors(platform.search_index.store, platform.search_index.encoder.name)
    with progress_bar(say(N_("编码"))) as progress:
        platform.search_index.refresh(progress)
    with platform.database.writing() as session:
        load_history(session, platform.search_index)
    click.echo(
        say(
            N_("演示城市：单位 %(organizations)d，团队 %(teams)d，需求 %(needs)d，供给 %(offers)d，活动 %(events)d"),
            organizations=city.organizations,
            teams=city.teams,
            needs=city.needs,
            offers=city.offers,
            events=city.events,
        )
    )
    click.echo(say(N_("演示用户（密码都是 %(password)s，切勿用于正式环境）："), password=PASSWORD))
    for email, role in city.users:
        click.echo(f"  {email}  {say(role.zh)}")


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


@click.group(help=say(N_("管理用户。")))
def user_command() -> None:
    pass


@user_command.command("create", help=say(N_("开通账号，显示一次性的设置密码链接。")))
@click.option("--email", required=True, help=say(N_("邮箱，即登录名")))
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help=say(N_("角色")))
@click.option("--organization", help=say(N_("所属单位；没有就新建")))
@click.option("--name", default="", help=say(N_("姓名")))
def create_command(email: str, role: str, organization: str | None, name: str) -> None:
    from matchmaker.services.accounts.user_accounts import create_user

    platform = open_platform()
    with platform.database.writing() as session:
        user = create_user(session, email, Role.parse(role), organization, name)
        click.echo(platform.password_links.link(user))
