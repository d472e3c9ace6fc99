"""Which files are music, by name; what they really are is told when they are opened."""

AUDIO_SUFFIXES = frozenset({".flac", ".mp3", ".m4a", ".mp4", ".m4b", ".ogg", ".oga", ".opus", ".wav"})
