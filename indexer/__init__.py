"""From files to a searchable index: sources, decoding, backbone, pipeline, vector index, versions."""
