"""The notes of plan versions, stored so that each reader reads them in their own language.

A note is one JSON document: either a message id with its values, as ``versions.note_message`` makes it, or the changes
themselves with the ids of those who meet. Versions made before that hold words, which are shown as they are.
"""

import json
from collections.abc import Sequence
from typing import Any

from matchmaker.domain.events.event import Event, ScheduleRow
from matchmaker.i18n import N_, translate
from matchmaker.services.events.plan.changes import MeetingChange, Names, lasts_days
from matchmaker.services.events.plan.versions import NOTE_LENGTH, serialize_note

MOST_CHANGES = 5
"""More are only counted."""

_REPEATED = {"undo": N_("（撤销）"), "redo": N_("（重做）")}


def changes_note(changes: Sequence[MeetingChange], *, repeated: str = "", why: str = "") -> str:
    """What a step changed, with its reason; ``repeated`` is ``undo`` or ``redo`` for a step that repeats another.

    What finds no room is only counted; a long reason is cut.
    """
    told = list(changes[:MOST_CHANGES])
    while True:
        note = serialize_note(
            {"changes": [_kept(change) for change in told], "more": len(changes) - len(told)}
            | ({"repeated": repeated} if repeated else {})
            | ({"why": why} if why else {})
        )
        excess = len(note) - NOTE_LENGTH
        if excess <= 0:
            return note
        if len(told) > 1:
            told.pop()
        else:
            why = f"{why[: -excess - 1].rstrip()}…"


def note_text(note: str, names: Names, event: Event, language: str = "zh") -> str:
    """The note in the reader's language."""
    document = _load(note)
    if document is None:
        return note
    if "message" in document:
        return translate(document["message"], language, **document["values"])
    lines = [_restored(row).text(names, language, dated=lasts_days(event)) for row in document["changes"]]
    if document["more"]:
        lines.append(translate(N_("另有 %(count)d 处"), language, count=document["more"]))
    repeated = _REPEATED.get(document.get("repeated", ""))
    why = translate(N_("（%(why)s）"), language, why=document["why"]) if "why" in document else ""
    return "；".join(lines) + (translate(repeated, language) if repeated else "") + why


def _kept(change: MeetingChange) -> list[Any]:
    """The pair and what the rows say beyond it."""
    rows = (change.before, change.after)
    return [*change.pair, *(None if row is None else row.to_json()[len(change.pair) :] for row in rows)]


def _restored(kept: Sequence[Any]) -> MeetingChange:
    need, offer, before, after = kept
    rows = [None if rest is None else ScheduleRow.from_json((need, offer, *rest)) for rest in (before, after)]
    return MeetingChange((need, offer), *rows)


def _load(note: str) -> dict[str, Any] | None:
    """The document, or ``None`` for a note in words."""
    try:
        document = json.loads(note)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None
