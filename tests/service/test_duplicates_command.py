"""``sleeve duplicates`` over a catalogue with other pressings in it."""

from tests.homes import Home
from tests.indexer.duplicates.artworks import artwork, cropped, stickered


def test_pressings_are_grouped_and_nothing_else_is(home: Home) -> None:
    assert "there is no index yet" in home.sleeve("duplicates", code=1).stderr
    covers = home.folder / "covers/jazz"
    covers.mkdir(parents=True)
    for seed in range(8):
        artwork(seed).save(covers / f"{seed}.png")
    stickered(artwork(3)).save(covers / "3 stickered.png")
    cropped(artwork(3)).save(covers / "3 cropped.png")
    cropped(artwork(5)).save(covers / "5 cropped.png")
    home.sleeve("add", "covers")
    home.sleeve("index")
    document = home.json("duplicates")
    found = [sorted(cover["file"].removeprefix("covers/jazz/") for cover in group) for group in document["groups"]]
    assert sorted(found) == [["3 cropped.png", "3 stickered.png", "3.png"], ["5 cropped.png", "5.png"]]
    assert document["covers"] == 5
    told = home.sleeve("duplicates")
    assert "artwork 2" in told.stdout
    assert "5 covers show 2 artworks more than once" in told.stderr
