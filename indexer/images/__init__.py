"""Bytes → bounded RGB: files, archives, pictures inside music files, decoding, and the covers that a home keeps."""
