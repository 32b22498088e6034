"""What several tests use: vehicles, manifests, workbooks, pages, processes. No tests."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
