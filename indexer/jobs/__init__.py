"""Jobs: one public function each, for the command line, the service and a worker alike."""
