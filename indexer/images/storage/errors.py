"""What goes wrong in object storage, as errors of files: whatever reads files knows them."""

import errno


class ObjectError(OSError):
    """Object storage does not give what was asked for; ``strerror`` says why in one line."""

    strerror: str

    def __init__(self, why: str, number: int = errno.EIO) -> None:
        super().__init__(number, why)


class TooLargeError(ObjectError):
    """An object is larger than it may be, so it is not fetched."""


class BadKeyError(ObjectError):
    """A listing holds a key that no path can name; it ends there."""
