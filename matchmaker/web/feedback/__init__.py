"""Feedback on matches and requests to be put in touch; for both sides."""

from matchmaker.web.access import Audience, audience_blueprint

blueprint = audience_blueprint("feedback", __name__, Audience.ACCOUNTS, "/feedback")

from matchmaker.web.feedback import feedback_views, interests  # noqa: E402, F401
