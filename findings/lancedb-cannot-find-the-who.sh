#!/usr/bin/env bash
# Guess: a full-text index on artists finds every artist by name; whoever wants stop words removed
# asks for it.
#
# What happens: the default index removes English stop words, so that "The Who", "The The" and
# "Them" cannot be found by their names, and it stems, so that "run" finds "Running". With stem
# and remove_stop_words off all are found.
#
# Versions and source: lancedb 0.40.0. https://docs.lancedb.com/indexing/fts-index
# (remove_stop_words and stem, both on)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check lancedb==0.40.0
cd "$work"
"$work/venv/bin/python" - <<'PY'
import warnings

import lancedb
from lancedb.index import FTS

print("lancedb", lancedb.__version__)
warnings.simplefilter("ignore")
artists = ["The Who", "The The", "Them", "Running", "Yes"]
rows = [{"id": i, "vector": [float(i), 0.5], "artist": artist} for i, artist in enumerate(artists)]


def find_all(name, config):
    table = lancedb.connect("db").create_table(name, rows)
    table.create_index("artist", config=config)
    table.wait_for_index([index.name for index in table.list_indices()])
    return {
        words: [row["artist"] for row in table.search(words, query_type="fts").to_list()]
        for words in ("The Who", "The The", "Them", "run", "Yes")
    }


default = find_all("standard", FTS())
plain = find_all("plain", FTS(stem=False, remove_stop_words=False))
print("default:", default)
print("without stemming and stop words:", plain)
assert default == {"The Who": [], "The The": [], "Them": [], "run": ["Running"], "Yes": ["Yes"]}
assert plain["The Who"][0] == "The Who" and "The The" in plain["The The"]
assert plain["Them"] == ["Them"] and plain["run"] == []
PY
