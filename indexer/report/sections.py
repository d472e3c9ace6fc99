"""What the page holds, in its order: sentences, plates and galleries."""

from collections.abc import Iterator
from dataclasses import dataclass

from indexer.analysis.projections import Projection, medium_perplexity
from indexer.report import galleries, wording
from indexer.report.figures import catalogue, clusters, embedding, explanation, models, texts
from indexer.report.galleries import Gallery
from indexer.report.material import Model
from indexer.report.plates import Plate
from indexer.report.study import Clustered, Study

Part = Plate | Gallery


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """A part of the page with its heading."""

    name: str
    title: str
    paragraphs: tuple[str, ...]
    parts: tuple[Part, ...]


def sections(study: Study) -> Iterator[Section]:
    """All sections that have something to show; call it within ``plates.style``."""
    found = (
        Section("data", "The data", tuple(wording.catalogue(study)), tuple(_catalogue(study))),
        Section("embedding", "The embedding", tuple(wording.embedding(study)), tuple(_embedding(study))),
        Section("clusters", "Clusters", tuple(wording.clusters(c) for c in study.clustered), tuple(_clusters(study))),
        Section("separability", "How far apart genres are", tuple(_apart(study)), tuple(_separability(study))),
        Section("models", "The models", tuple(_model_words(study)), tuple(_models(study))),
        Section("texts", "What the covers say", tuple(wording.spoken(study)), tuple(_texts(study))),
        Section("labels", "Likely label errors", (wording.suspects(study),), tuple(_suspects(study))),
        Section("explanation", "Where predictions come from", (), tuple(_explanation(study))),
    )
    yield from (section for section in found if section.parts)
    if study.notes:
        yield Section("notes", "What is left out", study.notes, ())


def _catalogue(study: Study) -> Iterator[Part]:
    material = study.material
    plates = [catalogue.genres(material)] if material.facts.genres else []
    optional = (catalogue.shared_genres, catalogue.sources, catalogue.years, catalogue.genre_looks)
    plates += [plate for make in optional if (plate := make(material)) is not None]
    yield from plates
    yield catalogue.sizes(material)
    yield galleries.samples(material, study.seed)
    conflicts = galleries.conflicts(material)
    if conflicts is not None:
        yield conflicts


def _embedding(study: Study) -> Iterator[Part]:
    material = study.material
    umaps: list[tuple[Model, Projection]] = []
    for number, (model, found) in enumerate(study.projections, start=1):
        shown = [(model, projection) for projection in found if projection.method == "t-SNE"]
        umaps += [(model, projection) for projection in found if projection.method == "UMAP"]
        if shown:
            caption = (
                f"t-SNE from a PCA initialisation of {len(material.covers):,} covers at three perplexities; by their "
                "number, "
                f"{medium_perplexity(len(material.covers)):g} is the one to begin with."
            )
            yield embedding.maps(f"tsne-{number}", f"t-SNE of {model.name}", caption, material, shown)
    if umaps:
        caption = "UMAP with 15 neighbours, by cosine. Colours as in t-SNE; compare which groups both methods show."
        yield embedding.maps("umap", "UMAP", caption, material, umaps)
    if study.projections:
        maps = [projection for projection in study.projections[-1][1] if projection.method == "t-SNE"]
        middle = maps[len(maps) // 2]
        yield embedding.genre_panels(material, material.live, middle)
        yield embedding.cover_map(material, material.live, middle)


def largest(clustered: tuple[Clustered, ...]) -> Clustered:
    """The view with the most covers; of equals the last, which is the live model's."""
    return max(reversed(clustered), key=lambda found: len(found.view.rows))


def _clusters(study: Study) -> Iterator[Part]:
    if study.clustered:
        main = largest(study.clustered)
        yield clusters.over_k(study.clustered)
        yield clusters.clusters_and_genres(main)
        yield clusters.cluster_looks(main)
        yield galleries.near_centres(study.material, main)
        if any(found.clustering.genre_silhouettes for found in study.clustered):
            yield clusters.genre_silhouettes(study.clustered)


def _apart(study: Study) -> Iterator[str]:
    for number in {0, len(study.separabilities) - 1} if study.separabilities else ():
        yield from wording.apart(*study.separabilities[number])


def _separability(study: Study) -> Iterator[Part]:
    found = study.separabilities
    for number, (view, apart) in enumerate(found, start=1):
        if number in (1, len(found)):
            yield clusters.separability_matrix(number, view, apart)
    if found:
        yield clusters.hardest_pairs(*found[0])
    if len(found) > 1:
        yield clusters.before_and_after(found[-2], found[-1])


def _model_words(study: Study) -> Iterator[str]:
    if study.evaluation is not None:
        yield from wording.models(study.evaluation)
    yield from (wording.learning(name, curve) for name, curve in study.learning.items())


def _models(study: Study) -> Iterator[Part]:
    if study.evaluation is not None:
        yield models.methods(study.evaluation)
        yield models.confusion(study.evaluation)
        yield models.per_genre(study.evaluation)
        yield models.calibration(study.evaluation)
    if study.learning:
        yield models.learning(study.learning)
    if study.neighbours:
        yield models.neighbours(study.neighbours)
    if study.mistakes:
        yield galleries.mistakes(study)


def _texts(study: Study) -> Iterator[Part]:
    if study.spoken is None:
        return
    yield texts.amounts(study.spoken.amounts)
    if study.spoken.words:
        yield texts.words(study.spoken.words)
    if study.spoken.disagreements.worst:
        yield galleries.disagreements(study, study.spoken.disagreements.worst)


def _suspects(study: Study) -> Iterator[Part]:
    if study.suspects:
        yield galleries.suspects(study)


def _explanation(study: Study) -> Iterator[Part]:
    if study.explained:
        yield explanation.occlusions(study)
