"""What music files say of their album, and the pictures in them. Only this package knows mutagen."""

AUDIO_SUFFIXES = frozenset({".flac", ".mp3", ".m4a", ".mp4", ".m4b", ".ogg", ".oga", ".opus", ".wav"})
"""Names of music files; what they really are shows when they are opened."""
