"""Recording, correcting and withdrawing a technology contract."""

from datetime import date

from flask import flash, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.errors import Conflict, InvalidInput
from matchmaker.services.cooperation.access import get_cooperation
from matchmaker.services.cooperation.contracts import (
    change_contract,
    get_contract,
    read_terms,
    record_contract,
    withdraw_contract,
)
from matchmaker.web.access import person
from matchmaker.web.cooperation import blueprint
from matchmaker.web.cooperation.forms import ContractForm
from matchmaker.web.cooperation.pages import Refused, back_to, detail_page, version_seen
from matchmaker.web.language import current_language
from matchmaker.web.request_context import db

Page = Response | str | tuple[str, int]


@blueprint.post("/<int:cooperation_id>/contracts")
def new_contract(cooperation_id: int) -> Page:
    """Record a signed contract."""
    cooperation = get_cooperation(db(), person(), cooperation_id)
    form = ContractForm()
    try:
        record_contract(db(), person(), cooperation_id, read_terms(form.words, date.today()), version_seen())
    except InvalidInput as error:
        form.raise_if_any(error)
        return detail_page(cooperation, contract_form=form), 400
    except Conflict as error:
        refused = Refused("contract", "", error.text(current_language()))
        return detail_page(cooperation, refused=refused, contract_form=form), 409
    flash(gettext("合同已登记，双方和组织方能看到金额，其他人看不到"), "success")
    return back_to(cooperation_id)


@blueprint.route("/<int:cooperation_id>/contracts/<int:contract_id>", methods=["GET", "POST"])
def contract(cooperation_id: int, contract_id: int) -> Page:
    """Show and save the form of a recorded contract."""
    known = get_contract(db(), person(), cooperation_id, contract_id)
    form = ContractForm(known)
    status, message = 200, ""
    if request.method == "POST":
        try:
            terms = read_terms(form.words, date.today())
            change_contract(db(), person(), cooperation_id, contract_id, terms, version_seen())
        except InvalidInput as error:
            form.raise_if_any(error)
            status = 400
        except Conflict as error:
            status, message = 409, error.text(current_language())
        else:
            flash(gettext("合同已保存"), "success")
            return back_to(cooperation_id)
    page = render_template(
        "cooperation/contract.html", cooperation=known.cooperation, contract=known, form=form, message=message
    )
    return page, status


@blueprint.post("/<int:cooperation_id>/contracts/<int:contract_id>/withdraw")
def withdraw(cooperation_id: int, contract_id: int) -> Page:
    """Withdraw a contract that was recorded by mistake."""
    cooperation = get_cooperation(db(), person(), cooperation_id)
    try:
        withdraw_contract(db(), person(), cooperation_id, contract_id, version_seen())
    except Conflict as error:
        return detail_page(cooperation, refused=Refused("withdraw", "", error.text(current_language()))), 409
    flash(gettext("合同登记已撤回"), "success")
    return back_to(cooperation_id)
