"""The form of the “what if” page."""

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import IntegerField, SelectField, TimeField
from wtforms.validators import Optional

from matchmaker.domain.errors import InvalidInput, ValidationErrors
from matchmaker.domain.events.event import Event
from matchmaker.services.events.analysis.what_if import Changes
from matchmaker.web.language import current_language

_TIMES = ["%H:%M", "%H:%M:%S"]


class WhatIfForm(FlaskForm):  # type: ignore[misc]
    """Conditions to try. Blank fields keep the present ones; sent by GET, as trying changes nothing."""

    class Meta:
        csrf = False

    tables = IntegerField(lazy_gettext("桌数"), validators=[Optional()])
    slot_minutes = IntegerField(lazy_gettext("每个时段（分钟）"), validators=[Optional()])
    max_meetings = IntegerField(lazy_gettext("每方最多场数"), validators=[Optional()])
    absent_room = SelectField(lazy_gettext("缺一个会场"), coerce=int, validators=[Optional()])
    lunch_begins = TimeField(lazy_gettext("午休从"), format=_TIMES, validators=[Optional()])
    lunch_ends = TimeField(lazy_gettext("午休到"), format=_TIMES, validators=[Optional()])

    def __init__(self, event: Event, typed: "MultiDict[str, str]") -> None:
        super().__init__(formdata=typed)
        self._event = event
        self.absent_room.choices = [(0, gettext("都可用")), *((room.id, room.name) for room in event.rooms)]

    def validate(self, extra_validators: object = None) -> bool:
        """Require both ends of a lunch break, or none."""
        valid = bool(super().validate(extra_validators))
        if (self.lunch_begins.data is None) != (self.lunch_ends.data is None):
            self.lunch_ends.errors = [*self.lunch_ends.errors, gettext("请填写开始和结束时间")]
            return False
        return valid

    def changes(self) -> Changes:
        """The typed conditions that differ from the present ones. Only for a valid form."""
        tables, slot_minutes = self.tables.data, self.slot_minutes.data
        begins, ends = self.lunch_begins.data, self.lunch_ends.data
        return Changes(
            tables=None if tables == self._event.table_count else tables,
            slot_minutes=None if slot_minutes == self._event.slot_minutes else slot_minutes,
            max_meetings=self.max_meetings.data,
            absent_room=self.absent_room.data or None,
            lunch=None if begins is None or ends is None else (begins, ends),
        )

    def show(self, error: InvalidInput) -> None:
        """Show the service's errors beside their fields."""
        for problem in error.problems if isinstance(error, ValidationErrors) else (error,):
            field = self["lunch_ends" if problem.field == "lunch" else problem.field]
            field.errors = [*field.errors, problem.text(current_language())]
