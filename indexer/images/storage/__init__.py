"""Object storage: objects of S3, Google Cloud Storage and Azure as paths, which whatever reads files can read.

``located`` makes a path of ``s3://bucket/key``; ``use`` says where copies of objects are kept.
"""

from indexer.images.storage.copies import Copies, use
from indexer.images.storage.errors import ObjectError, TooLargeError
from indexer.images.storage.object_path import ObjectPath, copy_of, is_object, located
from indexer.images.storage.tree import Folder

__all__ = ["Copies", "Folder", "ObjectError", "ObjectPath", "TooLargeError", "copy_of", "is_object", "located", "use"]
