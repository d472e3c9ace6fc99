"""What other programs know about a person's music: beets' ``library.db``, Apple's ``Library.xml``, rekordbox' XML.

``beets``, ``apple`` and ``rekordbox`` read such a file as albums, ``source`` offers these as covers, or as albums
without one. ``elements`` reads XML within bounds.
"""

from indexer.sources.libraries.source import LibrarySource, kind_of_library

__all__ = ["LibrarySource", "kind_of_library"]
