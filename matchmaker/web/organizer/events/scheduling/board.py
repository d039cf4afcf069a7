"""The board of an event: slots × tables, edited by hand, with changes that are not yet published.

Scripts ask for JSON and get the changes; browsers without scripts send the same forms and get a page.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.errors import Conflict, InvalidInput, NotFound
from matchmaker.domain.events.event import Event, Meeting
from matchmaker.domain.events.pair import PairKey, pair_of
from matchmaker.domain.vocabulary import EventKind, MeetingStatus
from matchmaker.i18n import N_
from matchmaker.services.events.board import edits, undo
from matchmaker.services.events.board.edit_lock import Changed, Step
from matchmaker.services.events.board.suggestions import suggest_partners, suggest_places
from matchmaker.services.events.board.view import BoardMeeting, BoardState, board_state, preview
from matchmaker.services.events.editing import get_event
from matchmaker.services.events.plan.changes import in_words, lasts_days, plan_difference
from matchmaker.services.events.plan.versions import version_if_any
from matchmaker.web.access import person
from matchmaker.web.errors import status_of
from matchmaker.web.language import current_language
from matchmaker.web.organizer import blueprint
from matchmaker.web.organizer.events.form_values import is_id, pair_from_form
from matchmaker.web.organizer.events.scheduling.publishing import publish_and_tell
from matchmaker.web.request_context import db, platform, wants_json

MOST_LISTED = 100
"""Waiting pairs on a page without scripts; the search finds the others."""

_DONE = {
    "move": N_("已移动"),
    "swap": N_("已互换"),
    "place": N_("已安排"),
    "take-off": N_("已撤出，回到待安排"),
    "cancel": N_("已取消，时段和桌位已空出"),
    "lock": N_("已锁定"),
    "unlock": N_("已解锁"),
    "undo": N_("已撤销"),
    "redo": N_("已重做"),
}


@blueprint.get("/events/<int:event_id>/board")
def event_board(event_id: int) -> str:
    """Show the board; without scripts, one slot as a list, and the chosen meeting or free cell."""
    return _page(get_event(db(), event_id), request.args)


@blueprint.get("/events/<int:event_id>/board/data")
def event_board_data(event_id: int) -> Response:
    """Send all data that the board's script draws, as JSON."""
    event = get_event(db(), event_id)
    state = board_state(db(), event)
    slots = {starts_at: number for number, starts_at in enumerate(event.slots)}
    return jsonify(
        slots=[{"id": _slot_id(starts_at), "label": slot_label(event, starts_at)} for starts_at in event.slots],
        tables=event.table_count,
        rooms=_rooms(event),
        names=state.names,
        meetings=[_row(meeting, slots) for meeting in state.meetings],
        **_standing(state),
    )


@blueprint.get("/events/<int:event_id>/board/version")
def event_board_version(event_id: int) -> Response:
    """Send the plan's version: an open board polls it to find out whether it is out of date."""
    return jsonify(version=get_event(db(), event_id).plan_version)


@blueprint.get("/events/<int:event_id>/board/clashes")
def event_board_clashes(event_id: int) -> Response:
    """Send the cells (``slot-table``) where a pair cannot be dropped, each with the indices of its reasons."""
    event = get_event(db(), event_id)
    slots = {starts_at: number for number, starts_at in enumerate(event.slots)}
    texts: dict[str, int] = {}
    cells = {
        f"{slots[starts_at]}-{table}": [
            texts.setdefault(obstacle.text(current_language()), len(texts)) for obstacle in obstacles
        ]
        for (starts_at, table), obstacles in preview(db(), event, _pair(request.args)).items()
    }
    return jsonify(texts=list(texts), cells=cells)


@blueprint.get("/events/<int:event_id>/board/panel")
def event_board_panel(event_id: int) -> str:
    """An HTML fragment: the chosen meeting with its actions, or the chosen free cell with possible pairs."""
    event = get_event(db(), event_id)
    return render_template("organizer/events/scheduling/_board_panel.html", event=event, **_panel(event, request.args))


