"""The organizer's pages: reviews, imports, events."""

from matchmaker.web.access import Audience, audience_blueprint

blueprint = audience_blueprint("organizer", __name__, Audience.ORGANIZERS, "/organizer")

from matchmaker.web.organizer import (  # noqa: E402 - views register themselves on the blueprint
    check_in,  # noqa: F401
    cooperations,  # noqa: F401
    events,  # noqa: F401
    events_agenda,  # noqa: F401
    events_board,  # noqa: F401
    events_dashboard,  # noqa: F401
    events_day,  # noqa: F401
    events_halls,  # noqa: F401
    events_leads,  # noqa: F401
    events_live,  # noqa: F401
    events_match_list,  # noqa: F401
    events_meeting_requests,  # noqa: F401
    events_participants,  # noqa: F401
    events_partnerships,  # noqa: F401
    events_printing,  # noqa: F401
    events_registration,  # noqa: F401
    events_schedule,  # noqa: F401
    judging,  # noqa: F401
    people,  # noqa: F401
    review,  # noqa: F401
    transfer,  # noqa: F401
)
