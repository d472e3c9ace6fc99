"""Alembic's scripts; run through ``db.migration`` (``sleeve db upgrade``)."""

NEWEST = "0031"
"""The last revision in ``versions/``; a test holds it to that."""
