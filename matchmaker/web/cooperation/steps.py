"""Steps of a cooperation: advance, step back, fail, add a note."""

from flask import flash, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.cooperation import Cooperation, Stage
from matchmaker.domain.errors import Conflict, InvalidInput
from matchmaker.services.cooperation.access import get_cooperation
from matchmaker.services.cooperation.stages import add_note, advance, fail, step_back
from matchmaker.web.access import person
from matchmaker.web.cooperation import blueprint
from matchmaker.web.cooperation.pages import Refused, back_to, detail_page, version_seen
from matchmaker.web.errors import status_of
from matchmaker.web.language import current_language
from matchmaker.web.request_context import db


@blueprint.post("/<int:cooperation_id>/<any(advance, back, fail, note):action>")
def act(cooperation_id: int, action: str) -> Response | tuple[str, int]:
    """Take the step. A refused form shows again what was typed."""
    cooperation = get_cooperation(db(), person(), cooperation_id)
    words = request.form.get("note", "")
    try:
        message = _take(cooperation, action, words)
    except (Conflict, InvalidInput) as error:
        refused = Refused(_name(action), words, error.text(current_language()))
        return detail_page(cooperation, refused=refused), status_of(error)
    flash(message, "success")
    return back_to(cooperation_id)


def _take(cooperation: Cooperation, action: str, words: str) -> str:
    """Take the step and return the message about it."""
    version = version_seen()
    stage = cooperation.stage
    match action:
        case "advance":
            stage = advance(db(), person(), cooperation.id, Stage.parse(_stage()), version, words).stage
        case "back":
            stage = step_back(db(), person(), cooperation.id, version, words).stage
        case "fail":
            fail(db(), person(), cooperation.id, version, words)
            return str(gettext("合作已终止，原因双方都能看到"))
        case _:
            add_note(db(), person(), cooperation.id, words)
            return str(gettext("已记下，双方都能看到"))
    return str(gettext("现在是“%(stage)s”，双方看到的一样", stage=stage.label(current_language())))


def _name(action: str) -> str:
    """The name of the submitted form: there is one for each later stage."""
    return f"{action}-{_stage()}" if action == "advance" else action


def _stage() -> str:
    return request.form.get("stage", "")
