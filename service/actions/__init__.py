"""What the service does to a catalogue beyond the jobs, with answers of its model: adding albums, tagging files."""