@blueprint.post("/events/<int:event_id>/board")
def event_board_change(event_id: int) -> Response | tuple[Response, int] | tuple[str, int]:
    """Apply one change to the plan."""
    event = get_event(db(), event_id)
    change = request.form.get("change", "")
    expected = _whole(request.form.get("version", "")) or 0
    try:
        done = _change(event, change, expected)
    except (InvalidInput, Conflict, NotFound) as error:
        db().rollback()
        message, status = error.text(current_language()), status_of(error)
        if wants_json():
            return jsonify(message=message, **_news(event, expected)), status
        flash(message, "danger")
        return _page(event, request.form), status
    message = gettext(_DONE[change]) if done.changes else gettext("没有变动")
    concurrent_changes = done.concurrent_changes.text(current_language()) if done.concurrent_changes else ""
    if wants_json():
        return jsonify(message=message, concurrent_changes=concurrent_changes, **_news(event, expected))
    flash(message, "success")
    if concurrent_changes:
        flash(concurrent_changes, "warning")
    return redirect(url_for(".event_board", event_id=event.id, **_kept(request.form)), 303)


@blueprint.get("/events/<int:event_id>/board/differences")
def event_board_differences(event_id: int) -> str:
    """Show the changes that are not yet published."""
    event = get_event(db(), event_id)
    state = board_state(db(), event)
    return render_template(
        "organizer/events/scheduling/board_differences.html",
        event=event,
        state=state,
        lines=in_words(state.unpublished, state.names, event, current_language()),
    )


@blueprint.post("/events/<int:event_id>/board/publish")
def event_board_publish(event_id: int) -> Response:
    """Publish the plan as it stands."""
    event = get_event(db(), event_id)
    try:
        flash(publish_and_tell(event), "success")
    except Conflict as error:
        flash(error.text(current_language()), "danger")
    return redirect(url_for(".event_board_differences", event_id=event.id), 303)


def slot_label(event: Event, starts_at: datetime) -> str:
    """The slot as “09:20”, or “05-18 09:20” where the event lasts several days."""
    return starts_at.strftime("%m-%d %H:%M" if lasts_days(event) else "%H:%M")


def _change(event: Event, change: str, expected: int) -> Changed:
    session, actor, search_index, form = db(), person(), platform().search_index, request.form
    match change:
        case "undo":
            return undo.undo(session, search_index, actor, event, expected)
        case "redo":
            return undo.redo(session, search_index, actor, event, expected)
        case "place":
            return edits.place_meeting(
                session, search_index, actor, event, pair_from_form(), _slot(form), _table(form), expected
            )
        case "swap":
            return edits.swap_meetings(session, actor, event, _id(form, "meeting"), _id(form, "other"), expected)
        case "cancel":
            reason = form.get("reason", "")
            return edits.cancel_meeting(session, actor, event, _id(form, "meeting"), reason, expected)
        case "move":
            return _move(event, _id(form, "meeting"), _slot(form), _table(form), expected)
    verbs = {"take-off": edits.take_off, "lock": edits.lock_meeting, "unlock": edits.unlock_meeting}
    if change not in verbs:
        raise NotFound(N_("没有这个操作"))
    return verbs[change](session, actor, event, _id(form, "meeting"), expected)


def _move(event: Event, meeting_id: int, starts_at: datetime, table: int | None, expected: int) -> Changed:
    """Move a meeting; a plain form may ask to swap it with the one in the target cell."""
    if "swap" in request.form and table is not None:
        there = board_state(db(), event).placed.get((starts_at, table))
        if there is not None and there.id != meeting_id:
            return edits.swap_meetings(db(), person(), event, meeting_id, there.id, expected)
    return edits.move_meeting(db(), person(), event, meeting_id, starts_at, table, expected)


