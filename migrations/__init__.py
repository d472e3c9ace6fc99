"""Alembic's scripts; run through ``db.migration`` (``sleeve db upgrade``)."""
