"""The cooperations of a person's organization, and the page of each."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.cooperation import FORWARD, NOTE_LENGTH, ChangeCause, Cooperation, Stage
from matchmaker.domain.errors import Conflict
from matchmaker.domain.interest import InterestStatus
from matchmaker.domain.people import Organization
from matchmaker.domain.postings.posting import Posting
from matchmaker.domain.postings.visibility import VisiblePosting
from matchmaker.domain.vocabulary import Side
from matchmaker.i18n import N_
from matchmaker.services.cooperation.access import get_cooperation, sight_of, withheld
from matchmaker.services.cooperation.beginning import begin_from_interest
from matchmaker.services.cooperation.interests import get_interest
from matchmaker.services.cooperation.lists import own_cooperations
from matchmaker.web.access import person
from matchmaker.web.cooperation import blueprint
from matchmaker.web.cooperation.forms import ContractForm
from matchmaker.web.request_context import db

TRACK = tuple(stage for stage in Stage if stage is not Stage.FAILED)

ADVICE: Mapping[Stage, str] = {
    Stage.CONTACT: N_("先互相介绍情况，约一次交流或到现场看看。开始谈条件了，就进入“洽谈”。"),
    Stage.NEGOTIATION: N_(
        "把问题、指标、费用和周期谈清楚。有了书面意向，点“签了意向协议”；直接签合同的，登记合同即可。"
    ),
    Stage.LETTER_OF_INTENT: N_("照意向协议把合同条款定下来，签订后在这里登记。"),
    Stage.CONTRACT: N_("合同开始执行就点“开始履行”。还没有认定登记号的，办好后在合同里补上。"),
    Stage.PERFORMING: N_("照合同推进，进展随手记一笔；验收、结清后点“完成”。"),
    Stage.COMPLETED: N_("合作已经完成。还有新的合同，仍可在这里登记。"),
    Stage.FAILED: N_("合作已经终止。情况有变，可以退回上一步继续。"),
}
"""What to do next, by stage."""

STEPS: Mapping[Stage, str] = {
    Stage.NEGOTIATION: N_("进入洽谈"),
    Stage.LETTER_OF_INTENT: N_("签了意向协议"),
    Stage.PERFORMING: N_("开始履行"),
    Stage.COMPLETED: N_("完成"),
}
"""What a person does to bring a cooperation to the stage."""


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a cooperation: its posting, and as much of it as the reader sees.

    Both are ``None`` where there is no posting or the reader may not see it.
    """

    organization: Organization
    side: Side
    posting: Posting | None
    seen: VisiblePosting | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A refused step: its form, the note typed into it, and the reason."""

    step: str
    words: str
    message: str


@blueprint.get("")
def cooperations() -> str:
    """Show all cooperations of the person's organization with their next steps."""
    return render_template(
        "cooperation/list.html",
        cooperations=own_cooperations(db(), person()),
        advice=ADVICE,
        own=person().organization_id,
    )


@blueprint.get("/<int:cooperation_id>")
def detail(cooperation_id: int) -> str:
    """Show one cooperation: its stage, next steps, contracts and history."""
    return detail_page(get_cooperation(db(), person(), cooperation_id))


@blueprint.post("/interests/<int:interest_id>")
def begin(interest_id: int) -> Response:
    """Start the cooperation of an accepted interest that has none: it dates from an earlier version."""
    interest = get_interest(db(), person(), interest_id).interest
    if interest.status is not InterestStatus.ACCEPTED:
        raise Conflict(N_("对方还没有同意对接"))
    cooperation = begin_from_interest(db(), person(), interest)
    db().commit()
    flash(gettext("合作已建立，双方都能看到"), "success")
    return back_to(cooperation.id)


def detail_page(
    cooperation: Cooperation, *, refused: Refused | None = None, contract_form: ContractForm | None = None
) -> str:
    """The page of a cooperation; a refused form shows again what was typed."""
    steps = {stage: STEPS[stage] for stage in FORWARD[cooperation.stage]}
    at_hand = {"note", *(f"advance-{stage.value}" for stage in steps)}
    at_hand |= {"back"} if cooperation.step_back_to else set()
    at_hand |= {"fail"} if cooperation.open else set()
    return render_template(
        "cooperation/detail.html",
        cooperation=cooperation,
        own=cooperation.side_of(person().organization_id),
        parties=[_party(cooperation, side) for side in Side],
        track=TRACK,
        advice=ADVICE,
        steps=steps,
        refused=refused,
        # Refused for the whole page to say, as when the step has no form any more.
        homeless=refused if refused and (refused.step not in at_hand) else None,
        contract_form=contract_form or ContractForm(),
        longest=NOTE_LENGTH,
        Stage=Stage,
        ChangeCause=ChangeCause,
    )


def _party(cooperation: Cooperation, side: Side) -> Party:
    organization = side.choose(cooperation.need_organization, cooperation.offer_organization)
    posting = cooperation.posting_of(side)
    if posting is None or withheld(person(), posting):
        return Party(organization, side, None)
    return Party(organization, side, posting, VisiblePosting(posting, sight_of(db(), person(), cooperation, posting)))


def version_seen() -> int:
    """The cooperation's version in the submitted form; 0, which matches none, when it is not a number."""
    return request.form.get("version", 0, type=int)


def back_to(cooperation_id: int) -> Response:
    """Redirect to the page of the cooperation."""
    return redirect(url_for(".detail", cooperation_id=cooperation_id), 303)
