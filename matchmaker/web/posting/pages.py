"""The views of needs and of offers, written once: list, create, edit, act, look for duplicates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, render_template, request, url_for
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from matchmaker.domain.contact import read_contact
from matchmaker.domain.errors import InvalidInput, NotAllowed, NotFound
from matchmaker.domain.people import User
from matchmaker.domain.postings.lifecycle import may_become
from matchmaker.domain.postings.posting import Posting
from matchmaker.domain.vocabulary import OfferKind, PostingStatus, Side
from matchmaker.i18n import N_
from matchmaker.services.finding.recommendations import similar_own
from matchmaker.services.posting.postings import (
    EditConflict,
    close,
    create_posting,
    get_own_posting,
    may_submit,
    own_postings,
    submit,
    update_posting,
    withdraw,
)
from matchmaker.services.vocabularies import vocabularies
from matchmaker.web.access import person
from matchmaker.web.language import current_language
from matchmaker.web.posting.form import PostingForm, field_choices, is_day
from matchmaker.web.posting.history import history_of
from matchmaker.web.posting.layout import QUICK_NEED_LAYOUT, VISIBILITY_NOTES, Layout, layout_of
from matchmaker.web.request_context import db, platform

Page = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class PostingPages:
    """The addresses of one side's pages. ``singular`` and ``plural`` are its words in endpoints, URLs and templates."""

    side: Side
    blueprint: str
    plural: str
    singular: str

    @property
    def list_url(self) -> str:
        """The list of own postings."""
        return url_for(f"{self.blueprint}.{self.plural}")

    @property
    def similar_url(self) -> str:
        """The address of the fragment with possible duplicates."""
        return url_for(f"{self.blueprint}.similar_{self.plural}")

    def edit_url(self, posting: Posting) -> str:
        """The address of the posting's form."""
        return url_for(f"{self.blueprint}.edit_{self.singular}", **self._of(posting))

    def action_url(self, posting: Posting, action: str) -> str:
        """The address that takes a step: submit, withdraw or close."""
        return url_for(f"{self.blueprint}.{self.singular}_action", **self._of(posting), action=action)

    def matches_url(self, posting: Posting) -> str:
        """The address of the posting's matches."""
        return url_for(f"{self.blueprint}.matches", **self._of(posting))

    def _of(self, posting: Posting) -> dict[str, Any]:
        return {f"{self.singular}_id": posting.id}

    def template(self, name: str) -> str:
        """The name of one of this side's templates."""
        return f"{self.blueprint}/{name}.html"


NEED_PAGES = PostingPages(Side.NEED, "enterprise", "needs", "need")
OFFER_PAGES = PostingPages(Side.OFFER, "research", "offers", "offer")
PAGES_OF: Mapping[Side, PostingPages] = {Side.NEED: NEED_PAGES, Side.OFFER: OFFER_PAGES}


def list_own(pages: PostingPages) -> str:
    """Show all postings of the person's organization with their status and possible steps."""
    postings = own_postings(db(), person(), pages.side) if person().organization else []
    steps = {posting.id: _steps(posting) for posting in postings}
    return render_template(pages.template(pages.plural), pages=pages, postings=postings, steps=steps)


def create(pages: PostingPages, layout: Layout, kind: OfferKind | None = None) -> Page:
    """Show an empty form, and save it as a new posting."""
    author = _member()
    if request.method == "GET":
        return _form_page(pages, PostingForm.blank(layout, _contact_of(author)), kind=kind)
    form = PostingForm.sent(layout, request.form)
    submitting = _is_submitting()
    values = form.read(vocabularies(db()), draft=not submitting)
    if values is not None:
        try:
            review = platform().settings.review
            posting = create_posting(db(), author, pages.side, values, kind, submitting=submitting, review=review)
        except InvalidInput as error:
            form.raise_if_any(error)
        else:
            return _saved(pages, posting, look_for_duplicates=True)
    return _form_page(pages, form, kind=kind), 400


def create_quickly(pages: PostingPages) -> Page:
    """Show and save the quick form: saved in any case, submitted when it is complete enough."""
    author = _member()
    if request.method == "GET":
        line = " ".join(filter(None, (author.name, author.phone, author.email)))
        form = PostingForm.blank(QUICK_NEED_LAYOUT, {"contact": line})
        return render_template(pages.template("quick_need"), pages=pages, **_of_form(form))
    form = PostingForm.sent(QUICK_NEED_LAYOUT, request.form)
    values = form.read(vocabularies(db()), draft=True)
    if values is not None:
        try:
            contact = read_contact(values.pop("contact"))
            posting = create_posting(db(), author, pages.side, values | (contact if any(contact.values()) else {}))
        except InvalidInput as error:
            form.raise_if_any(error)
        else:
            try:
                submit(db(), author, posting, review=platform().settings.review)
            except InvalidInput as error:
                flash(error.text(current_language()), "warning")
            invitation = gettext("补充指标、预算和合作方式，匹配会更准")
            return _saved(pages, posting, look_for_duplicates=True, invitation=invitation)
    return render_template(pages.template("quick_need"), pages=pages, **_of_form(form)), 400


