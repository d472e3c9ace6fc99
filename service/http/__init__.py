"""The HTTP service: what stands before the routes, the routes, and what they need for HTTP alone."""
