"""The participants of an event, their limits, and adding more of them."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.errors import Conflict, InvalidInput, NotFound, ValidationErrors, raise_if_any
from matchmaker.domain.events.event import Event
from matchmaker.domain.vocabulary import Side
from matchmaker.i18n import N_
from matchmaker.services.events.editing import get_event
from matchmaker.services.events.participation.participants import (
    ParticipantLimits,
    PartyFilter,
    PartyKey,
    add_participants,
    addable_parties,
    open_posting_ids,
    participants_of,
    remove_participants,
    set_limits,
)
from matchmaker.services.events.participation.registration import invite
from matchmaker.services.vocabularies import choices
from matchmaker.web.access import person
from matchmaker.web.language import current_language
from matchmaker.web.organizer import blueprint
from matchmaker.web.organizer.events.form_values import chosen_ids, is_id, kept_arguments
from matchmaker.web.organizer.events.participation.registration import participation_address, tell_of_invitations
from matchmaker.web.request_context import db

SHOWN = 200
"""Parties that one page offers for choosing; a filter narrows them, and “add all” takes those beyond as well."""


@blueprint.get("/events/<int:event_id>/participants")
def event_participants(event_id: int) -> str | Response | tuple[str, int]:
    """Show the participants of one side."""
    return _participants_page(get_event(db(), event_id), {}, {})


@blueprint.post("/events/<int:event_id>/participants")
def event_save_participants(event_id: int) -> str | Response | tuple[str, int]:
    """Save the limits of all participants on the page, or remove the ticked participants."""
    event = get_event(db(), event_id)
    try:
        if "remove" in request.form:
            removed = remove_participants(db(), person(), event, chosen_ids("chosen"))
            flash(gettext("已移出 %(count)d 个参会方", count=removed), "success")
        else:
            set_limits(db(), person(), event, _limits(event, request.form))
            flash(gettext("已保存"), "success")
    except ValidationErrors as error:
        problems = {problem.field: problem.text(current_language()) for problem in error.problems}
        return _participants_page(event, request.form, problems), 400
    except Conflict as error:
        flash(error.text(current_language()), "danger")
    return redirect(url_for(".event_participants", event_id=event.id, side=_side().value), 303)


@blueprint.get("/events/<int:event_id>/participants/add")
def event_choose_participants(event_id: int) -> str:
    """Show the organizations and teams that could take part."""
    event, side, wanted = get_event(db(), event_id), _side(), _wanted()
    parties = addable_parties(db(), event, side, wanted)
    return render_template(
        "organizer/events/participation/choose_participants.html",
        event=event,
        side=side,
        wanted=wanted,
        parties=parties[:SHOWN],
        total=len(parties),
        filters=kept_arguments("text", "industry", "district", "silent"),
        industries=choices(db(), "industry", current_language()),
        districts=choices(db(), "district", current_language()),
    )


@blueprint.post("/events/<int:event_id>/participants/add")
def event_add_participants(event_id: int) -> Response:
    """Add the ticked candidates or all filtered ones, or invite the ticked ones."""
    event, side = get_event(db(), event_id), _side()
    if "all" in request.form:
        keys = [party.key for party in addable_parties(db(), event, side, _wanted())]
    else:
        keys = [_party_key(text) for text in request.form.getlist("party")]
    if "invite" in request.form:
        return _invite(event, side, keys)
    added = add_participants(db(), person(), event, side, keys)
    if added:
        flash(gettext("已添加 %(count)d 个参会方", count=len(added)), "success")
    else:
        flash(gettext("没有添加：请先勾选"), "warning")
    return redirect(url_for(".event_participants", event_id=event.id, side=side.value), 303)


def _invite(event: Event, side: Side, keys: list[PartyKey]) -> Response:
    try:
        invited = invite(db(), person(), event, side, keys, participation_address)
    except Conflict as error:
        flash(error.text(current_language()), "danger")
    else:
        tell_of_invitations(invited)
    return redirect(url_for(".event_registration", event_id=event.id), 303)


def _participants_page(event: Event, typed: Mapping[str, str], problems: Mapping[str | None, str]) -> str:
    everyone = participants_of(db(), event)
    side = _side()
    return render_template(
        "organizer/events/participation/participants.html",
        event=event,
        side=side,
        participants=[participant for participant in everyone if participant.side is side],
        counts={side: sum(participant.side is side for participant in everyone) for side in Side},
        postings={key: len(ids) for key, ids in open_posting_ids(db(), everyone).items()},
        typed=typed,
        problems=problems,
    )


def _side() -> Side:
    return Side.OFFER if request.args.get("side") == Side.OFFER.value else Side.NEED


def _wanted() -> PartyFilter:
    return PartyFilter(
        text=request.args.get("text", ""),
        industry=request.args.get("industry", ""),
        district=request.args.get("district", ""),
        without_postings="silent" in request.args,
    )


def _party_key(text: str) -> PartyKey:
    organization, _, team = text.partition("-")
    if not is_id(organization) or (team and not is_id(team)):
        raise NotFound(N_("有的单位或团队已不存在，请刷新页面后再选"))
    return int(organization), int(team) if team else None


def _limits(event: Event, form: Mapping[str, str]) -> dict[int, ParticipantLimits]:
    """The limits typed for each participant; a fixed place that the page does not ask for is kept.

    Raises :class:`ValidationErrors` for text that is not a number.
    """
    present = {participant.id: participant for participant in participants_of(db(), event)}
    limits: dict[int, ParticipantLimits] = {}
    problems: list[InvalidInput] = []
    for field in form:
        name, _, number = field.partition("-")
        if name != "max_meetings" or not is_id(number) or int(number) not in present:
            continue
        participant = present[int(number)]
        figures = {}
        for wanted in ("min_meetings", "max_meetings"):
            text = form.get(f"{wanted}-{number}", "").strip()
            if text.isdecimal() and len(text) < 6:
                figures[wanted] = int(text)
            else:
                problems.append(InvalidInput(N_("请填整数"), field=f"{wanted}-{number}"))
        table = form.get(f"table-{number}", str(participant.table or "")).strip()
        if table and not (table.isdecimal() and len(table) < 6):
            problems.append(InvalidInput(N_("请填整数"), field=f"table-{number}"))
        elif len(figures) == 2:
            room = form.get(f"room-{number}", str(participant.room_id or ""))
            limits[participant.id] = ParticipantLimits(
                **figures,
                booth=form.get(f"booth-{number}", participant.booth),
                table=int(table) if table else None,
                room_id=int(room) if is_id(room) else None,
            )
    raise_if_any(problems)
    return limits
