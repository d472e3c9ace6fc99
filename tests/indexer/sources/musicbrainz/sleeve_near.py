"""``sleeve`` with the stand-in for MusicBrainz, at the pace that it permits: a script for ``tests.forked``."""

import os

from indexer.sources.musicbrainz import services
from service.cli import main
from tests.indexer.sources.musicbrainz.stand_in import ARCHIVE, MUSICBRAINZ
from tests.indexer.sources.remote_image.server import near

PORT, INTERVAL_S = "STAND_IN_PORT", "STAND_IN_INTERVAL_S"
"""Variables of the environment that say where it is, and how often it may be asked."""

if __name__ == "__main__":
    musicbrainz, archive = (f"http://{host}:{os.environ[PORT]}" for host in (MUSICBRAINZ, ARCHIVE))
    interval_s = float(os.environ[INTERVAL_S])
    services.HOSTS = services.Hosts(musicbrainz, archive, near(), interval_s=interval_s)
    main()
