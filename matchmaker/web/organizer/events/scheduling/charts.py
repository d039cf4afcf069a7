"""Charts of a schedule's quality as SVG: they need no JavaScript and print well."""

from collections.abc import Callable, Mapping
from typing import Any

import pygal
from flask_babel import gettext
from pygal.style import Style

from matchmaker.services.events.analysis.schedule_metrics import SCORE_STEP, ScheduleMetrics
from matchmaker.web.language import current_language

_DEEP, _ACCENT, _INK = "#0f4c5c", "#c8553d", "#3c4f57"
_FONT = '"Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif'

_STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground=_INK,
    foreground_strong=_INK,
    foreground_subtle="#c9d5d8",
    colors=(_DEEP, _ACCENT),
    opacity=1,
    opacity_hover=1,
    font_family=_FONT,
    title_font_family=_FONT,
    legend_font_family=_FONT,
    label_font_family=_FONT,
    major_label_font_family=_FONT,
    title_font_size=20,
    label_font_size=15,
    major_label_font_size=15,
    legend_font_size=16,
)


def coverage(quality: ScheduleMetrics) -> bytes:
    """Chart: participants of each side by number of meetings."""
    most = max((n for counts in quality.meetings_each.values() for n in counts), default=0)
    chart = _chart(gettext("每个参会方的场数"), gettext("场"), pygal.StackedBar)
    chart.x_labels = [str(n) for n in range(most + 1)]
    for side, counts in quality.meetings_each.items():
        chart.add(side.label(current_language()), [counts[n] for n in range(most + 1)])
    return _drawn(chart)


def scores(quality: ScheduleMetrics) -> bytes:
    """Chart: meetings by score class."""
    chart = _chart(gettext("匹配度分布"), gettext("匹配度"))
    chart.x_labels = [f"{step * SCORE_STEP}+" for step in range(len(quality.scores))]
    chart.add(gettext("洽谈"), list(quality.scores))
    return _drawn(chart)


def gaps(quality: ScheduleMetrics) -> bytes:
    """Chart: participants by number of slots they wait between their meetings."""
    most = max(quality.idle, default=0)
    chart = _chart(gettext("每个参会方的空等"), gettext("两场之间空等的时段数"))
    chart.x_labels = [str(n) for n in range(most + 1)]
    chart.add(gettext("参会方"), [quality.idle[n] for n in range(most + 1)])
    return _drawn(chart)


def tables(quality: ScheduleMetrics) -> bytes:
    """Chart: tables in use in each slot."""
    chart = _chart(gettext("各时段用桌"), gettext("共 %(tables)d 桌", tables=quality.tables))
    chart.x_labels = list(quality.in_use)
    chart.range = (0, max(quality.tables, 1))
    chart.x_label_rotation = 45
    chart.add(gettext("用桌"), list(quality.in_use.values()))
    return _drawn(chart)


PICTURES: Mapping[str, Callable[[ScheduleMetrics], bytes]] = {
    "coverage": coverage,
    "scores": scores,
    "gaps": gaps,
    "tables": tables,
}


def _chart(title: str, x_title: str, kind: Any = pygal.Bar) -> Any:
    return kind(
        style=_STYLE,
        js=[],
        title=title,
        x_title=x_title,
        width=440,
        height=300,
        margin=8,
        show_legend=kind is pygal.StackedBar,
        legend_at_bottom=True,
        show_y_guides=True,
        y_labels_major_every=1,
        formatter=lambda value: f"{value:.0f}",
        value_formatter=lambda value: f"{value:.0f}",
        integer_labels=True,
        min_scale=1,
        max_scale=5,
    )


def _drawn(chart: Any) -> bytes:
    drawn: bytes = chart.render()
    return drawn
