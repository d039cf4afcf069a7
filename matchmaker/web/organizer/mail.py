"""Letters that could not be sent: why, and sending them again."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.job import message_text
from matchmaker.domain.outgoing_mail import MailState
from matchmaker.services.mailing import outbox
from matchmaker.web.language import current_language
from matchmaker.web.organizer import blueprint
from matchmaker.web.request_context import db


@blueprint.get("/mail")
def mail() -> str:
    """Letters that failed, and those that wait for another attempt. Their texts are not shown: they may hold links that
    are the reader's alone.
    """
    return render_template(
        "organizer/mail.html",
        letters=outbox.unsent_mail(db()),
        failed=outbox.count_failed(db()),
        MailState=MailState,
        reason=lambda letter: message_text(letter.error, current_language()),
    )


@blueprint.post("/mail/again")
def mail_again() -> Response:
    """Send all of them again."""
    count = outbox.send_again(db())
    flash(gettext("%(count)d 封信会马上再发一次", count=count), "success")
    return redirect(url_for("organizer.mail"), 303)


@blueprint.post("/mail/<int:mail_id>/<any(again,discard):action>")
def mail_action(mail_id: int, action: str) -> Response:
    """Send one letter again, or give it up."""
    if action == "again":
        outbox.send_again(db(), mail_id)
        flash(gettext("这封信会马上再发一次"), "success")
    else:
        outbox.discard(db(), mail_id)
        flash(gettext("这封信不再发送"), "success")
    return redirect(url_for("organizer.mail"), 303)