def _page(event: Event, asked: Mapping[str, str]) -> str:
    if event.kind is not EventKind.DOCKING:
        raise NotFound(N_("“%(name)s”没有洽谈桌，不排日程"), name=event.name)
    state = board_state(db(), event)
    text = asked.get("text", "").strip()
    chosen = _known_slot(event, asked.get("at") or asked.get("slot", "")) or next(iter(event.slots), None)
    return render_template(
        "organizer/events/scheduling/board.html",
        event=event,
        state=state,
        text=text,
        at=chosen,
        rows=_rows_of(state, chosen, text),
        waiting=[meeting for meeting in state.waiting if _named(state, meeting, text)],
        most_listed=MOST_LISTED,
        steps=_steps(state),
        texts=_script_texts(),
        **_panel(event, asked),
    )


def _rows_of(
    state: BoardState, starts_at: datetime | None, text: str
) -> Sequence[tuple[datetime, int, BoardMeeting | None]]:
    """The slot's tables with their meetings; with a search text, the meetings of matching participants in all slots."""
    if text:
        found = sorted(state.placed.items(), key=lambda item: item[0])
        return [(*cell, meeting) for cell, meeting in found if _named(state, meeting, text)]
    if starts_at is None:
        return []
    tables = range(1, state.event.table_count + 1)
    return [(starts_at, table, state.placed.get((starts_at, table))) for table in tables]


def _named(state: BoardState, meeting: BoardMeeting, text: str) -> bool:
    names = " ".join(state.names.get(participant_id, "") for participant_id in pair_of(meeting))
    return text.casefold() in names.casefold()


def _panel(event: Event, asked: Mapping[str, str]) -> dict[str, Any]:
    """Template variables of the panel: the chosen meeting or free cell, with suggestions."""
    panel: dict[str, Any] = {
        "typed": asked,
        "version": event.plan_version,
        "slot_label": slot_label,
        "slot_id": _slot_id,
        "meeting": None,
        "cell": None,
        "places": [],
        "partners": [],
        "MeetingStatus": MeetingStatus,
    }
    meeting_id = asked.get("meeting", "")
    meeting = db().get(Meeting, int(meeting_id)) if is_id(meeting_id) else None
    starts_at, table = _known_slot(event, asked.get("slot", "")), _whole(asked.get("table", ""))
    if meeting is not None and meeting.event_id == event.id:
        panel["meeting"] = meeting
        if meeting.starts_at is None or meeting.status is not MeetingStatus.PLANNED:
            panel["places"] = suggest_places(db(), event, pair_of(meeting))
    elif starts_at is not None and table is not None and 1 <= table <= event.table_count and not meeting_id:
        platform().search_index.refresh()
        panel["cell"] = (starts_at, table)
        panel["partners"] = suggest_partners(db(), platform().search_index, event, starts_at, table=table)
    return panel


def _news(event: Event, expected: int) -> dict[str, Any]:
    """The changes since version ``expected``, for the script that shows that version."""
    state = board_state(db(), event)
    slots = {starts_at: number for number, starts_at in enumerate(event.slots)}
    difference = plan_difference(version_if_any(db(), event, expected), state.latest)
    changed = {change.pair for change in difference.changes}
    rows = [_row(m, slots) for m in state.meetings if pair_of(m) in changed]
    gone = changed - {pair_of(m) for m in state.meetings}
    return {"changed": rows, "gone": sorted(gone), **_standing(state)}


def _row(meeting: BoardMeeting, slots: Mapping[datetime, int]) -> list[object]:
    """A meeting for the script: id, both sides, slot and table (−1 and 0 without a place), lock, status, score."""
    place = meeting.place
    return [
        meeting.id,
        meeting.need_side_id,
        meeting.offer_side_id,
        -1 if place is None else slots.get(place.starts_at, -1),
        0 if place is None else place.table or 0,
        meeting.locked,
        meeting.status.value,
        meeting.score,
    ]


