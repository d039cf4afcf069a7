"""Publishing a schedule, with mail to everybody whose meetings changed. All pages publish through this."""

from flask import url_for
from flask_babel import gettext

from matchmaker.domain.events.event import Event
from matchmaker.services.events.plan.versions import published_version
from matchmaker.services.events.requests.notifications import tell_changes
from matchmaker.services.events.scheduling.publish import publish_schedule
from matchmaker.web.access import person
from matchmaker.web.request_context import db, platform


def publish_and_tell(event: Event) -> str:
    """Publish the present schedule and mail the people it concerns; returns a message in the reader's language.

    Raises :class:`~matchmaker.domain.errors.Conflict` with the reasons when it cannot be published.
    """
    before = published_version(db(), event)
    version = publish_schedule(db(), person(), event, commit=False)
    address = platform().settings.base_url + url_for("attending.event", event_id=event.id)
    mailed = tell_changes(db(), event, before, version, address)
    message = gettext(
        "已公布第 %(version)d 版日程，给日程有变的 %(told)d 人发了邮件", version=version.version, told=mailed
    )
    return str(message)
