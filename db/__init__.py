"""The database of a catalogue: tables, sessions and every query, one module for each noun."""
