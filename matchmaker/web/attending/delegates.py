"""The people who attend for a participant."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.errors import Conflict, InvalidInput
from matchmaker.services.events.participation.delegates import (
    DelegateValues,
    add_delegate,
    add_members,
    remove_delegate,
    set_lead,
)
from matchmaker.services.events.participation.participants import changeable_participant
from matchmaker.web.access import person
from matchmaker.web.attending import blueprint
from matchmaker.web.attending.registration import participation_page
from matchmaker.web.language import current_language
from matchmaker.web.request_context import db

_FIELDS = ("name", "title", "phone", "email")


@blueprint.post("/participants/<int:participant_id>/delegates")
def delegates_add(participant_id: int) -> Response | tuple[str, int]:
    """Add members of the organization as delegates, or somebody by name."""
    participant = changeable_participant(db(), person(), participant_id)
    try:
        if "members" in request.form or "add_members" in request.form:
            chosen = [int(text) for text in request.form.getlist("members") if text.isdecimal() and len(text) < 10]
            added = add_members(db(), person(), participant_id, chosen)
            flash(gettext("已添加 %(count)d 位代表", count=len(added)), "success" if added else "warning")
        else:
            values = DelegateValues(**{name: request.form.get(name, "") for name in _FIELDS})
            delegate = add_delegate(db(), person(), participant_id, values)
            flash(gettext("已添加 %(name)s", name=delegate.name), "success")
    except InvalidInput as error:
        errors = {error.field or "name": error.text(current_language())}
        return participation_page(participant, request.form, errors), 400
    except Conflict as error:
        flash(error.text(current_language()), "danger")
    return redirect(url_for(".participation", participant_id=participant_id), 303)


@blueprint.post("/delegates/<int:delegate_id>/<any(lead, remove):action>")
def delegate_action(delegate_id: int, action: str) -> Response:
    """Make a delegate the leader, or remove the delegate."""
    if action == "lead":
        participant_id = set_lead(db(), person(), delegate_id).participant_id
    else:
        participant_id = remove_delegate(db(), person(), delegate_id).id
    flash(gettext("已保存"), "success")
    return redirect(url_for(".participation", participant_id=participant_id), 303)
