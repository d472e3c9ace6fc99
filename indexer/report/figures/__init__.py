"""The report's figures: one module for each section, one function for each plate."""
