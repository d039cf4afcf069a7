"""A list of matches with the reader's feedback on them."""

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
    """Template variables: ``matches`` not dismissed, ``dismissed`` ones, ``feedback`` and ``interests`` by posting."""
    feedback = feedback_on(db(), person(), posting)
    dismissed = [match for match in matches if FeedbackKind.DISMISSED in feedback.get(match.posting.id, {})]
    return {
        "matches": [match for match in matches if match not in dismissed],
        "dismissed": dismissed,
        "feedback": feedback,
        "interests": standing_interests(db(), posting),
    }
