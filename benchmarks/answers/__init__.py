"""Whole answers, next to the design that a user would pick instead."""
