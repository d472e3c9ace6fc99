"""``sleeve report``: the analyses of a catalogue as one page, with its figures and their data."""
