"""Token for token what open_clip's tokenizer makes of the same text."""

import html
import unicodedata
from typing import Any

import ftfy
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from indexer.models.clip_tokenizer import ClipTokenizer
from indexer.progress import chunks
from indexer.training.torchvision_shim import make_torchvision_importable
from sleeve.errors import BundleError


@pytest.fixture(scope="module")
def theirs() -> Any:
    make_torchvision_importable()
    import open_clip

    return open_clip.SimpleTokenizer()


@pytest.fixture(scope="module")
def ours(theirs: Any) -> ClipTokenizer:
    return ClipTokenizer.from_bytes("".join(f"{first} {second}\n" for first, second in theirs.bpe_ranks).encode())


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
        "déjà vu, naïve, ÅNGSTRÖM, straße, İstanbul, Ωμέγα",
        "ночь над Москвой 夜の森 קדיש موسيقى हिन्दी",
        "family 👨\u200d👩\u200d👧 and flags 🇳🇴🇧🇷",
        "<start_of_text> in <END_OF_TEXT> the middle",
        "supercalifragilisticexpialidocious " * 3,
        "'\u017f \x00\x1c\x85 \ud800 \u0345a\u0345",
        "",
        " \u3000\n",
    ],
)
def test_texts_of_all_kinds(ours: ClipTokenizer, theirs: Any, text: str) -> None:
    assert ours.encode(text) == theirs.encode(text)


@given(st.text(st.characters(exclude_categories=["Cn"]), max_size=40))
def test_any_text(ours: ClipTokenizer, theirs: Any, text: str) -> None:
    # Mending may make a character that Python does not know yet and open_clip does, such as U+058B.
    mended = html.unescape(html.unescape(ftfy.fix_text(text)))
    assume(all(unicodedata.category(character) != "Cn" for character in mended))
    assert ours.encode(text) == theirs.encode(text)


def test_every_letter_mark_and_sign_of_the_first_plane(ours: ClipTokenizer, theirs: Any) -> None:
    known = [f"a{chr(point)}b1" for point in range(0x3400) if unicodedata.category(chr(point)) != "Cn"]
    texts = map(" ".join, chunks(known, 64))
    assert [text for text in texts if ours.encode(text) != theirs.encode(text)] == []


def test_start_and_end_are_the_last_of_the_vocabulary(ours: ClipTokenizer, theirs: Any) -> None:
    assert [ours.start_id, ours.end_id] == theirs.all_special_ids == [49406, 49407]


@pytest.mark.parametrize("data", [b"a b\nc\n", b"a b c\n", b"\xff \xfe\n", b""])
def test_damaged_merges_are_refused(data: bytes) -> None:
    with pytest.raises(BundleError, match="merges are"):
        ClipTokenizer.from_bytes(data)
