"""Registration of participants: applying, answering an invitation, withdrawing, and the status."""

from collections.abc import Mapping
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.errors import Conflict, InvalidInput
from matchmaker.domain.events.event import Event, Participant
from matchmaker.domain.people import Organization
from matchmaker.domain.vocabulary import EventKind, ParticipantStatus, Side
from matchmaker.i18n import N_
from matchmaker.services.events.participation.availability import conflicting_meetings, free_slots, may_say, stretches
from matchmaker.services.events.participation.delegates import DelegateValues, addable_members, also_coming_for
from matchmaker.services.events.participation.participants import (
    acts_for,
    changeable_participant,
    open_posting_ids,
    own_participants,
)
from matchmaker.services.events.participation.registration import (
    NOTE_LENGTH,
    Application,
    answer_invitation,
    apply,
    check_may_apply,
    withdraw,
)
from matchmaker.services.events.public_events import public_event
from matchmaker.services.events.timing import has_begun, is_over, registration_closes, wishes_close
from matchmaker.web.access import person
from matchmaker.web.attending import blueprint
from matchmaker.web.attending.grid import pressed_shortcut, ticked_slots, whole_numbers
from matchmaker.web.language import current_language
from matchmaker.web.request_context import db

Page = Response | str | tuple[str, int]

_DELEGATE_ROWS = 2
"""Blank rows for delegates on a new application; more can be named afterwards."""


@blueprint.get("/participations")
def participations() -> str:
    """Show all events that the reader attends, as an organization or as a delegate."""
    return render_template("attending/participations.html", participants=own_participants(db(), person()))


@blueprint.route("/events/<int:event_id>/register", methods=["GET", "POST"])
def register(event_id: int) -> Page:
    """Show the application form, and apply for the person's organization."""
    event = public_event(db(), person(), event_id)
    if person().organization is None and event.registration_open:
        flash(gettext("先加入一个单位，才能报名"), "warning")
        return redirect(url_for("account.members"), 303)
    organization = check_may_apply(db(), person(), event)
    if request.method == "GET":
        return _register_page(event, organization, _blank(event, organization), event.slots, {})
    free = ticked_slots(event)
    shortcut = pressed_shortcut(event, free)
    if shortcut is not None:
        return _register_page(event, organization, request.form, shortcut, {})
    try:
        participant = apply(db(), person(), event, _application(event, free))
    except InvalidInput as error:
        errors = {error.field or "note": error.text(current_language())}
        return _register_page(event, organization, request.form, free, errors), 400
    except Conflict as error:
        flash(error.text(current_language()), "warning")
        return redirect(url_for("public.event", event_id=event.id), 303)
    flash(gettext("已报名，组织方审核后会给您发邮件"), "success")
    return redirect(url_for(".participation", participant_id=participant.id), 303)


@blueprint.get("/participants/<int:participant_id>")
def participation(participant_id: int) -> str:
    """Show a participant's status and delegates."""
    return participation_page(changeable_participant(db(), person(), participant_id))


@blueprint.post("/participants/<int:participant_id>/<any(accept, decline, withdraw):action>")
def participation_action(participant_id: int, action: str) -> Page:
    """Answer an invitation, or withdraw."""
    participant = changeable_participant(db(), person(), participant_id)
    note = request.form.get("note", "")
    try:
        if action == "withdraw":
            fallen = withdraw(db(), person(), participant_id, note)
            flash(_withdrawn(len(fallen)), "success")
        else:
            answer_invitation(db(), person(), participant_id, action == "accept", note)
            flash(gettext("已确认参加") if action == "accept" else gettext("已婉拒，谢谢您的答复"), "success")
    except InvalidInput as error:
        return participation_page(participant, errors={"note": error.text(current_language())}), 400
    except Conflict as error:
        flash(error.text(current_language()), "danger")
    return redirect(url_for(".participation", participant_id=participant_id), 303)


def participation_page(
    participant: Participant, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None
) -> str:
    """The page of a participant; ``typed`` and ``errors`` belong to a form on it that was refused."""
    event = participant.event
    on_behalf = person().organizes and not acts_for(person(), participant)
    return render_template(
        "attending/participation.html",
        participant=participant,
        event=event,
        on_behalf=on_behalf,
        twins=also_coming_for(db(), event) if person().organizes else {},
        members=addable_members(db(), participant),
        postings=len(open_posting_ids(db(), [participant])[participant.id]),
        free=free_slots(participant),
        hit=conflicting_meetings(db(), participant),
        may_say=may_say(person(), participant),
        wishes_close=wishes_close(event),
        answerable=not on_behalf and not has_begun(event),
        over=is_over(event),
        typed=typed or {},
        errors=errors or {},
        note_length=NOTE_LENGTH,
        Status=ParticipantStatus,
    )


def _withdrawn(fallen: int) -> str:
    if fallen:
        return str(gettext("已退出，%(count)d 场已排定的洽谈随之取消", count=fallen))
    return str(gettext("已退出"))


def _application(event: Event, free: list[datetime]) -> Application:
    numbers = whole_numbers("min_meetings", "max_meetings")
    side = next((known for known in Side if known.value == request.form.get("side")), None)
    team = request.form.get("team", "")
    if side is None:
        raise InvalidInput(N_("请选择作为哪一方参加"), field="side")
    return Application(
        side=side,
        team_id=int(team) if team.isdecimal() and len(team) < 10 and side is Side.OFFER else None,
        delegates=tuple(row for row in _delegate_rows() if any((row.name, row.title, row.phone, row.email))),
        free=frozenset(free if event.kind is EventKind.DOCKING else event.slots),
        min_meetings=numbers["min_meetings"],
        max_meetings=numbers["max_meetings"],
        note=request.form.get("note", ""),
    )


def _delegate_rows() -> list[DelegateValues]:
    rows: list[DelegateValues] = []
    while f"delegates-{len(rows)}-name" in request.form:
        start = f"delegates-{len(rows)}-"
        rows.append(
            DelegateValues(
                **{name: request.form.get(start + name, "").strip() for name in ("name", "title", "phone", "email")}
            )
        )
    return rows


def _blank(event: Event, organization: Organization) -> dict[str, str]:
    """The values of an empty application: the organization's usual side, the person as first delegate."""
    account = person()
    return {
        "side": organization.side.value,
        "min_meetings": "1",
        "max_meetings": str(event.default_max_meetings),
        "delegates-0-name": account.name,
        "delegates-0-phone": account.phone,
        "delegates-0-email": account.email,
    }


def _register_page(
    event: Event,
    organization: Organization,
    typed: Mapping[str, str],
    free: list[datetime],
    errors: Mapping[str, str],
) -> str:
    rows = sum(name.startswith("delegates-") and name.endswith("-name") for name in typed)
    return render_template(
        "attending/register.html",
        event=event,
        organization=organization,
        typed=typed,
        free=free,
        errors=errors,
        rows=max(rows, _DELEGATE_ROWS) + ("add_delegate" in typed),
        closes=registration_closes(event),
        own=own_participants(db(), person(), event),
        stretches=stretches(event),
        note_length=NOTE_LENGTH,
    )
