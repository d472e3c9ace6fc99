"""Web services that are asked at length: a ``client`` that keeps their rules, at their ``pace``, with their answers on
disk (``answer_cache``), and how what they know fills in albums (``filling``). ``musicbrainz`` and ``discogs`` use it.
"""
