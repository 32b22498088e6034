"""VINs for the tests of other software: nothing here loads this room."""

from vintool.testing.made import vins

__all__ = ["vins"]
