"""The HTTP service: the app, its routes, and what protects them."""