def edit(pages: PostingPages, posting_id: int) -> Page:
    """Show and save the form of a stored posting. The later of two people who save sees the earlier one's changes."""
    editor = person()
    posting = get_own_posting(db(), editor, pages.side, posting_id)
    layout = layout_of(posting)
    if request.method == "GET":
        return _form_page(pages, PostingForm.of(layout, posting), posting)
    form = PostingForm.sent(layout, request.form)
    form.take_stored(request.form.getlist("take"), posting)
    old_title = posting.title
    submitting = _is_submitting()
    values = form.read(vocabularies(db()), draft=not submitting)
    status = 400
    if values is not None:
        try:
            edition, review = form.edition or "", platform().settings.review
            update_posting(db(), editor, posting, values, edition, submitting=submitting, review=review)
        except EditConflict as conflict:
            form.compare_with(conflict.posting)
            status = 409
        except InvalidInput as error:
            form.raise_if_any(error)
        else:
            return _saved(pages, posting, look_for_duplicates=posting.title != old_title)
    return _form_page(pages, form, posting), status


def act(pages: PostingPages, posting_id: int, action: str) -> Response:
    """Submit, withdraw or close a posting."""
    posting = get_own_posting(db(), person(), pages.side, posting_id)
    match action:
        case "submit":
            return _hand_in(pages, posting)
        case "withdraw":
            withdraw(db(), person(), posting)
            flash(gettext("“%(title)s”已撤回，对方不再看到；需要时可以重新提交", title=posting.title), "success")
        case "close":
            close(db(), person(), posting)
            flash(gettext("“%(title)s”已标为达成", title=posting.title), "success")
        case _:
            raise NotFound(N_("没有这个页面"))
    return redirect(pages.list_url, 303)


def similar(pages: PostingPages) -> str:
    """An HTML fragment: own postings similar to the title being typed."""
    title = request.args.get("title", "")
    found = _similar(pages, title, except_id=request.args.get("except", type=int))
    return render_template("posting/_similar.html", pages=pages, similar=found)


def _hand_in(pages: PostingPages, posting: Posting) -> Response:
    try:
        submit(db(), person(), posting, review=platform().settings.review)
    except InvalidInput as error:
        flash(error.text(current_language()), "danger")
        return redirect(pages.edit_url(posting), 303)
    flash(_status_message(posting), "success")
    return redirect(pages.list_url, 303)


def _saved(pages: PostingPages, posting: Posting, *, look_for_duplicates: bool, invitation: str = "") -> Response:
    """Redirect to the matches, with a message about the posting's new status."""
    more = Markup('<a class="alert-link" href="{}">{}</a>').format(
        pages.edit_url(posting), invitation or gettext("继续补充")
    )
    flash(Markup("{} {}").format(_status_message(posting), more), "success")
    if look_for_duplicates:
        found = _similar(pages, posting.title, except_id=posting.id)
        if found:
            flash(Markup(render_template("posting/_similar.html", pages=pages, similar=found)), "warning")
    return redirect(pages.matches_url(posting), 303)


def _status_message(posting: Posting) -> str:
    """The posting's new status, as a message."""
    match posting.status:
        case PostingStatus.DRAFT:
            return str(gettext("草稿已保存，只有本单位看得到。"))
        case PostingStatus.SUBMITTED:
            return str(gettext("已提交，组织方审核后对方就能看到。"))
        case PostingStatus.PUBLISHED:
            return str(gettext("已发布，对方现在就能看到。"))
        case _:
            return str(gettext("已保存。"))


def _similar(pages: PostingPages, title: str, except_id: int | None) -> list[Posting]:
    """Own postings similar to this one, read in a separate session: the request's would take the write lock again."""
    account = person()
    if account.organization is None:
        return []
    with platform().database.reading() as session:
        found = similar_own(session, platform().search_index, account, pages.side, title[:200], k=4)
    return [posting for posting in found if posting.id != except_id][:3]


def _form_page(
    pages: PostingPages, form: PostingForm, posting: Posting | None = None, kind: OfferKind | None = None
) -> str:
    organization = posting.organization if posting is not None else person().organization
    return render_template(
        pages.template(f"edit_{pages.singular}"),
        pages=pages,
        posting=posting,
        kind=kind or getattr(posting, "kind", None),
        teams=[team.name for team in organization.teams] if organization else [],
        history=history_of(posting) if posting is not None else [],
        steps=_steps(posting) if posting is not None else {"submit": True},
        **_of_form(form),
    )


def _of_form(form: PostingForm) -> dict[str, Any]:
    return {
        "form": form,
        "choices": {field.name: field_choices(field) for field in form.fields},
        "visibility_notes": {term.value: note for term, note in VISIBILITY_NOTES.items()},
        "is_day": is_day,
        "today": date.today(),
    }


def _steps(posting: Posting) -> dict[str, bool]:
    """The steps that its people can take from the posting's status."""
    return {
        "submit": may_submit(posting),
        "withdraw": may_become(posting, PostingStatus.WITHDRAWN),
        "close": may_become(posting, PostingStatus.CLOSED),
    }


def _member() -> User:
    """The account; refused without an organization, in whose name postings are made."""
    account = person()
    if account.organization is None:
        raise NotAllowed(N_("请先加入一个单位，再发布信息。组织方可以在审核页修改任何单位的信息"))
    return account


def _contact_of(author: User) -> dict[str, str]:
    return {"contact_name": author.name, "contact_phone": author.phone, "contact_email": author.email}


def _is_submitting() -> bool:
    """Whether the person pressed “submit” rather than “save”."""
    return request.form.get("action") == "submit"
