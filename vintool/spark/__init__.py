"""Spark's frames in, the same with the answers on their right out; PySpark 3.5 and 4, classic and by Spark Connect.

The rows stay on the cluster: whatever is asked of them runs in the Python of its executors, which must have the same release of
vintool and the same reference data, and say so if they have not.
"""

from vintool.spark.frames import decode, screen

__all__ = ["decode", "screen"]
