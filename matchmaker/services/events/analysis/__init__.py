"""What a schedule is like: its figures, what was left out and why, and what other conditions would give."""
