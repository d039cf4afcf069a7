"""The form of an event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
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

from matchmaker.domain.errors import InvalidInput, ValidationErrors
from matchmaker.domain.events.event import Event
from matchmaker.domain.vocabulary import EventKind
from matchmaker.services.events.editing import PLAIN_FIELDS, EventValues, Period, RoomValues
from matchmaker.web.language import current_language

_DAYS = ["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"]
_TIMES = ["%H:%M", "%H:%M:%S"]
_MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M"]


class SessionForm(Form):
    """One row of the list of sessions: a day, begin and end. A blank row is ignored."""

    day = DateField(lazy_gettext("日期"), format=_DAYS, validators=[Optional()])
    begins = TimeField(lazy_gettext("开始"), format=_TIMES, validators=[Optional()])
    ends = TimeField(lazy_gettext("结束"), format=_TIMES, validators=[Optional()])

    @property
    def blank(self) -> bool:
        """Whether nothing was typed into the row."""
        return not any(field.raw_data and field.raw_data[0].strip() for field in self)

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Require all three fields of a row, or none."""
        valid = bool(super().validate(extra_validators))
        if valid and not self.blank and None in (self.day.data, self.begins.data, self.ends.data):
            self.ends.errors = [gettext("请填写日期、开始和结束时间")]
            return False
        return valid

    @property
    def period(self) -> Period:
        """Begin and end. Only for a valid row that is not blank."""
        day, begins, ends = self.day.data, self.begins.data, self.ends.data
        if day is None or begins is None or ends is None:
            raise ValueError("a blank session has no period")
        return datetime.combine(day, begins), datetime.combine(day, ends)


class RoomForm(Form):
    """One row of the list of rooms or halls. A blank row is ignored."""

    name = StringField(lazy_gettext("名称"))
    table_count = IntegerField(lazy_gettext("桌数或展位数"), validators=[Optional()])

    @property
    def blank(self) -> bool:
        """Whether nothing was typed into the row."""
        return not any(field.raw_data and field.raw_data[0].strip() for field in self)

    @property
    def room(self) -> RoomValues:
        """The row's room."""
        return RoomValues(self.name.data or "", self.table_count.data or 0)


class EventForm(FlaskForm):  # type: ignore[misc]
    """The fields of an event. The form only converts texts; the service validates the values."""

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
    rooms = FieldList(FormField(RoomForm), min_entries=1)
    time_zone = StringField(lazy_gettext("时区"), render_kw={"list": "time-zones"})
    compact = BooleanField(lazy_gettext("排日程时，匹配度相同就少让人空等"))
    registration_open = BooleanField(lazy_gettext("开放自行报名（组织方审核）"))
    registration_until = DateTimeLocalField(lazy_gettext("报名截止"), format=_MOMENTS, validators=[Optional()])
    requests_until = DateTimeLocalField(lazy_gettext("填写时间和约见截止"), format=_MOMENTS, validators=[Optional()])
    request_hours = IntegerField(lazy_gettext("活动前，约见请求保留时段（小时）"), validators=[Optional()])
    request_minutes_on_the_day = IntegerField(
        lazy_gettext("活动当天，约见请求保留时段（分钟）"), validators=[Optional()]
    )

    def __init__(self, event: Event | None = None, organizer: str = "") -> None:
        super().__init__(data=_data_of(event) if event else {"organizer": organizer} | _FOR_NEW)
        self.kind.choices = [(kind.value, kind.label(current_language())) for kind in EventKind]

    def values(self) -> EventValues:
        """The typed values by name. Only for a valid form."""
        return EventValues(
            kind=EventKind.parse(self.kind.data),
            name=self.name.data or "",
            place=self.place.data or "",
            organizer=self.organizer.data or "",
            description=self.description.data or "",
            sessions=tuple(row.form.period for row in self._rows("sessions")),
            slot_minutes=_whole(self.slot_minutes),
            table_count=_whole(self.table_count),
            default_max_meetings=_whole(self.default_max_meetings),
            rooms=tuple(row.form.room for row in self._rows("rooms")),
            time_zone=self.time_zone.data or "",
            compact=self.compact.data,
            registration_open=self.registration_open.data,
            registration_until=self.registration_until.data,
            requests_until=self.requests_until.data,
            request_hours=_whole_or(self.request_hours, 24),
            request_minutes_on_the_day=_whole_or(self.request_minutes_on_the_day, 15),
        )

    def show(self, error: InvalidInput) -> None:
        """Show the service's errors beside their fields."""
        for problem in error.problems if isinstance(error, ValidationErrors) else (error,):
            field = self._field_of(problem.field or "name")
            field.errors = [*field.errors, problem.text(current_language())]

    def _field_of(self, place: str) -> Any:
        """The form field that an error's ``place`` names; the first row's field when it names a list without a row."""
        name, *within = place.split("-")
        if name not in _LISTS:
            return self[name]
        rows = self._rows(name) or list(self[name])
        row = rows[int(within[0])] if within else rows[0]
        return row.form[within[1] if len(within) > 1 else _LISTS[name]]

    def _rows(self, name: str) -> list[Any]:
        return [row for row in self[name] if not row.form.blank]


_LISTS = {"sessions": "ends", "rooms": "name"}
"""Lists of rows, and which of a row's fields shows what is wrong with all of it."""


def _whole_or(field: IntegerField, usual: int) -> int:
    return usual if field.data is None else field.data


def _whole(field: IntegerField) -> int:
    assert field.data is not None
    return field.data


_FOR_NEW = {
    "kind": EventKind.DOCKING.value,
    "slot_minutes": 20,
    "table_count": 20,
    "default_max_meetings": 6,
    "time_zone": "Asia/Shanghai",
    "compact": True,
    "request_hours": 24,
    "request_minutes_on_the_day": 15,
}


def _data_of(event: Event) -> dict[str, object]:
    sessions = [
        {"day": period.starts_at.date(), "begins": period.starts_at.time(), "ends": period.ends_at.time()}
        for period in event.sessions
    ]
    rooms = [{"name": room.name, "table_count": room.table_count} for room in event.rooms]
    return {name: getattr(event, name) for name in PLAIN_FIELDS} | {
        "kind": event.kind.value,
        "sessions": sessions,
        "rooms": rooms,
    }
