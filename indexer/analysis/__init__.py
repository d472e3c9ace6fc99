"""What can be learned about a catalogue, its vectors and its genres: functions that take arrays and give typed results.

Each module is one question. All are usable from a notebook (docs/separability.ipynb) and take a seed; the same input
gives the same result. They need the ``report`` extra, whose packages are imported when a function runs.
"""
