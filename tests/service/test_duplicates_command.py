"""``sleeve duplicates`` over a catalogue with other pressings in it."""

from tests.command_home import CommandHome, execute
from tests.indexer.artwork.artworks import artwork, cropped, stickered


def test_pressings_are_grouped_and_nothing_else_is(home: CommandHome) -> None:
    assert "there is no index yet" in home.sleeve("duplicates", code=1).stderr
    covers = home.folder / "covers/jazz"
    covers.mkdir(parents=True)
    for seed in range(8):
        artwork(seed).save(covers / f"{seed}.png")
    stickered(artwork(3)).save(covers / "3 stickered.png")
    cropped(artwork(3)).save(covers / "3 cropped.png")
    cropped(artwork(5)).save(covers / "5 cropped.png")
    home.sleeve("add", "covers")
    assert home.json("index")["links"] == 4
    document = home.json("duplicates")
    found = [sorted(cover["file"].removeprefix("covers/jazz/") for cover in group) for group in document["groups"]]
    assert sorted(found) == [["3 cropped.png", "3 stickered.png", "3.png"], ["5 cropped.png", "5.png"]]
    assert document["covers"] == 5
    result = home.sleeve("duplicates")
    assert "artwork 2" in result.stdout
    assert "5 covers show 2 artworks more than once" in result.stderr

    cropped(artwork(7)).save(covers / "7 cropped.png")
    home.sleeve("add", "covers")
    assert "1 pair of covers with the same artwork linked" in home.sleeve("index").stdout
    assert home.json("index")["links"] == 0
    home.sleeve("remove", "--album", document["groups"][-1][-1]["album_id"])
    assert len(home.json("duplicates")["groups"]) == 2, "one pair came and one went"


def test_covers_that_no_index_run_compared_are_compared(home: CommandHome) -> None:
    covers = home.folder / "covers/jazz"
    covers.mkdir(parents=True)
    for name, picture in (("1", artwork(1)), ("2", artwork(2)), ("1 cropped", cropped(artwork(1)))):
        picture.save(covers / f"{name}.png")
    home.sleeve("add", "covers")
    home.sleeve("index")
    execute(home, "DELETE FROM cover_links")
    assert home.json("duplicates") == {"groups": [], "covers": 0}
    execute(home, "UPDATE covers SET compared = NOT compared")
    assert home.json("duplicates")["covers"] == 2
