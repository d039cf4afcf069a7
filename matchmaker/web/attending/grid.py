"""Reading the grid of slots and whole numbers from a form."""

from datetime import datetime

from flask import request

from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.events.event import Event
from matchmaker.i18n import N_
from matchmaker.services.events.participation.availability import slot_key, stretches


def ticked_slots(event: Event) -> list[datetime]:
    """The slots that are ticked in the form."""
    ticked = set(request.form.getlist("free"))
    return [slot for slot in event.slots if slot_key(slot) in ticked]


def pressed_shortcut(event: Event, free: list[datetime]) -> list[datetime] | None:
    """The ticked slots after a shortcut button (all or none of a group, or one more row) was pressed.

    ``None`` when the form is to be saved. A shortcut saves nothing, and works without JavaScript.
    """
    if "add_delegate" in request.form:
        return free
    for stretch in stretches(event):
        if f"all-{stretch.key}" in request.form:
            return sorted({*free, *stretch.slots})
        if f"none-{stretch.key}" in request.form:
            return [slot for slot in free if slot not in stretch.slots]
    return None


def whole_numbers(*names: str) -> dict[str, int]:
    """The whole numbers typed into these fields. Raises :class:`InvalidInput` for other text."""
    numbers = {}
    for name in names:
        text = request.form.get(name, "").strip()
        if not text.isdecimal() or len(text) > 5:
            raise InvalidInput(N_("请填整数"), field=name)
        numbers[name] = int(text)
    return numbers
