"""What music files say of their album, and the pictures in them. Only this package knows mutagen."""