def _standing(state: BoardState) -> dict[str, Any]:
    unpublished = None if state.published is None else len(state.unpublished)
    return {"version": state.event.plan_version, "unpublished": unpublished, **_steps(state)}


def _steps(state: BoardState) -> dict[str, str]:
    """The descriptions of the steps that undo and redo would apply."""
    steps, event = undo.steps_of(db(), person(), state.event), state.event
    words = {}
    for name, versions in (("undo", steps.done), ("redo", steps.undone)):
        changes = undo.step_changes(db(), event, versions[-1], Step.REDO) if versions else ()
        words[name] = "；".join(in_words(changes, state.names, event, current_language()))
    return words


def _rooms(event: Event) -> list[dict[str, object]]:
    """The rooms with their first and last table."""
    rooms, last = [], 0
    for room in event.rooms:
        rooms.append({"name": room.name, "first": last + 1, "last": last + room.table_count})
        last += room.table_count
    return rooms


def _kept(form: Mapping[str, str]) -> dict[str, Any]:
    """The URL arguments that lead back to the same slot, search and meeting."""
    return {name: form[name] for name in ("at", "text", "meeting") if form.get(name)}


def _pair(asked: Mapping[str, str]) -> PairKey:
    return _id(asked, "need_side"), _id(asked, "offer_side")


def _id(asked: Mapping[str, str], name: str) -> int:
    text = asked.get(name, "")
    if not is_id(text):
        raise NotFound(N_("这一场已不在计划里"))
    return int(text)


def _slot(asked: Mapping[str, str]) -> datetime:
    try:
        return datetime.fromisoformat(asked.get("slot", ""))
    except ValueError:
        raise InvalidInput(N_("请选择时段"), field="slot") from None


def _table(asked: Mapping[str, str]) -> int | None:
    """The typed table number; ``None``, for an empty field, lets the service choose."""
    text = asked.get("table", "").strip()
    number = _whole(text)
    if text and number is None:
        raise InvalidInput(N_("桌号请填整数"), field="table")
    return number


def _whole(text: str) -> int | None:
    return int(text) if text.strip().isdecimal() and len(text) < 10 else None


def _known_slot(event: Event, text: str) -> datetime | None:
    return next((starts_at for starts_at in event.slots if _slot_id(starts_at) == text), None)


def _slot_id(starts_at: datetime) -> str:
    return starts_at.isoformat(timespec="minutes")


def _script_texts() -> dict[str, str]:
    """The texts of the script; ``{}`` stands for names and numbers."""
    return {
        "table": gettext("{} 号桌"),
        "empty": gettext("空"),
        "locked": gettext("已锁定"),
        "held": gettext("已洽谈"),
        "free": gettext("可放"),
        "swap": gettext("可互换"),
        "clash": gettext("冲突"),
        "all": gettext("全部时段"),
        "everywhere": gettext("全部房间"),
        "looking": gettext("正在查看哪里放得下…"),
        "chosen": gettext("已选“{}”：请点目标格，或用方向键移动后按回车；Esc 放弃"),
        "chosenByFinger": gettext("已选“{}”：请点目标桌位；上方可换时段"),
        "can": gettext("{}：可以放"),
        "canSwap": gettext("{}：与“{}”互换？再点一次或按回车确认"),
        "dropSwaps": gettext("{}：松开就与“{}”互换"),
        "cannot": gettext("{}：{}"),
        "found": gettext("找到 {} 场：{}"),
        "foundNone": gettext("日程里没有"),
        "waiting": gettext("待安排 {}"),
        "cancelled": gettext("已取消 {}"),
        "noneWaiting": gettext("都排好了"),
        "failed": gettext("没有保存：网络不通或登录已过期，请刷新页面"),
        "undo": gettext("撤销：{}"),
        "redo": gettext("重做：{}"),
        "givenUp": gettext("已放弃移动"),
        "board": gettext("时段与桌位"),
        "version": gettext("第 {} 版"),
    }
