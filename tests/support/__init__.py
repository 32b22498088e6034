"""What several tests use: vehicles, manifests, workbooks, pages, processes. No tests."""

from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ON = date(2026, 3, 1)
"""The day of declaration where a test names none."""
