"""init, user: bringing a platform up."""

from typing import Any

import click

from matchmaker.cli.language import say
from matchmaker.cli.outcome import progress_bar
from matchmaker.cli.running import open_platform
from matchmaker.domain.vocabulary import Role
from matchmaker.i18n import N_


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
