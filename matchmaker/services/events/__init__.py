"""Running an event: from who comes to the printed match list.

    editing.py       the event itself              participants.py  who comes, and who could
    agenda.py        openings, talks and breaks
    partnerships.py  pairs, scores, decisions      match_list.py    building, changing by hand
    problem.py       what the assignment is asked  reasons.py       why a pair
    state.py         the list as it stands         history.py       its versions
    registration.py  invited, applied, withdrawn   delegates.py     who comes for a participant
    availability.py  when, and how often           deadlines.py     what is still open
    dashboard.py     who has done what, reminders  letters.py       mail to a participant's people
    bars.py          pairs that never meet         met_before.py    pairs that met at other events
    check_in.py      the door                      live.py          the screen in the hall
    no_shows.py      what became of a meeting      refilling.py     another partner for who waits
    ratings.py       what both sides say           leads.py         what to follow up
    finishing.py     the end of an event           clock.py         its slots on a clock
    printing/        every sheet, PDF and XLSX     archive.py       all of them in one ZIP
    templates.py     columns an organizer chose    results.py       what came of the meetings
    halls.py         the halls' booths             expo.py          booths worth a visit, exhibits
    visits.py        an expo for one participant   faults.py        several faults at once
    board.py         changing the schedule by hand undoing.py       undo and redo of it
    board_state.py   the board as it stands        board_rules.py   what a change by hand must not break
    turn.py          one organizer after another   plan_changes.py  what differs between two versions
    suggestions.py   what could fill a gap         occupancy.py     who and which table is taken when
    schedule.py      when and where, in one click  conditions.py    what a schedule has to respect
    certifying.py    the certificate               publishing.py    what participants see, versions
    replanning.py    repairing what is published   clashes.py       fixed meetings that contradict
    why_not.py       what is left out, and why     what_if.py       trying other conditions
    quality.py       counts to draw                meeting_rows.py  plans as rows
    requests.py      asking for a meeting          request_rules.py what may be asked, and how long it holds
    askable.py       whom to ask                   personal.py      a participant's own schedule
    places.py        where and when, by version    notes.py         what a version is about
    expiring.py      requests past their time      standing_in.py   answering for who has no account
    notices.py       mail about what changed       at_once.py       changes published on the day

A new verb goes to the file of what it changes.
"""

from matchmaker.services.events.editing import find_event, list_events
from matchmaker.services.events.match_list import build_match_list
from matchmaker.services.events.printing import Format, print_match_list

__all__ = ["Format", "build_match_list", "find_event", "list_events", "print_match_list"]
