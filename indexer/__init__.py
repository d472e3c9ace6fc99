"""From files to answers that can be searched, as rooms in the order of the data.

``sources``       where covers come from: folders, archives, tables, music libraries, URLs, MusicBrainz
``images``        files, archives and music files → bytes → bounded RGB; the covers that Sleeve keeps itself
``models``        bundles, and the backbone and text tower that run them
``vector_index``  vectors → an index; its versions and what is newer than them
``genre``         neighbours and vectors → genres
``artwork``       pixels → which covers show one artwork
``home``          the folder and database of one catalogue
``evaluation``    how good genres and neighbours are
``training``      covers → a new bundle
``analysis``      what can be learned about a catalogue
``report``        the analyses on one page
``jobs``          the use cases that commands and the service run

``files`` and ``progress`` serve them all.
"""
