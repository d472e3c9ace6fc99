"""Token for token what open_clip's tokenizer makes of the same text, and what ``tokenizers`` makes of any tokenizer."""

import html
import json
import unicodedata
from typing import Any

import ftfy
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from indexer.models.tokenizer import TextCleaning, TextTokenizer, cleaned, clip_tokenizer
from indexer.progress import chunks
from indexer.training.torchvision_shim import make_torchvision_importable
from sleeve.errors import BundleError

PLACES = 77
MERGES = b"a b\nab c</w>\n"


@pytest.fixture(scope="module")
def theirs() -> Any:
    make_torchvision_importable()
    import open_clip

    return open_clip.SimpleTokenizer()


@pytest.fixture(scope="module")
def ours(theirs: Any) -> TextTokenizer:
    merges = "".join(f"{first} {second}\n" for first, second in theirs.bpe_ranks).encode()
    return TextTokenizer(clip_tokenizer(merges), TextCleaning.LOWER, PLACES)


def agree(ours: TextTokenizer, theirs: Any, text: str) -> bool:
    """Whether both make the same of a text, with start, end and padding."""
    plain = theirs.encode(text)
    found, counted = ours.encode(text)
    if not plain:
        return found == []
    whole = [theirs.sot_token_id, *plain, theirs.eot_token_id]
    padding = [0] * (PLACES - len(whole))
    return found == whole + padding and counted == [1] * len(whole) + padding


@pytest.mark.parametrize(
    "text",
    [
        "a foggy forest",
        "  Two   spaces,\ta tab\nand a line ",
        "don't they're we've I'm you'll he'd O'Neill's",
        "curly \u2018quotes\u2019 aren\u2019t \u201cstraight\u201d",
        "mojibake: Ã©tÃ© â€” and &amp;amp; &lt;b&gt; entities",
        "1969, ½, ²³, Ⅷ and \N{FULLWIDTH DIGIT FOUR}\N{FULLWIDTH DIGIT TWO}",
        "snake_case !!! ... -- $%& #rock @home",
        "déjà vu, naïve, ÅNGSTRÖM, straße, İstanbul, Ωμέγα, ΟΔΟΣ",
        "ночь над Москвой 夜の森 קדיש موسيقى हिन्दी",
        "family 👨\u200d👩\u200d👧 and flags 🇳🇴🇧🇷",
        "<start_of_text> in <END_OF_TEXT> the middle",
        "supercalifragilisticexpialidocious " * 3,
        "'\u017f \x00\x1c\x85 \ud800 \u0345a\u0345",
        "",
        " \u3000\n",
    ],
)
def test_clips_own_on_texts_of_all_kinds(ours: TextTokenizer, theirs: Any, text: str) -> None:
    assert agree(ours, theirs, text)


@given(st.text(st.characters(exclude_categories=["Cn"]), max_size=40))
def test_clips_own_on_any_text(ours: TextTokenizer, theirs: Any, text: str) -> None:
    # Mending may make a character that Python does not know yet and open_clip does, such as U+058B.
    mended = html.unescape(html.unescape(ftfy.fix_text(text)))
    assume(all(unicodedata.category(character) != "Cn" for character in mended))
    assume(len(theirs.encode(text)) <= PLACES - 2)
    assert agree(ours, theirs, text)


def test_clips_own_on_every_letter_mark_and_sign_of_the_first_plane(ours: TextTokenizer, theirs: Any) -> None:
    known = [f"a{chr(point)}b1" for point in range(0x3400) if unicodedata.category(chr(point)) != "Cn"]
    texts = map(" ".join, chunks(known, 8))
    assert [text for text in texts if not agree(ours, theirs, text)] == []


@pytest.mark.parametrize("data", [b"a b\nc\n", b"a b c\n", b"\xff \xfe\n", b"", b"a q\xc3\xa9\n"])
def test_damaged_merges_are_refused(data: bytes) -> None:
    with pytest.raises(BundleError, match=r"merges are|the tokenizer is damaged"):
        clip_tokenizer(data)


@pytest.mark.parametrize("name", TextCleaning)
@pytest.mark.parametrize(
    "text", ["  Guns N'  Roses:\tAppetite_for &amp; \u201cDestruction\u201d (1987)! ", "ΟΔΟΣ", "..."]
)
def test_texts_are_cleaned_as_open_clip_does_it(theirs: Any, name: TextCleaning, text: str) -> None:
    from open_clip.tokenizer import get_clean_fn

    assert cleaned(text, name) == get_clean_fn(name.value)(text)


def test_what_a_tokenizer_would_cut_off_is_there(ours: TextTokenizer) -> None:
    found, counted = ours.encode("rock " * PLACES)
    assert len(found) == len(counted) == PLACES + 2


def test_a_damaged_tokenizer_is_refused() -> None:
    whole = json.loads(clip_tokenizer(MERGES))
    for data in (b"", b"{}", b"\xff", json.dumps({**whole, "model": {"type": "BPE"}}).encode()):
        with pytest.raises(BundleError, match="the tokenizer is damaged"):
            TextTokenizer(data, TextCleaning.LOWER, PLACES)
    cut = {"max_length": 2**24 + 1, "strategy": "LongestFirst", "direction": "Right", "stride": 0}
    with pytest.raises(BundleError, match="holds a number above 16777216"):
        TextTokenizer(json.dumps({**whole, "truncation": cut}).encode(), TextCleaning.LOWER, PLACES)
    with pytest.raises(BundleError, match="the tokenizer is damaged"):
        TextTokenizer(b"[" * 100_000, TextCleaning.LOWER, PLACES)
    with pytest.raises(BundleError, match="does not say what it fills up with"):
        TextTokenizer(json.dumps({**whole, "padding": None}).encode(), TextCleaning.LOWER, PLACES)
