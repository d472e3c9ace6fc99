"""What every layer may use: errors, settings and the words that pass between modules."""
