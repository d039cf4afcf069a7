"""Running an event: from who comes to the printed match list.

    editing.py       the event itself              participants.py  who comes, and who could
    partnerships.py  pairs, scores, decisions      match_list.py    building, changing by hand
    problem.py       what the assignment is asked  reasons.py       why a pair
    state.py         the list as it stands         history.py       its versions
    printing.py      PDF and XLSX                  faults.py        several faults at once
    board.py         changing the schedule by hand undoing.py       undo and redo of it
    board_state.py   the board as it stands        board_rules.py   what a change by hand must not break
    turn.py          one organizer after another   plan_changes.py  what differs between two versions
    suggestions.py   what could fill a gap         occupancy.py     who and which table is taken when

A new verb goes to the file of what it changes.
"""

from matchmaker.services.events.editing import find_event, list_events
from matchmaker.services.events.match_list import build_match_list
from matchmaker.services.events.printing import Format, print_match_list

__all__ = ["Format", "build_match_list", "find_event", "list_events", "print_match_list"]
