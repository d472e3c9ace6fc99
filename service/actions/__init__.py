"""What the service does to a catalogue beyond the jobs, with answers of its model: adding and
changing albums, tagging files."""
