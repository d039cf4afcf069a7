"""Grading pairs of postings for the city's own test set."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.learning.judgment import Grade
from matchmaker.domain.postings.fields import Field
from matchmaker.domain.postings.posting import Posting
from matchmaker.i18n import N_
from matchmaker.services.learning import graded_set
from matchmaker.services.learning import judging as service
from matchmaker.web.access import person
from matchmaker.web.language import current_language
from matchmaker.web.organizer import blueprint
from matchmaker.web.posting.form import stored_words
from matchmaker.web.posting.layout import layout_of
from matchmaker.web.request_context import db, platform

_MEANINGS = {
    Grade.UNRELATED: N_("答非所问，不值得联系"),
    Grade.MARGINAL: N_("领域沾边，解决不了这个问题"),
    Grade.RELATED: N_("能解决一部分，或稍作调整就能用"),
    Grade.STRONG: N_("正是要找的，应当马上联系"),
}

_LEFT_OUT = ("title", "visibility", "valid_until", "preferred_partner", "contact_", "team", "contributors")
"""What says nothing of the matter, or whose it is: a grader judges the texts, not the names."""


@dataclass(frozen=True, slots=True)
class Read:
    """One posting of the pair, with the fields that matter for its relevance."""

    posting: Posting
    texts: list[tuple[Field, str]]


@blueprint.get("/judging")
def judging() -> str:
    """Show the next pair to grade, the latest grades, and the agreement of graders."""
    pair = service.next_pair(db(), platform().search_index, person())
    return render_template(
        "organizer/judging.html",
        pair=pair,
        sides=[] if pair is None else [_read(pair.need), _read(pair.offer)],
        grades=[(grade, _MEANINGS[grade]) for grade in Grade],
        progress=service.progress(db(), platform().search_index, person()),
        recent=service.recent(db(), person()),
        agreements=graded_set.agreements(db()),
    )


@blueprint.post("/judging/<int:need_id>/<int:offer_id>")
def judge(need_id: int, offer_id: int) -> Response:
    """Save a grade and continue with the next pair."""
    try:
        service.judge(db(), person(), need_id, offer_id, request.form.get("grade", -1, type=int))
    except InvalidInput:
        flash(gettext("请先选择 0 到 3 中的一级"), "warning")
    return redirect(url_for("organizer.judging"), 303)


@blueprint.post("/judging/<int:judgment_id>/undo")
def undo_judgment(judgment_id: int) -> Response:
    """Undo one of the person's grades; the pair will be shown again."""
    service.undo(db(), person(), judgment_id)
    flash(gettext("已撤销，这一对会重新出现"), "success")
    return redirect(url_for("organizer.judging"), 303)


@blueprint.get("/judging/export")
def export_judgments() -> Response:
    """Send the test set as an archive for ``matchmaker evaluate``."""
    try:
        archive = graded_set.export_archive(db())
    except InvalidInput as error:
        flash(error.text(current_language()), "warning")
        return redirect(url_for("organizer.judging"), 303)
    response = Response(archive, mimetype="application/zip")
    response.headers["Content-Disposition"] = "attachment; filename=judgments.zip"
    return response


def _read(posting: Posting) -> Read:
    stored = stored_words(layout_of(posting), posting)
    return Read(posting, [(field, text) for field, text in stored if not field.name.startswith(_LEFT_OUT)])
