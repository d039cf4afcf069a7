"""All cooperations: the list with totals, its export, and starting one."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.cooperation import Stage
from matchmaker.domain.errors import InvalidInput
from matchmaker.i18n import N_, translate
from matchmaker.services.cooperation.beginning import begin_from_meeting
from matchmaker.services.cooperation.by_hand import AlreadyBegun, begin_by_hand
from matchmaker.services.cooperation.lists import (
    CooperationFilters,
    all_cooperations,
    cooperations_file,
    count_stages,
    events_with_cooperations,
    total_cooperations,
)
from matchmaker.services.events.editing import list_events
from matchmaker.services.organizations.members import known_names
from matchmaker.services.vocabularies import choices
from matchmaker.web.access import person
from matchmaker.web.cooperation.forms import BeginningForm
from matchmaker.web.language import current_language
from matchmaker.web.organizer import blueprint
from matchmaker.web.organizer.tables import asked_ending, send_table
from matchmaker.web.request_context import db


@blueprint.get("/cooperations")
def cooperations() -> str:
    """Show the cooperations, filtered by stage, event and district, with totals."""
    filters = _filters()
    return render_template(
        "organizer/cooperations.html",
        filters=filters,
        page=all_cooperations(db(), filters, request.args.get("page", 1, type=int)),
        totals=total_cooperations(db(), filters),
        stages=count_stages(db(), filters),
        events=events_with_cooperations(db()),
        districts=choices(db(), "district", current_language()),
    )


@blueprint.get("/cooperations.<ending>")
def cooperations_table(ending: str) -> Response:
    """Send the filtered list of cooperations as CSV or XLSX."""
    ending, language = asked_ending(ending), current_language()
    content = cooperations_file(db(), _filters(), ending, language)
    return send_table(content, translate(N_("合作项目"), language), ending)


@blueprint.route("/cooperations/new", methods=["GET", "POST"])
def new_cooperation() -> Response | str | tuple[str, int]:
    """Start a cooperation that the organizers learned of elsewhere."""
    form = BeginningForm(list(list_events(db())))
    if request.method == "GET":
        return _new_page(form)
    try:
        cooperation = begin_by_hand(db(), person(), form.words)
    except InvalidInput as error:
        form.raise_if_any(error)
        return _new_page(form), 400
    except AlreadyBegun as error:
        flash(error.text(current_language()), "warning")
        return redirect(url_for("cooperation.detail", cooperation_id=error.cooperation.id), 303)
    flash(gettext("合作已建立，双方都能看到"), "success")
    return redirect(url_for("cooperation.detail", cooperation_id=cooperation.id), 303)


@blueprint.post("/meetings/<int:meeting_id>/cooperation")
def begin_cooperation(meeting_id: int) -> Response:
    """Start the cooperation of a meeting with one click."""
    cooperation = begin_from_meeting(db(), person(), meeting_id)
    flash(gettext("合作已建立，双方都能看到"), "success")
    return redirect(url_for("cooperation.detail", cooperation_id=cooperation.id), 303)


def _new_page(form: BeginningForm) -> str:
    return render_template("organizer/new_cooperation.html", form=form, names=known_names(db()))


def _filters() -> CooperationFilters:
    """The filters in the URL; unknown values, as in an old or mistyped URL, filter nothing."""
    stage, event = request.args.get("stage", ""), request.args.get("event", "")
    district = request.args.get("district", "")
    return CooperationFilters(
        stage=next((known for known in Stage if known.value == stage), None),
        event_id=next((known.id for known in events_with_cooperations(db()) if str(known.id) == event), None),
        district=next((code for code, _ in choices(db(), "district") if code == district), None),
    )
