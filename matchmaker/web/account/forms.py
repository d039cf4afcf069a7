"""Forms about a person's own account. They define the fields; the services validate the values."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField, SelectField, StringField, TelField
from wtforms.validators import EqualTo, InputRequired

from matchmaker.domain.vocabulary import OrganizationKind, Role, Term
from matchmaker.services.accounts.user_accounts import LONGEST_PASSWORD, SELF_SERVICE_ROLES, SHORTEST_PASSWORD
from matchmaker.web.forms import typed
from matchmaker.web.language import current_language

_NEEDED = InputRequired(_("请填写这一项"))
_PASSWORD_HINT = _("至少 %(least)d 位", least=SHORTEST_PASSWORD)


def term_choices(*terms: Term) -> list[tuple[str, str]]:
    """Code and label of each term, in the reader's language, for a select field."""
    return [(term.value, term.label(current_language())) for term in terms]


class LoginForm(FlaskForm):  # type: ignore[misc]
    """Email address and password."""

    email = EmailField(_("邮箱"), [_NEEDED], render_kw={"autocomplete": "username", "autofocus": True})
    password = PasswordField(_("密码"), [_NEEDED], render_kw={"autocomplete": "current-password"})
    stay = BooleanField(_("在这台设备上保持登录两周"))


class OrganizationChoice(FlaskForm):  # type: ignore[misc]
    """The organization a person acts for: a known one, or a new one with its kind."""

    organization = StringField(
        _("单位全称"),
        description=_("输入几个字，从列表里选；列表里没有，就按营业执照或公章上的全称填写"),
        render_kw={"list": "known-organizations", "autocomplete": "organization", "maxlength": 120},
    )
    organization_kind = SelectField(_("单位类型"), [], validate_choice=False, description=_("平台上已有的单位不用选"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organization_kind.choices = [("", gettext("请选择")), *term_choices(*OrganizationKind)]

    @property
    def kind(self) -> OrganizationKind | None:
        """The kind of organization that was chosen, if any."""
        return OrganizationKind.parse(typed(self.organization_kind)) if typed(self.organization_kind) else None


class RegisterForm(OrganizationChoice):
    """A new account, and the organization that its owner acts for."""

    role = SelectField(_("您是"), validate_choice=False)
    name = StringField(_("姓名"), [_NEEDED], render_kw={"autocomplete": "name", "maxlength": 60})
    email = EmailField(_("邮箱"), [_NEEDED], render_kw={"autocomplete": "username", "maxlength": 200})
    phone = TelField(_("电话（选填）"), render_kw={"autocomplete": "tel", "maxlength": 60})
    password = PasswordField(
        _("密码"),
        [_NEEDED],
        description=_PASSWORD_HINT,
        render_kw={"autocomplete": "new-password", "maxlength": LONGEST_PASSWORD},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = term_choices(*SELF_SERVICE_ROLES)

    @property
    def chosen_role(self) -> Role:
        """The role chosen."""
        return Role.parse(typed(self.role))


class ForgotForm(FlaskForm):  # type: ignore[misc]
    """The address that a set-password link is mailed to."""

    email = EmailField(_("邮箱"), [_NEEDED], render_kw={"autocomplete": "username", "autofocus": True})


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    """A password, twice."""

    password = PasswordField(
        _("新密码"),
        [_NEEDED],
        description=_PASSWORD_HINT,
        render_kw={"autocomplete": "new-password", "maxlength": LONGEST_PASSWORD},
    )
    again = PasswordField(
        _("再输一次"),
        [_NEEDED, EqualTo("password", _("两次输入的密码不一样"))],
        render_kw={"autocomplete": "new-password", "maxlength": LONGEST_PASSWORD},
    )


class ChangePasswordForm(NewPasswordForm):
    """The present password and a new one."""

    present = PasswordField(_("现在的密码"), [_NEEDED], render_kw={"autocomplete": "current-password"})


class ProfileForm(FlaskForm):  # type: ignore[misc]
    """A person's name, phone number and language."""

    name = StringField(_("姓名"), [_NEEDED], render_kw={"autocomplete": "name", "maxlength": 60})
    phone = TelField(_("电话（选填）"), render_kw={"autocomplete": "tel", "maxlength": 60})
    language = SelectField(_("语言"), choices=[("zh", "中文"), ("en", "English")], validate_choice=False)
