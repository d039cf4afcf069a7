"""Requests for meetings: finding partners, asking, answering."""

from collections.abc import Callable
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matchmaker.domain.base import now
from matchmaker.domain.errors import Conflict, InvalidInput, NotFound
from matchmaker.domain.events.event import Participant
from matchmaker.domain.events.meeting_request import WORDS_LENGTH, MeetingRequest
from matchmaker.domain.events.pair import pair_key
from matchmaker.domain.vocabulary import ParticipantStatus, RequestStatus
from matchmaker.i18n import N_
from matchmaker.services.activity import history
from matchmaker.services.events.participation.participants import acts_for
from matchmaker.services.events.plan.placements import published_placements
from matchmaker.services.events.requests import requests as service
from matchmaker.services.events.requests.expiry import requests_address
from matchmaker.services.events.requests.my_schedule import (
    attending_at,
    get_attending,
    own_requests,
    standing,
    unanswered_requests,
    waiting_for,
)
from matchmaker.services.events.requests.partners import (
    PartnerFilter,
    list_partners,
    matched_postings,
    partner_statuses,
)
from matchmaker.services.events.requests.requests import Acting, Reply, RequestAction
from matchmaker.services.events.requests.rules import Phase, free_slots, phase_of
from matchmaker.services.finding.browsing import LINES_ON_A_PAGE, Page
from matchmaker.web.access import person
from matchmaker.web.attending import blueprint
from matchmaker.web.language import current_language
from matchmaker.web.request_context import db, platform

Answer = Response | str | tuple[str, int]

_VERBS: dict[RequestAction, Callable[[Session, Acting, int, Reply], MeetingRequest]] = {
    RequestAction.DECLINE: service.decline,
    RequestAction.PROPOSE: service.propose,
    RequestAction.MOVE: service.move,
    RequestAction.WITHDRAW: service.withdraw,
}

_DONE = {
    RequestAction.ACCEPT: N_("已接受"),
    RequestAction.DECLINE: N_("已谢绝，对方会收到您的话"),
    RequestAction.PROPOSE: N_("已提议，等对方答复"),
    RequestAction.MOVE: N_("已换时段，等对方答复"),
    RequestAction.WITHDRAW: N_("已撤回"),
}


@blueprint.get("/participants/<int:participant_id>/partners")
def partners(participant_id: int) -> str:
    """Show the partners that the participant could ask, best first, with reasons."""
    own = get_attending(db(), person(), participant_id)
    if phase_of(own.event, now()) is Phase.OVER:
        return render_template("attending/partners.html", participant=own, event=own.event, **_state(own))
    text = request.args.get("q", "")[:200]
    wanted = next((known for known in PartnerFilter if known.value == request.args.get("show")), PartnerFilter.ALL)
    number = max(request.args.get("page", 1, type=int), 1)
    found = list_partners(
        db(),
        platform().search_index,
        person(),
        own,
        text,
        wanted,
        (number - 1) * LINES_ON_A_PAGE,
        LINES_ON_A_PAGE,
        now(),
    )
    return render_template(
        "attending/partners.html",
        participant=own,
        event=own.event,
        rows=found.rows,
        total=found.total,
        page=Page((), number, found.total),
        text=text,
        wanted=wanted,
        PartnerFilter=PartnerFilter,
        **_state(own),
    )


@blueprint.route("/participants/<int:participant_id>/partners/<int:other_id>", methods=["GET", "POST"])
def ask(participant_id: int, other_id: int) -> Answer:
    """Show why the two fit, and send a request for a meeting."""
    own = get_attending(db(), person(), participant_id)
    other = service.get_requestable_partner(db(), own, other_id)
    if request.method == "GET":
        return _ask_page(own, other)
    try:
        made = service.ask(db(), acting_for(own), own.id, other.id, _reply())
    except InvalidInput as error:
        db().rollback()
        return _ask_page(own, other, {error.field or "words": error.text(current_language())}), 400
    except Conflict as error:
        flash(error.text(current_language()), "danger")
        return redirect(url_for(".ask", participant_id=own.id, other_id=other.id), 303)
    flash(gettext("已发出，对方答复后会给您发邮件"), "success")
    return redirect(url_for(".meeting_request", request_id=made.id), 303)


