"""Matchmaker: industry–academia matchmaking for a city."""
