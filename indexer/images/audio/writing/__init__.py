"""The genre tag of each format, changed byte by byte: what is not the genre, or a size that it changes, stays.

Each module has a function from an open music file and genres to ``Splice``s. It raises ``ValueError`` or
``struct.error`` for what it does not understand; the file is then left alone.
"""
