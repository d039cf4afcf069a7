"""Cooperations: what two organizations make of having met, until it is done.

    access.py      who may see and change it     beginning.py   from a meeting or an interest
    by_hand.py     begun by an organizer         stages.py      forward, back, failed, notes
    contracts.py   what was signed               lists.py       of an organization, of meetings, all with totals

Members of both sides and organizers see and do the same; for everybody else there is no such cooperation.
"""
