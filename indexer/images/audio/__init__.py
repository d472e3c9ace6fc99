"""What music files say about their album, and the pictures in them. Only this package knows mutagen."""

_ID3_SUFFIXES = frozenset({".mp3", ".mp2", ".aac", ".wav", ".wave", ".aif", ".aiff", ".aifc", ".dsf", ".dff", ".tta"})
_APE_SUFFIXES = frozenset({".ape", ".wv", ".mpc"})
_OTHER_SUFFIXES = frozenset({".flac", ".m4a", ".mp4", ".m4b", ".ogg", ".oga", ".opus", ".wma"})
_UNREAD_SUFFIXES = frozenset({".mka"})
"""Music whose tags nothing here reads: it is named as rejected."""

AUDIO_SUFFIXES = _ID3_SUFFIXES | _APE_SUFFIXES | _OTHER_SUFFIXES | _UNREAD_SUFFIXES
"""Names of music files; what they really are shows when they are opened."""
