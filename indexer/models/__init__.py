"""Models as they run: bundles, the backbone that embeds images, the tower that embeds texts."""
