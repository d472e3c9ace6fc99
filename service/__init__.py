"""Answers: search, ranking, the HTTP service and the command line."""
