#!/usr/bin/env bash
# Guess: training a tokenizer twice on the same texts, in one process, gives the same tokenizer, so that a test
# or a second run may make it again for a model trained with the first.
#
# What happens: a unigram tokenizer (as of XLM-R and SigLIP) comes out with the same pieces under other numbers,
# each time, because pieces of one score are in no order. The model's table of embeddings then fits only the
# file that was saved. Byte-pair encoding gives the same numbers each time.
#
# Versions and source: tokenizers 0.23.3 (tokenizers/src/models/unigram/trainer.rs)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check tokenizers==0.23.3
cd "$work"
"$work/venv/bin/python" - <<'PY'
from importlib.metadata import version

from tokenizers import Tokenizer, models, trainers
from tokenizers.pre_tokenizers import Metaspace

TITLES = ["blue train", "kind of blue", "a love supreme", "giant steps", "out to lunch", "maiden voyage"] * 50
print("tokenizers", version("tokenizers"))


def trained(model, trainer):
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = Metaspace()
    tokenizer.train_from_iterator(TITLES, trainer)
    return tokenizer.get_vocab()


quiet = {"vocab_size": 120, "show_progress": False}
unigram = [trained(models.Unigram(), trainers.UnigramTrainer(unk_token="<unk>", special_tokens=["<unk>"], **quiet)) for _ in range(8)]
pairs = [trained(models.BPE(), trainers.BpeTrainer(**quiet)) for _ in range(8)]
for name, made in {"unigram": unigram, "byte-pair": pairs}.items():
    numberings = {tuple(sorted(one.items())) for one in made}
    print(f"{name}: {len({frozenset(one) for one in made})} set of pieces, {len(numberings)} numberings in 8 trainings")
assert len({frozenset(one) for one in unigram}) == 1
assert len({tuple(sorted(one.items())) for one in unigram}) > 1
assert len({tuple(sorted(one.items())) for one in pairs}) == 1
PY
