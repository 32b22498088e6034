"""Reference data of vintool: text tables that one can read and diff, and nothing else.

``README.md`` in this folder explains every file, a line a column; ``NEWS.md`` says what
changed from release to release.
"""

RELEASE = "2026.11"
