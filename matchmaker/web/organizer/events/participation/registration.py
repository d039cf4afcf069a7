"""The registration of an event: deciding about many participants at once."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.errors import Conflict, InvalidInput, NotFound
from matchmaker.domain.events.event import Event, Participant
from matchmaker.domain.vocabulary import ParticipantStatus, Side
from matchmaker.i18n import N_
from matchmaker.services.events.editing import get_event
from matchmaker.services.events.participation.participants import everyone_of, open_posting_ids
from matchmaker.services.events.participation.registration import (
    WITHDRAWABLE,
    Invited,
    capacity,
    decide_applications,
    invite_again,
    withdraw,
)
from matchmaker.services.events.timing import registration_closes, registration_is_open
from matchmaker.web.access import person
from matchmaker.web.language import current_language
from matchmaker.web.organizer import blueprint
from matchmaker.web.organizer.events.form_values import chosen_ids
from matchmaker.web.request_context import db, platform

_LISTED = (
    ParticipantStatus.APPLIED,
    ParticipantStatus.INVITED,
    ParticipantStatus.DECLINED,
    ParticipantStatus.REJECTED,
    ParticipantStatus.WITHDRAWN,
    ParticipantStatus.CONFIRMED,
)
"""In this order: what waits for the organizers first."""


@blueprint.get("/events/<int:event_id>/registration")
def event_registration(event_id: int) -> str:
    """Show all participants by status."""
    return _page(get_event(db(), event_id))


@blueprint.post("/events/<int:event_id>/registration")
def event_register(event_id: int) -> Response | tuple[str, int]:
    """Admit, refuse, invite again or withdraw the ticked participants."""
    event, chosen = get_event(db(), event_id), chosen_ids("chosen")
    reason = request.form.get("reason", "")
    try:
        match request.form.get("decision"):
            case "accept" | "reject" as decision:
                accept = decision == "accept"
                decided = decide_applications(db(), person(), event, chosen, accept, reason, participation_address)
                flash(_decided(accept, len(decided)), "success" if decided else "warning")
            case "invite":
                invited = invite_again(db(), person(), event, chosen, participation_address)
                tell_of_invitations(invited)
            case "withdraw":
                _withdraw(event, chosen, reason)
            case _:
                raise NotFound(N_("没有这个操作"))
    except InvalidInput as error:
        return _page(event, chosen, reason, error.text(current_language())), 400
    except (Conflict, NotFound) as error:
        flash(error.text(current_language()), "danger")
    return redirect(url_for(".event_registration", event_id=event_id), 303)


def participation_address(participant: Participant) -> str:
    """The participant's page as an address for mails, built from the settings, never from the browser's Host header."""
    return platform().settings.base_url + url_for("attending.participation", participant_id=participant.id)


def tell_of_invitations(invited: Invited) -> None:
    """Show how many were invited, and whom no mail can reach."""
    if not invited.participants:
        flash(gettext("没有发出邀请：请先勾选还没有确认的参会方"), "warning")
        return
    flash(gettext("已邀请 %(count)d 个参会方", count=len(invited.participants)), "success")
    if invited.unreached:
        names = "、".join(participant.name for participant in invited.unreached)
        flash(gettext("没有邮箱可以联系，请打电话：%(names)s", names=names), "warning")


def _decided(accept: bool, count: int) -> str:
    if not count:
        return str(gettext("所选的参会方里没有可以这样处理的"))
    if accept:
        return str(gettext("已确认 %(count)d 个参会方，并发邮件告知", count=count))
    return str(gettext("%(count)d 个报名未通过，已发邮件告知理由", count=count))


def _withdraw(event: Event, chosen: set[int], note: str) -> None:
    own = [
        participant.id
        for participant in everyone_of(db(), event)
        if participant.id in chosen and participant.status in WITHDRAWABLE
    ]
    fallen = sum(len(withdraw(db(), person(), participant_id, note)) for participant_id in own)
    flash(
        gettext("%(count)d 个参会方已退出，%(meetings)d 场洽谈随之取消", count=len(own), meetings=fallen),
        "success" if own else "warning",
    )


def _page(event: Event, chosen: set[int] | None = None, reason: str = "", error: str = "") -> str:
    everyone = everyone_of(db(), event)
    return render_template(
        "organizer/events/participation/registration.html",
        event=event,
        groups={
            status: found
            for status in _LISTED
            if (found := [participant for participant in everyone if participant.status is status])
        },
        postings={key: len(ids) for key, ids in open_posting_ids(db(), everyone).items()},
        capacity=capacity(db(), event),
        open=registration_is_open(event),
        closes=registration_closes(event),
        chosen=chosen or set(),
        reason=reason,
        error=error,
        Status=ParticipantStatus,
        sides=Side,
    )
