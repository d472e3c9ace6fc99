"""A catalogue of invented album covers, drawn from a seed: something to search before a person adds their own."""

from service.demo.catalogue import DemoCatalogue, draw_catalogue, is_drawn

__all__ = ["DemoCatalogue", "draw_catalogue", "is_drawn"]
