"""The organizer's pages: reviews, imports, events."""
