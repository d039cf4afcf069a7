"""The reader's coming events and their unanswered requests, for the banner of every page."""

from matchmaker.domain.events.event import Participant
from matchmaker.services.events.participation.participants import own_participants
from matchmaker.services.events.requests.my_schedule import Attended, coming_events, waiting_for
from matchmaker.web.access import person, viewer
from matchmaker.web.attending import blueprint
from matchmaker.web.attending.schedule import first_page
from matchmaker.web.request_context import db


@blueprint.app_context_processor
def for_every_page() -> dict[str, object]:
    """Template function ``agenda()``: the reader's coming events, soonest first, each with the requests to answer."""
    return {"agenda": _agenda}


@blueprint.context_processor
def for_own_pages() -> dict[str, object]:
    """Template variables for the tabs above a participant's pages."""
    return {"requests_waiting": _requests_waiting, "own_sisters": _own_sisters, "first_page": first_page}


def _agenda() -> list[Attended]:
    reader = viewer()
    return [] if reader is None else coming_events(db(), reader)


def _requests_waiting(participant: Participant) -> int:
    return waiting_for(db(), participant)


def _own_sisters(participant: Participant) -> list[Participant]:
    """All participants of this event that the reader acts for, in the order they were added."""
    return sorted(own_participants(db(), person(), participant.event), key=lambda sister: sister.id)
