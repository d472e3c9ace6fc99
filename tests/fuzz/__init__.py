"""Coverage-guided fuzzing of what reads strangers' files; not a part of the suite, and atheris is no dependency.

    pip install atheris
    python -m tests.fuzz.archive -max_total_time=60
    python -m tests.fuzz.table -max_total_time=60
    python -m tests.fuzz.tags -max_total_time=60

Every option is libFuzzer's. What was found before is where the next run begins; a file that was found to do harm is
named when it is found, and ``python -m tests.fuzz.archive FILE`` does it again.
"""
