"""What training and evaluating begin with: the vectors of the bundle in use, and at least one label."""

from db import vectors
from db.errors import TrainingError
from db.records import BundleRecord, LabelledVectors
from indexer.backbone import Backbone
from indexer.bundle import Bundle
from service.assembly import Catalogue, open_backbone, register_bundle


def labelled(catalogue: Catalogue) -> tuple[LabelledVectors, BundleRecord, Backbone, Bundle]:
    """Every front cover's vector and labels, and the bundle that made them.

    Raises:
        TrainingError: no embedded cover has a genre.
        BundleError: the bundle is missing or damaged.
    """
    backbone, bundle = open_backbone(catalogue)
    record = register_bundle(catalogue, backbone, bundle)
    with catalogue.database.reading() as session:
        found = vectors.labelled(session, record)
    if not any(found.genres):
        raise TrainingError("no embedded cover has a genre; `sleeve add` covers with genres, then `sleeve index`")
    return found, record, backbone, bundle
