"""The report's figures: a module a section, a function a plate."""
