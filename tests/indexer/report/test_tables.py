import csv
from io import StringIO

from indexer.report.tables import csv_text


def test_a_text_that_a_spreadsheet_would_run_is_kept_as_text() -> None:
    text = csv_text(("a", "b"), [("=1+1", -2.5), ("@x", 3), ('plain, "quoted"', "-y")])
    assert list(csv.reader(StringIO(text))) == [["a", "b"], ["'=1+1", "-2.5"], ["'@x", "3"], ['plain, "quoted"', "'-y"]]
