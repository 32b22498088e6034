"""A powertrain rule: a pattern of positions, the powertrain it tells, and what supports it."""

from typing import NamedTuple

from vintool.codes import Grade, Powertrain
from vintool.registry.patterns import ANY, signs_of

#: Rules of a user's own files are heard beside the packaged ones (``ABOVE``), or where those are silent (``BELOW``).
ABOVE, PACKAGED, BELOW = -1, 0, 1


class Rule(NamedTuple):
    """A pattern of positions 1-8, 10 and 11, and the powertrain it tells.

    Rules of a user's own files stand ``ABOVE`` the packaged ones or ``BELOW`` them (``rank``), and have the
    ``line`` that they stand on.
    """

    pattern: tuple[str, ...]
    powertrain: Powertrain
    make: str
    models: str
    kind: str
    support: str
    grade: Grade
    source: str
    file: str
    rank: int = PACKAGED
    line: int = 0

    @property
    def place(self) -> str:
        """The file, and of a user's own one the line."""
        return f"{self.file}:{self.line}" if self.line else self.file

    @property
    def electric(self) -> bool:
        """Whether the rule says pure electric."""
        return self.powertrain is Powertrain.BEV

    @property
    def fixed(self) -> int:
        """How many positions the pattern fixes: the more, the more specific."""
        return sum(allowed != ANY for allowed in self.pattern)

    @property
    def pattern_text(self) -> str:
        """The pattern as a person reads it: positions 1-8, then 10 and 11 where they matter."""
        signs = signs_of(self.pattern)
        tail = "" if self.pattern[8:] == (ANY, ANY) else f" at 10-11 {''.join(signs[8:])}"
        return "".join(signs[:8]) + tail
