"""Measurements that print ratios of one run; each module says how to run it and what it prints."""
