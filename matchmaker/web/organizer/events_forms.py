"""The form of an event, and reading the numbers of a table of participants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    RadioField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Optional

from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.event import Event
from matchmaker.domain.vocabulary import EventKind
from matchmaker.services.events.editing import EventValues, Period
from matchmaker.services.events.faults import InvalidFields
from matchmaker.web.language import current_language

_DAYS = ["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"]
_TIMES = ["%H:%M", "%H:%M:%S"]


class SessionForm(Form):
    """One session: a day, and from when to when. A row left blank is no session."""

    day = DateField(lazy_gettext("日期"), format=_DAYS, validators=[Optional()])
    begins = TimeField(lazy_gettext("开始"), format=_TIMES, validators=[Optional()])
    ends = TimeField(lazy_gettext("结束"), format=_TIMES, validators=[Optional()])

    @property
    def blank(self) -> bool:
        """Whether nothing was typed into the row."""
        return not any(field.raw_data and field.raw_data[0].strip() for field in self)

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """A row has all three or none."""
        valid = bool(super().validate(extra_validators))
        if valid and not self.blank and None in (self.day.data, self.begins.data, self.ends.data):
            self.ends.errors = [gettext("请填写日期、开始和结束时间")]
            return False
        return valid

    @property
    def period(self) -> Period:
        """Begin and end; call only on a valid row that is not blank."""
        day, begins, ends = self.day.data, self.begins.data, self.ends.data
        if day is None or begins is None or ends is None:
            raise ValueError("a blank session has no period")
        return datetime.combine(day, begins), datetime.combine(day, ends)


class EventForm(FlaskForm):  # type: ignore[misc]
    """What an organizer says of an event. The rules are the service's; here only texts become values."""

    kind = RadioField(lazy_gettext("活动类型"), validators=[InputRequired(lazy_gettext("请选择活动类型"))])
    name = StringField(lazy_gettext("活动名称"))
    place = StringField(lazy_gettext("地点"))
    organizer = StringField(lazy_gettext("主办单位"))
    description = TextAreaField(lazy_gettext("活动说明"))
    sessions = FieldList(FormField(SessionForm), label=lazy_gettext("场次"), min_entries=1)
    slot_minutes = IntegerField(lazy_gettext("每个时段（分钟）"), validators=[InputRequired(lazy_gettext("请填整数"))])
    table_count = IntegerField(lazy_gettext("桌数"), validators=[InputRequired(lazy_gettext("请填整数"))])
    default_max_meetings = IntegerField(
        lazy_gettext("每个参会方最多洽谈场数"), validators=[InputRequired(lazy_gettext("请填整数"))]
    )

    def __init__(self, event: Event | None = None, organizer: str = "") -> None:
        super().__init__(data=_data_of(event) if event else {"organizer": organizer} | _FOR_NEW)
        self.kind.choices = [(kind.value, kind.label(current_language())) for kind in EventKind]

    def values(self) -> EventValues:
        """What was typed; call only on a valid form."""
        return EventValues(
            kind=EventKind.parse(self.kind.data),
            name=self.name.data or "",
            place=self.place.data or "",
            organizer=self.organizer.data or "",
            description=self.description.data or "",
            sessions=tuple(row.form.period for row in self._rows()),
            slot_minutes=_whole(self.slot_minutes),
            table_count=_whole(self.table_count),
            default_max_meetings=_whole(self.default_max_meetings),
        )

    def show(self, error: InvalidInput) -> None:
        """Put the service's complaints beside the fields they are about."""
        for problem in error.problems if isinstance(error, InvalidFields) else (error,):
            name, _, number = (problem.field or "name").partition("-")
            field = self._rows()[int(number)].form.ends if number else self[name]
            if name == "sessions" and not number:
                field = self.sessions[0].form.ends
            field.errors = [*field.errors, problem.text(current_language())]

    def _rows(self) -> list[FormField[SessionForm]]:
        return [row for row in self.sessions if not row.form.blank]


def _whole(field: IntegerField) -> int:
    assert field.data is not None
    return field.data


_FOR_NEW = {"kind": EventKind.DOCKING.value, "slot_minutes": 20, "table_count": 20, "default_max_meetings": 6}


def _data_of(event: Event) -> dict[str, object]:
    names = (
        "name",
        "place",
        "organizer",
        "description",
        "slot_minutes",
        "table_count",
        "default_max_meetings",
    )
    sessions = [
        {"day": own.starts_at.date(), "begins": own.starts_at.time(), "ends": own.ends_at.time()}
        for own in event.sessions
    ]
    return {name: getattr(event, name) for name in names} | {"kind": event.kind.value, "sessions": sessions}
