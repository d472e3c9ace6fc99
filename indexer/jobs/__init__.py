"""What can be run: a module for each job, with one public function that takes a Home and a Progress.

The command line, the service and the worker call the same functions. ``running`` is not a job: it holds the lock that
lets one job at a time change an index, and says how far that job is.
"""
