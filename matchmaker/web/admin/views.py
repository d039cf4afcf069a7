"""The administrator's pages: accounts, their roles and whether they are active."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import EmailField, SelectField, StringField
from wtforms.validators import InputRequired

from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import Role
from matchmaker.services.accounts import user_accounts
from matchmaker.services.activity import history
from matchmaker.services.organizations import members
from matchmaker.services.paging import count_pages
from matchmaker.web.access import person
from matchmaker.web.admin import blueprint
from matchmaker.web.forms import show_error, typed
from matchmaker.web.language import current_language
from matchmaker.web.request_context import db, platform

Page = Response | str | tuple[str, int]

ACTIONS = {
    "registered": _("注册"),
    "created": _("建立账号"),
    "password set": _("设置密码"),
    "role": _("修改角色"),
    "deactivated": _("停用账号"),
    "reactivated": _("重新启用"),
}
"""What the log's actions on an account are called."""


class NewUserForm(FlaskForm):  # type: ignore[misc]
    """The form for an account that an administrator opens for someone else."""

    email = EmailField(_("邮箱"), [InputRequired(_("请填写这一项"))], render_kw={"autocomplete": "off"})
    name = StringField(_("姓名"), description=_("不填则用邮箱名"), render_kw={"autocomplete": "off", "maxlength": 60})
    role = SelectField(_("角色"), validate_choice=False)
    organization = StringField(
        _("单位（选填）"),
        description=_("直接成为成员，单位还没有负责人时成为负责人；列表里没有的单位会新建"),
        render_kw={"list": "known-organizations", "autocomplete": "off", "maxlength": 120},
    )


@blueprint.get("/users")
def users() -> Page:
    """Find accounts by name, address, organization or role."""
    text = request.args.get("q", "").strip()
    role = next((role for role in Role if role.value == request.args.get("role")), None)
    page = max(1, request.args.get("page", 1, type=int))
    found, total = user_accounts.find_users(db(), text, role, page)
    pages = count_pages(total, user_accounts.PAGE_LENGTH)
    if page > pages:
        return redirect(url_for("admin.users", q=text or None, role=role, page=pages), 303)
    return render_template(
        "admin/users.html", users=found, total=total, page=page, pages=pages, text=text, role=role, roles=Role
    )


@blueprint.route("/users/new", methods=["GET", "POST"])
def new_user() -> Page:
    """Open an account of any role; the person sets the password through a one-time link."""
    form = NewUserForm()
    form.role.choices = [(role.value, role.label(current_language())) for role in Role]
    if form.validate_on_submit():
        try:
            user = user_accounts.create_user(
                db(),
                typed(form.email),
                Role.parse(typed(form.role)),
                typed(form.organization),
                typed(form.name),
                creator=person(),
            )
        except InvalidInput as error:
            show_error(form, error)
        else:
            _mail_link(user)
            flash(gettext("账号已建立，设置密码的链接已发到 %(email)s", email=user.email), "success")
            return redirect(url_for("admin.user", user_id=user.id), 303)
    status = 400 if request.method == "POST" else 200
    return render_template("admin/new_user.html", form=form, names=members.known_names(db())), status


@blueprint.get("/users/<int:user_id>")
def user(user_id: int) -> Page:
    """Show one account, and its one-time link while no password is set: not everybody can be reached by mail."""
    account = user_accounts.get_user(db(), user_id)
    unset = account.password_hash is None and account.active
    return render_template(
        "admin/user.html",
        user=account,
        link=platform().password_links.link(account) if unset else None,
        link_hours=user_accounts.LINK_HOURS,
        history=history(db(), "user_account", user_id),
        actions=ACTIONS,
        in_words=_in_words,
        roles=Role,
    )


@blueprint.post("/users/<int:user_id>/role")
def change_role(user_id: int) -> Page:
    """Give the account another role."""
    account = user_accounts.get_user(db(), user_id)
    user_accounts.change_role(db(), person(), account, Role.parse(request.form.get("role", "")))
    flash(gettext("已保存"), "success")
    return redirect(url_for("admin.user", user_id=user_id), 303)


@blueprint.post("/users/<int:user_id>/<any(deactivate,reactivate):action>")
def change_active(user_id: int, action: str) -> Page:
    """Deactivate the account, or activate it again."""
    account = user_accounts.get_user(db(), user_id)
    user_accounts.set_active(db(), person(), account, action == "reactivate")
    flash(gettext("账号已启用") if account.active else gettext("账号已停用"), "success")
    return redirect(url_for("admin.user", user_id=user_id), 303)


@blueprint.post("/users/<int:user_id>/link")
def mail_link(user_id: int) -> Page:
    """Mail the person a set-password link."""
    account = user_accounts.get_user(db(), user_id)
    _mail_link(account)
    flash(gettext("设置密码的链接已发到 %(email)s", email=account.email), "success")
    return redirect(url_for("admin.user", user_id=user_id), 303)


def _mail_link(account: User) -> None:
    user_accounts.send_password_link(db(), platform().password_links, account.email)


def _in_words(detail: str) -> str:
    """A log line's role codes as labels in the reader's language."""
    labels = {role.value: role.label(current_language()) for role in Role}
    return " → ".join(labels.get(word, word) for word in detail.split(" → "))
