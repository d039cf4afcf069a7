"""The records of the platform (SQLAlchemy models), its controlled terms, and rules about single records."""
