"""vPIC and the powertrain rules over columns."""
