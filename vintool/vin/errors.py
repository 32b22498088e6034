"""The exceptions of a text that is no VIN: python-stdnum's own, with our problem in them.

They stand apart because python-stdnum takes longer to load than a VIN takes to decode; ``vin``
loads them when the first one is raised or asked for.
"""

from stdnum import exceptions

from vintool.codes import Problem
from vintool.errors import VintoolError


class InvalidVin(VintoolError, exceptions.ValidationError):  # noqa: N818 - names the finding  # noqa: N818 - names the finding
    """The text is no VIN; ``problem`` says why. The text itself is never part of the message."""

    def __init__(self, problem: Problem) -> None:
        """Carry the problem; its sentence is the message."""
        super().__init__(problem.sentence)
        self.problem = problem

    def __reduce__(self) -> tuple[object, ...]:
        """How it comes from one process to another: made again of its problem."""
        return type(self), (self.problem,)

    def __str__(self) -> str:
        """The sentence of the problem."""
        return self.problem.sentence


class InvalidVinLength(InvalidVin, exceptions.InvalidLength):
    """The text has not 17 characters, or not all of them are known."""


class InvalidVinFormat(InvalidVin, exceptions.InvalidFormat):
    """The text has characters that no VIN has, or is a placeholder."""


class InvalidVinCheckDigit(InvalidVin, exceptions.InvalidChecksum):
    """The market uses a check digit, and position 9 disagrees."""


KINDS = {
    Problem.LENGTH: InvalidVinLength,
    Problem.PARTIAL: InvalidVinLength,
    Problem.NOT_A_VIN: InvalidVinLength,
    Problem.MISSING: InvalidVinLength,
    Problem.CHECK_DIGIT: InvalidVinCheckDigit,
}


def invalid(problem: Problem) -> InvalidVin:
    """The exception for a problem."""
    return KINDS.get(problem, InvalidVinFormat)(problem)
