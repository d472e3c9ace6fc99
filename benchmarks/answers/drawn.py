"""A catalogue of as many albums as are wanted, whose vectors are drawn like real ones."""

from pathlib import Path
from time import perf_counter

from sqlalchemy import insert, select

from benchmarks.clustered_vectors import Generator, read_vectors
from db import bundles
from db.tables import Album, AlbumGenre, Cover, Genre, Vector, packed
from indexer.home import Home, open_home
from sleeve.settings import Settings


def draw_home(like: Path, count: int, folder: Path) -> Path:
    """A home with this many albums of one cover each, without images, whose vectors are like another home's."""
    with Home(Settings(home=like)) as home:
        bundle = home.require_live().bundle
    generator = Generator(read_vectors(like))
    with open_home(Settings(home=folder / "home")) as home:
        with home.database.writing() as session:
            record = bundles.register(
                session, bundle.fingerprint, name=bundle.name, dimension=bundle.dimension, manifest={}
            )
            session.execute(insert(Genre), [{"name": f"genre {number}"} for number in range(13)])
            genres = list(session.scalars(select(Genre.id)))
        done = 0
        for batch in generator.batches(count):
            ids = range(done + 1, done + 1 + len(batch))
            done += len(batch)
            with home.database.writing() as session:
                session.execute(
                    insert(Album), [{"id": n, "title": f"album {n}", "artist": f"by {n % 999}"} for n in ids]
                )
                covers = [
                    {"id": n, "album_id": n, "side": "front", "file": f"/n/{n}.jpg", "path": f"/n/{n}.jpg"} for n in ids
                ]
                session.execute(insert(Cover), [{**row, "content_hash": f"{row['id']:064d}"} for row in covers])
                labels = [{"album_id": n, "genre_id": genres[n % 13], "source": "folder"} for n in ids]
                session.execute(insert(AlbumGenre), labels)
                rows = [
                    {"cover_id": n, "bundle_id": record.id, "embedding": packed(v)}
                    for n, v in zip(ids, batch, strict=True)
                ]
                session.execute(insert(Vector), rows)
        started = perf_counter()
        refresh = home.versions.refresh(record)
        print(f"{count} drawn vectors: {refresh.version.kind} index in {perf_counter() - started:.0f} s", flush=True)
    return folder / "home"
