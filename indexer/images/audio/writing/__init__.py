"""A change of the tags of each format, byte by byte: what is not concerned, or a size that it changes, stays.

Each module of a format has a function from an open music file and a ``TagChange`` to ``Splice``s. It raises
``ValueError`` or ``struct.error`` for what it does not understand; the file is then left alone.
"""
