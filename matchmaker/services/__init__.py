"""The verbs of the platform, one module for each group of use-cases.

Services join the domain with matching, scheduling and printing, and own transactions: a verb that changes something
takes a session, makes its change, logs it, and commits. Callers (web, command line) never commit.
"""
