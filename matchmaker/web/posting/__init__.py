"""Posting on the web: what the pages for needs and for offers share."""
