"""JSON that is as documented, and JSON that is anything."""

from hypothesis import given
from hypothesis import strategies as st

from db.records import MAX_NAME_CHARACTERS
from indexer.sources.musicbrainz import reading
from indexer.sources.musicbrainz.covers import FoundCover, unsuitable
from indexer.sources.musicbrainz.keeping import origin_of
from indexer.sources.musicbrainz.records import ListedImage, Mbid, ReleaseGroup
from sleeve.vocabulary import Side

ID = "1b022e01-4da6-387b-8658-8678046e4cef"
GROUP = {
    "id": ID.upper(),
    "title": "Ne\u200bver\tmind ",
    "first-release-date": "1991-09-24",
    "artist-credit": [{"name": "A", "joinphrase": " & "}, {"name": "B"}],
    "genres": [{"name": "grunge", "count": 3}],
    "tags": [{"name": "Rock", "count": 5}, {"name": "grunge", "count": 1}, {"name": "bad", "count": 0}],
}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


def test_a_release_group() -> None:
    assert reading.release_group(GROUP) == ReleaseGroup(ID, "Nevermind", "A & B", 1991, (("rock", 5), ("grunge", 3)))  # type: ignore[arg-type]


def test_names_are_cut_and_what_has_none_is_left_out() -> None:
    long = reading.release_group({**GROUP, "title": "x" * 9999})
    assert long is not None
    assert len(long.title) == MAX_NAME_CHARACTERS
    for missing in ("id", "title", "artist-credit"):
        assert reading.release_group({name: value for name, value in GROUP.items() if name != missing}) is None


def test_releases_know_their_sides_and_darkened_art_is_none() -> None:
    art = {"front": True, "back": False, "darkened": False}
    found = reading.releases(
        {
            "releases": [
                {"id": ID, "status": "Official", "date": "1991", "cover-art-archive": art},
                {"id": ID, "cover-art-archive": {**art, "darkened": True}},
                {"id": ID},
            ]
        }
    )
    assert [(release.sides, release.official, release.date) for release in found] == [
        (frozenset({Side.FRONT}), True, "1991")
    ]


def test_images_are_read_and_oddities_named() -> None:
    listed = {
        "images": [
            {"id": 12, "types": ["Back", 7], "approved": True, "image": "http://x/12.jpg"},
            {"id": "../etc", "types": ["Back"], "approved": True},
            {"id": 13, "types": None},
        ]
    }
    assert reading.images(listed) == [ListedImage("12", "http://x/12.jpg", frozenset({"Back"}), True)]
    assert unsuitable(ListedImage("1", "http://x/1.jpg", frozenset({"Back", "Spine"}), True)) == ""
    assert unsuitable(ListedImage("1", "http://x/1.PDF", frozenset({"Back"}), True)) == "the back is a PDF"
    assert "not approved" in unsuitable(ListedImage("1", "", frozenset({"Back"}), False))
    assert unsuitable(ListedImage("1", "", frozenset({"Back", "Front"}), True)).endswith("Front")


@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: anything | st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(fields, anything)), max_size=3)
            for name, fields in {
                "release-groups": ("id", "title", "artist-credit", "tags", "first-release-date"),
                "releases": ("id", "cover-art-archive", "date", "status"),
                "images": ("id", "types", "approved", "image"),
                "count": (),
                "artist-credit": ("name", "joinphrase"),
                "genres": ("name", "count"),
            }.items()
        },
    )
)
def test_no_json_makes_reading_fail(document: dict[str, object]) -> None:
    groups, total = reading.release_groups(document)
    assert isinstance(total, int)
    assert all(group.title and group.artist for group in groups)
    reading.release_group({**GROUP, **document})
    assert all(image.id.isdigit() for image in reading.images(document))
    reading.releases(document)


def test_a_release_says_its_barcode_if_it_can_be_one() -> None:
    """An empty one says that there is none."""
    release = {"id": ID, "cover-art-archive": {"front": True}}
    said = ["5099902988023", "036000291452", "5099902988024", "", None, 5099902988023]
    found = reading.releases({"releases": [{**release, "barcode": code} for code in said]})
    codes = ["5099902988023", "0036000291452", None, None, None, "5099902988023"]
    assert [one.barcode for one in found] == codes


def test_a_cover_of_a_release_says_its_barcode() -> None:
    group = ReleaseGroup(Mbid(ID), "A", "B", 1999, ())
    found = FoundCover(Side.FRONT, "https://example.org/a", b"x", Mbid(ID), "5099902988023")
    assert origin_of(group, found)["barcode"] == "5099902988023"
    assert "barcode" not in origin_of(group, FoundCover(Side.FRONT, "https://example.org/a", b"x"))
