"""The history of a posting, for its own people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from matchmaker.domain.postings.posting import Posting
from matchmaker.i18n import N_
from matchmaker.services.activity import history
from matchmaker.web.language import current_language
from matchmaker.web.posting.layout import layout_of
from matchmaker.web.request_context import db

_ACTIONS: Mapping[str, str] = {
    "created": N_("创建"),
    "imported": N_("导入"),
    "edited": N_("修改"),
    "submitted": N_("提交审核"),
    "published": N_("发布"),
    "returned": N_("退回修改"),
    "expired": N_("到期"),
    "withdrawn": N_("撤回"),
    "closed": N_("标为已达成"),
}


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of the history. ``at`` is local time; ``who`` is empty for what the system did."""

    at: datetime
    who: str
    action: str
    detail: str


def history_of(posting: Posting) -> list[HistoryLine]:
    """The posting's history, the newest first."""
    labels = {f.name: f.label(current_language()) for fieldset in layout_of(posting) for f in fieldset.fields}
    labels["import"] = str(gettext("文件导入"))
    separator = "、" if current_language() == "zh" else ", "
    lines = []
    for activity in reversed(history(db(), posting.__tablename__, posting.id)):
        detail = activity.detail
        if activity.action in ("edited", "created", "imported") and detail:
            detail = separator.join(labels.get(name, name) for name in detail.split(", "))
        action = _ACTIONS.get(activity.action, activity.action)
        who = activity.actor.name if activity.actor else ""
        lines.append(HistoryLine(activity.at.astimezone(), who, str(gettext(action)), detail))
    return lines
