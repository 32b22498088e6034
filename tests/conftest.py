"""Hypothesis: random on a desk, the same every time at the gate; never judged by the clock."""

import os

from hypothesis import settings

settings.register_profile("desk", deadline=None)
settings.register_profile("gate", deadline=None, derandomize=True)
settings.load_profile("gate" if os.environ.get("CI") else "desk")
