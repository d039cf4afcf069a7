"""One participant's expo: recommended booths or visitors, requests for visits, the catalogue."""

from io import BytesIO

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.base import now
from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import Participant
from matchmaker.domain.vocabulary import ParticipantStatus, RequestStatus, Side
from matchmaker.i18n import N_, translate
from matchmaker.services.events.expo.visits import (
    SuggestedVisit,
    get_expo_participant,
    in_walking_order,
    own_catalogue,
    own_plan,
    suggested_visits,
)
from matchmaker.services.events.printing import PrintOptions, own_booth_guide
from matchmaker.services.events.printing.files import file_name
from matchmaker.services.events.requests import requests as service
from matchmaker.services.events.requests.requests import Reply
from matchmaker.services.events.requests.rules import Phase, phase_of
from matchmaker.web.access import person
from matchmaker.web.attending import blueprint
from matchmaker.web.attending.requests import acting_for
from matchmaker.web.language import current_language
from matchmaker.web.limits import typesetting
from matchmaker.web.request_context import db, platform


@blueprint.get("/participants/<int:participant_id>/booths")
def booths(participant_id: int) -> str:
    """Show a visitor the recommended booths with reasons, by score or in walking order."""
    own = get_expo_participant(db(), person(), participant_id, Side.NEED)
    visits, missing = _visits(own)
    by_walk = request.args.get("order") == "walk"
    return render_template(
        "attending/booths.html",
        **_state(own),
        visits=visits,
        missing=missing,
        by_walk=by_walk,
        walk=in_walking_order(visits),
    )


@blueprint.get("/participants/<int:participant_id>/visitors")
def visitors(participant_id: int) -> str:
    """Show an exhibitor the recommended visitors with reasons, best first."""
    own = get_expo_participant(db(), person(), participant_id, Side.OFFER)
    visits, missing = _visits(own)
    return render_template("attending/visitors.html", **_state(own), visits=visits, missing=missing)


@blueprint.get("/participants/<int:participant_id>/plan")
def plan(participant_id: int) -> str:
    """Show the plan of the halls with a visitor's recommended booths marked."""
    own = get_expo_participant(db(), person(), participant_id)
    suggested = _visits(own)[0] if own.side is Side.NEED else []
    page = url_for(".booths", participant_id=own.id)
    return render_template(
        "attending/plan.html",
        **_state(own),
        plan=own_plan(db(), own, suggested, current_language(), page),
        marked=bool(suggested),
    )


@blueprint.get("/participants/<int:participant_id>/catalogue")
def catalogue(participant_id: int) -> str:
    """Show all exhibits by industry, each in the detail that the reader may see."""
    own, text = get_expo_participant(db(), person(), participant_id), request.args.get("text", "").strip()[:200]
    sections = own_catalogue(db(), person(), own, text)
    return render_template("attending/catalogue.html", **_state(own), sections=sections, text=text)


@blueprint.get("/participants/<int:participant_id>/booths.pdf")
@typesetting
def booths_file(participant_id: int) -> Response:
    """Send the visitor's booth guide as a PDF file."""
    own, language = get_expo_participant(db(), person(), participant_id, Side.NEED), current_language()
    options = PrintOptions(language="en" if language == "en" else "zh")
    content = own_booth_guide(db(), platform().search_index, own, options)
    name = file_name(f"{own.event.name}-{translate(N_('观展指南'), language)}", ".pdf")
    return send_file(BytesIO(content), "application/pdf", as_attachment=True, download_name=name)


@blueprint.post("/participants/<int:participant_id>/visits/<int:other_id>")
def ask_for_visit(participant_id: int, other_id: int) -> Response:
    """Request a visit: an exhibitor invites to its booth, a visitor asks to come to one."""
    own = get_expo_participant(db(), person(), participant_id)
    other = service.get_requestable_partner(db(), own, other_id)
    try:
        service.ask(db(), acting_for(own), own.id, other.id, Reply(_words(own)))
        flash(gettext("已发给“%(name)s”，对方答复后会给您发邮件", name=other.name), "success")
    except Conflict as error:
        flash(error.text(current_language()), "danger")
    page = ".booths" if own.side is Side.NEED else ".visitors"
    order = "walk" if request.form.get("order") == "walk" else None
    return redirect(url_for(page, participant_id=own.id, order=order, _anchor=f"partner-{other.id}"), 303)


def _visits(own: Participant) -> tuple[list[SuggestedVisit], str]:
    """The recommendations, or the reason why there are none yet."""
    try:
        return suggested_visits(db(), platform().search_index, person(), own, now()), ""
    except Conflict:
        return [], gettext("展位还没有分配，组织方分好后这里会列出。")


def _words(own: Participant) -> str:
    if own.side is Side.NEED:
        return str(gettext("想到展位参观，并谈谈我方的需求。"))
    place = " ".join(part for part in (own.room.name if own.room else "", own.booth) if part)
    if place:
        return str(gettext("欢迎到我方展位（%(place)s）看看，我们带来的成果可能适合贵单位的需求。", place=place))
    return str(gettext("欢迎到我方展位看看，我们带来的成果可能适合贵单位的需求。"))


def _state(own: Participant) -> dict[str, object]:
    phase = phase_of(own.event, now())
    return {
        "participant": own,
        "event": own.event,
        "may_ask": own.status is ParticipantStatus.CONFIRMED and phase is Phase.BOOTH_VISITS,
        "RequestStatus": RequestStatus,
    }
