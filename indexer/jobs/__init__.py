"""What can be run: one public function for each job, called by the command line, the service and the worker alike.

``running`` holds the lock that lets one job at a time change an index, and says how far it is.
"""
