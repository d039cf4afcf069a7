"""What the pages for needs and for offers share."""
