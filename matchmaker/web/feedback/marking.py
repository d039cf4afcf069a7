"""A list of matches together with what the reader said about them."""

from collections.abc import Sequence
from typing import Any

from matchmaker.domain.learning.feedback import FeedbackKind
from matchmaker.domain.postings.posting import Posting
from matchmaker.services.cooperation.interests import standing_interests
from matchmaker.services.finding.recommendations import Recommendation
from matchmaker.services.learning.feedback import feedback_on
from matchmaker.web.access import person
from matchmaker.web.request_context import db


def with_feedback(posting: Posting, matches: Sequence[Recommendation]) -> dict[str, Any]:
    """For the template: the ``matches`` that stand, the ``dismissed`` ones, and what was ``said`` about each."""
    said = feedback_on(db(), person(), posting)
    dismissed = [match for match in matches if FeedbackKind.DISMISSED in said.get(match.posting.id, {})]
    return {
        "matches": [match for match in matches if match not in dismissed],
        "dismissed": dismissed,
        "said": said,
        "interests": standing_interests(db(), posting),
    }
