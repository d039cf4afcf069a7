"""Logging in, registering, passwords and the profile."""

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext, ngettext
from flask_login import logout_user
from werkzeug.wrappers import Response

from matchmaker.domain.errors import InvalidInput, NotFound
from matchmaker.services.accounts import user_accounts
from matchmaker.services.organizations import members
from matchmaker.web.access import Audience, only_for, person, viewer
from matchmaker.web.account import blueprint
from matchmaker.web.account.forms import (
    ChangePasswordForm,
    ForgotForm,
    LoginForm,
    NewPasswordForm,
    ProfileForm,
    RegisterForm,
)
from matchmaker.web.account.landing import join_organization, landing_for, own_page
from matchmaker.web.forms import show_error, typed
from matchmaker.web.language import current_language
from matchmaker.web.limits import guesses_of_many, guesses_of_one, mails_to_many, mails_to_one, registrations
from matchmaker.web.request_context import db, platform

Page = Response | str | tuple[str, int]


@blueprint.route("/login", methods=["GET", "POST"])
@guesses_of_many
@guesses_of_one
def login() -> Page:
    """Log in, then continue to the page that asked for it."""
    wanted = own_page(request.values.get("next"))
    already = viewer()
    if already is not None and request.method == "GET":
        return redirect(wanted or landing_for(already), 303)
    form = LoginForm()
    if form.validate_on_submit():
        account = user_accounts.authenticate(db(), typed(form.email), typed(form.password))
        if account is not None:
            join_organization(account, stay=form.stay.data)
            _tell_of_applications()
            return redirect(wanted or landing_for(account), 303)
        form.form_errors.append(gettext("邮箱或密码不对"))
    return render_template("account/login.html", form=form, next=wanted), _status()


@blueprint.post("/logout")
def logout() -> Page:
    """End this session."""
    logout_user()
    session.permanent = False
    return redirect("/", 303)


@blueprint.route("/register", methods=["GET", "POST"])
@registrations
def register() -> Page:
    """Register an account that creates an organization or asks to join one."""
    form = RegisterForm()
    if form.validate_on_submit():
        try:
            account = user_accounts.register(db(), _registration(form))
        except InvalidInput as error:
            show_error(form, error)
        else:
            join_organization(account)
            flash(gettext("欢迎，%(name)s！账号已开通", name=account.name), "success")
            return redirect(landing_for(account), 303)
    return render_template("account/register.html", form=form, names=members.known_names(db())), _status()


@blueprint.route("/forgot", methods=["GET", "POST"])
@mails_to_many
@mails_to_one
def forgot() -> Page:
    """Mail a set-password link. The answer does not reveal whether the account exists."""
    form = ForgotForm()
    if form.validate_on_submit():
        user_accounts.send_password_link(db(), platform().password_links, typed(form.email))
        flash(
            gettext("如果这个邮箱注册过，设置密码的链接已经发出，%(hours)d 小时内有效", hours=user_accounts.LINK_HOURS),
            "info",
        )
        return redirect(url_for("account.login"), 303)
    return render_template("account/forgot.html", form=form), _status()


@blueprint.route("/password/<token>", methods=["GET", "POST"])
def password(token: str) -> Page:
    """Set a password through a one-time link, which logs its owner in."""
    try:
        account = platform().password_links.user(db(), token)
    except NotFound as error:
        flash(error.text(current_language()), "warning")
        return redirect(url_for("account.forgot"), 303)
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            user_accounts.set_password(db(), account, typed(form.password))
        except InvalidInput as error:
            show_error(form, error)
        else:
            join_organization(account)
            flash(gettext("密码已设置"), "success")
            return redirect(landing_for(account), 303)
    return render_template("account/password.html", form=form, account=account), _status()


@blueprint.route("/profile", methods=["GET", "POST"])
@only_for(Audience.ACCOUNTS)
def profile() -> Page:
    """Show and save the person's own data."""
    account = person()
    form = ProfileForm(name=account.name, phone=account.phone, language=account.language)
    if form.validate_on_submit():
        try:
            user_accounts.update_profile(db(), account, typed(form.name), typed(form.phone), typed(form.language))
        except InvalidInput as error:
            show_error(form, error)
        else:
            session.pop("language", None)
            flash(gettext("已保存"), "success")
            return redirect(url_for("account.profile"), 303)
    return render_template("account/profile.html", form=form, passwords=ChangePasswordForm(formdata=None)), _status()


@blueprint.post("/profile/password")
@only_for(Audience.ACCOUNTS)
@guesses_of_many
def change_password() -> Page:
    """Change the password. This session stays logged in, all others end."""
    account = person()
    form = ChangePasswordForm()
    if form.validate_on_submit():
        try:
            user_accounts.change_password(db(), account, typed(form.present), typed(form.password))
        except InvalidInput as error:
            show_error(form, error)
        else:
            join_organization(account, stay=session.permanent)
            flash(gettext("密码已修改，其他设备上的登录已失效"), "success")
            return redirect(url_for("account.profile"), 303)
    stored = ProfileForm(formdata=None, name=account.name, phone=account.phone, language=account.language)
    return render_template("account/profile.html", form=stored, passwords=form), 400


def _registration(form: RegisterForm) -> user_accounts.Registration:
    return user_accounts.Registration(
        email=typed(form.email),
        name=typed(form.name),
        password=typed(form.password),
        role=form.chosen_role,
        organization=typed(form.organization),
        organization_kind=form.kind,
        phone=typed(form.phone),
        language=current_language(),
    )


def _tell_of_applications() -> None:
    waiting = len(members.pending_members(db(), person()))
    if waiting:
        text = ngettext("有 %(num)d 人申请加入您的单位，等您同意", "有 %(num)d 人申请加入您的单位，等您同意", waiting)
        flash(text, "info")


def _status() -> int:
    return 400 if request.method == "POST" else 200
