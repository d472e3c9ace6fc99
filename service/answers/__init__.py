"""Answers: similar albums, genres, recommendations, from the live index and the database."""
