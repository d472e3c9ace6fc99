#!/usr/bin/env bash
# Guess: the Lowercase step of a Hugging Face tokenizer makes of a text what Python's lower() makes of it,
# so CLIP's tokenizer as transformers saves it reads a title as open_clip's does.
#
# What happens: it lowers a letter at a time, and so does not know the form of sigma that ends a Greek word.
# "ΟΔΟΣ" becomes "οδοσ"; Python, and with it open_clip's own tokenizer, has "οδος". A CLIP model then gets
# other tokens for the same title in capitals, and a quite different vector.
#
# Versions and source: tokenizers 0.23.3 (tokenizers/src/tokenizer/normalizer.rs, NormalizedString::lowercase),
# Python 3.11 (str.lower, Unicode's rule for Final_Sigma)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check tokenizers==0.23.3
cd "$work"
"$work/venv/bin/python" - <<'PY'
from importlib.metadata import version

from tokenizers.normalizers import Lowercase

print("tokenizers", version("tokenizers"))
for title, theirs in {"ΟΔΟΣ": "οδοσ", "ΤΟ ΦΩΣ": "το φωσ", "MÖTLEY CRÜE": "mötley crüe", "КИНО": "кино"}.items():
    lowered = Lowercase().normalize_str(title)
    print(f"{title!r}: {lowered!r}, Python's {title.lower()!r}")
    assert lowered == theirs
assert "ΟΔΟΣ".lower() == "οδος"
PY
