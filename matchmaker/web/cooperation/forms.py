"""Forms about cooperations. They define the fields; the services validate the values."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField

from matchmaker.domain.amount import plain
from matchmaker.domain.cooperation import (
    FIRST_STAGES,
    NOTE_LENGTH,
    REGISTRATION_LENGTH,
    ContractKind,
    TechnologyContract,
)
from matchmaker.domain.errors import InvalidInput, ValidationErrors
from matchmaker.domain.events.event import Event
from matchmaker.domain.postings.posting import TITLE_LENGTH
from matchmaker.web.account.forms import term_choices
from matchmaker.web.forms import show_error, typed
from matchmaker.web.language import current_language


class _Words(FlaskForm):  # type: ignore[misc]
    """A form of text fields that the service parses."""

    @property
    def words(self) -> Mapping[str, str]:
        """The typed texts by field name."""
        return {field.name: typed(field) for field in self}

    def raise_if_any(self, error: InvalidInput) -> None:
        """Show the service's errors beside their fields."""
        for problem in error.problems if isinstance(error, ValidationErrors) else (error,):
            show_error(self, problem)


class ContractForm(_Words):
    """The fields of a technology contract. Buyer and seller are those of the cooperation."""

    kind = SelectField(_("合同类别"), choices=[], validate_choice=False)
    signed_on = StringField(_("签订日期"), render_kw={"type": "date"})
    contract_value = StringField(
        _("合同成交额（万元）"),
        description=_("合同总金额，如“50”“50.5”；也可以写“505000元”"),
        render_kw={"maxlength": 40, "inputmode": "decimal"},
    )
    technology_value = StringField(
        _("技术交易额（万元）"),
        description=_("扣除设备、材料等非技术性费用；留空即与成交额相同"),
        render_kw={"maxlength": 40, "inputmode": "decimal"},
    )
    registration_number = StringField(
        _("认定登记号"),
        description=_("技术合同登记机构认定后给的编号，没有就先留空"),
        render_kw={"maxlength": REGISTRATION_LENGTH, "autocomplete": "off"},
    )

    def __init__(self, contract: TechnologyContract | None = None) -> None:
        super().__init__(data=_data_of(contract) if contract else None)
        self.kind.choices = [("", _("请选择")), *term_choices(*ContractKind)]


class BeginningForm(_Words):
    """A cooperation that an organizer records by hand."""

    need_organization = StringField(
        _("需求方单位"),
        description=_("输入几个字，从列表里选"),
        render_kw={"list": "known-organizations", "maxlength": 120},
    )
    need = StringField(_("技术需求的编号或名称（选填）"), render_kw={"maxlength": TITLE_LENGTH})
    offer_organization = StringField(
        _("供给方单位"),
        description=_("输入几个字，从列表里选"),
        render_kw={"list": "known-organizations", "maxlength": 120},
    )
    offer = StringField(_("成果或能力的编号或名称（选填）"), render_kw={"maxlength": TITLE_LENGTH})
    title = StringField(
        _("合作内容"), description=_("一句话；填了需求或成果的，可以留空"), render_kw={"maxlength": TITLE_LENGTH}
    )
    stage = SelectField(_("现在的阶段"), choices=[], validate_choice=False)
    event = SelectField(_("来自活动"), choices=[], validate_choice=False)
    note = TextAreaField(_("备注（双方都能看到，选填）"), render_kw={"maxlength": NOTE_LENGTH, "rows": 2})

    def __init__(self, events: list[Event]) -> None:
        super().__init__()
        self.stage.choices = [(stage.value, stage.label(current_language())) for stage in FIRST_STAGES]
        self.event.choices = [("", _("不是来自活动")), *((str(event.id), event.name) for event in events)]


def _data_of(contract: TechnologyContract) -> dict[str, str]:
    return {
        "kind": contract.kind.value,
        "signed_on": contract.signed_on.isoformat(),
        "contract_value": plain(contract.contract_value),
        "technology_value": plain(contract.technology_value),
        "registration_number": contract.registration_number or "",
    }
