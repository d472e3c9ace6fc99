"""The catalogue: settings, tables, sessions and every query, one module a noun."""