@blueprint.get("/participants/<int:participant_id>/requests")
def requests(participant_id: int) -> str:
    """Show the participant's received and sent requests, unanswered ones first."""
    own = get_attending(db(), person(), participant_id)
    at = now()
    asked = own_requests(db(), own)
    status = {meeting_request: standing(meeting_request, at) for meeting_request in asked}
    open_first = sorted(asked, key=lambda one: status[one] is not RequestStatus.REQUESTED)
    return render_template(
        "attending/requests.html",
        participant=own,
        event=own.event,
        received=[meeting_request for meeting_request in open_first if meeting_request.asked is own],
        sent=[meeting_request for meeting_request in open_first if meeting_request.asking is own],
        status=status,
        unanswered=unanswered_requests(db(), own, at),
        **_state(own),
    )


@blueprint.get("/events/<int:event_id>/requests")
def event_requests(event_id: int) -> Response:
    """Redirect the reader of a mail to the participant with unanswered requests.

    Organizers are led to the requests that they answer on behalf of others.
    """
    try:
        own = attending_at(db(), person(), event_id)
    except NotFound:
        if not person().organizes:
            raise
        return redirect(url_for("organizer.event_meeting_requests", event_id=event_id), 303)
    first = max(own, key=lambda one: waiting_for(db(), one))
    return redirect(url_for(".requests", participant_id=first.id), 303)


@blueprint.get("/requests/<int:request_id>")
def meeting_request(request_id: int) -> str:
    """Show one request: why the two fit, its messages and the possible actions."""
    return _request_page(service.get_request(db(), person(), request_id))


@blueprint.post("/requests/<int:request_id>/<any(accept, decline, propose, move, withdraw):action>")
def request_action(request_id: int, action: str) -> Answer:
    """Answer a request, propose another time, or withdraw it."""
    wanted = RequestAction.parse(action)
    found = service.get_request(db(), person(), request_id)
    acting = acting_for(found.asked)
    try:
        if wanted is RequestAction.ACCEPT:
            service.accept(db(), platform().search_index, acting, request_id, _reply())
        else:
            _VERBS[wanted](db(), acting, request_id, _reply())
    except InvalidInput as error:
        db().rollback()
        return _request_page(found, wanted, {error.field or "words": error.text(current_language())}), 400
    except Conflict as error:
        flash(error.text(current_language()), "danger")
        return redirect(url_for(".meeting_request", request_id=request_id), 303)
    flash(gettext(_DONE[wanted]), "success")
    return redirect(url_for(".meeting_request", request_id=request_id), 303)


def _ask_page(own: Participant, other: Participant, errors: dict[str, str] | None = None) -> str:
    at = now()
    partner_status = partner_statuses(db(), own, at)[other.id]
    return render_template(
        "attending/ask.html",
        participant=own,
        event=own.event,
        other=other,
        partner_status=partner_status,
        matched=matched_postings(db(), platform().search_index, person(), own, other),
        slots=free_slots(db(), own.event, pair_key(own, other), at),
        typed=request.form,
        errors=errors or {},
        longest=WORDS_LENGTH,
        **_state(own),
    )


def _request_page(
    found: MeetingRequest, failed: RequestAction | None = None, errors: dict[str, str] | None = None
) -> str:
    asked_us = service.speaks_for(db(), person(), found.asked)
    own, other = (found.asked, found.asking) if asked_us else (found.asking, found.asked)
    at = now()
    pair = pair_key(own, other)
    return render_template(
        "attending/request.html",
        participant=own,
        event=own.event,
        other=other,
        found=found,
        on_behalf=not acts_for(person(), own),
        status=standing(found, at),
        planned=published_placements(db(), own.event).get(pair),
        to_answer=found.asked is own,
        story=history(db(), service.SUBJECT, found.id),
        matched=matched_postings(db(), platform().search_index, person(), own, other),
        slots=free_slots(db(), own.event, pair, at, held_by=found.id) if found.waits(at) else [],
        failed=failed,
        typed=request.form,
        errors=errors or {},
        longest=WORDS_LENGTH,
        RequestAction=RequestAction,
        actions={action.value: action for action in RequestAction},
        **_state(own),
    )


def _state(own: Participant) -> dict[str, object]:
    """The template variables that all pages about requests share."""
    return {
        "phase": phase_of(own.event, now()),
        "Phase": Phase,
        "may_ask": own.status is ParticipantStatus.CONFIRMED,
        "RequestStatus": RequestStatus,
    }


def acting_for(own: Participant) -> Acting:
    """The person and the address for mails, which is built from the settings, never from the browser's Host header."""
    return Acting(person(), requests_address(platform().settings.base_url, own.event))


def _reply() -> Reply:
    return Reply(request.form.get("words", ""), _chosen_slot())


def _chosen_slot() -> datetime | None:
    text = request.form.get("starts_at", "").strip()
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError as error:
        raise InvalidInput(N_("请从列出的时段里选一个"), field="starts_at") from error
