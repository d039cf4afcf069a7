"""Days and times as printed text."""

from datetime import date, datetime

from babel.dates import format_date

from matchmaker.printing.wording import Language

_DAY_PATTERNS: dict[Language, str] = {"zh": "M月d日（EEE）", "en": "EEE d MMM"}
_LOCALES: dict[Language, str] = {"zh": "zh_Hans_CN", "en": "en"}


def day_text(day: date, language: Language) -> str:
    """ "11月26日（周四）" or "Thu 26 Nov"."""
    return format_date(day, _DAY_PATTERNS[language], locale=_LOCALES[language])


def time_range_text(start: datetime, end: datetime) -> str:
    """ "09:00–09:20": the times of day of `start` and `end`, without conversion to another zone."""
    return f"{start:%H:%M}–{end:%H:%M}"
