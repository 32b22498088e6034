"""The ledger of licences: what each row draws, and what is left."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import lru_cache

from vintool.codes import REGIMES, Reason
from vintool.declaration.headers import normalise
from vintool.desk.licence_terms import Licence, bare_port
from vintool.desk.licences import COUNTED, Licences, Match, number_key
from vintool.screening.identifiers import stands_for_nothing

MOST_DECLARATIONS = 12
"""By one licence, at one port: Announcement 100 of 2008, a hint."""


@dataclass
class Account:
    """What became of one licence, or of a number that is on no list, by the rule whose rows name it.

    ``findings`` counts rows by reason; ``declarations`` and ``ports`` are those of the rows that drew on it, the first first.
    """

    number: str
    licence: Licence | None = None
    regime: str = ""
    named: int = 0
    drawn: int = 0
    in_review: int = 0
    counted_before: int = 0
    findings: Counter[Reason] = field(default_factory=Counter)
    declarations: dict[str, int] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)

    def use(self, declaration: str, port: str, rows: int = 1) -> tuple[Reason, ...]:
        """Note the declaration and the port of rows that draw on the licence; what goes beyond its limits.

        >>> account = Account("26-AA-000001")
        >>> account.use("1", "上海海关"), account.use("2", "深圳")[0].value
        ((), 'licence_several_ports')
        """
        over: tuple[Reason, ...] = ()
        number = _declaration(declaration)
        if (
            number
            and self.declarations.setdefault(number, len(self.declarations)) >= MOST_DECLARATIONS
        ):
            over = (Reason.LICENCE_DECLARED_OFTEN,)
        place = _port(port)
        if place and self.ports.setdefault(place, len(self.ports)):
            over = (*over, Reason.LICENCE_SEVERAL_PORTS)
        if over:
            self.findings.update(dict.fromkeys(over, rows))
        return over

    @property
    def left(self) -> int | None:
        """Vehicles left; None where the quantity does not count vehicles."""
        if self.licence is None or not self.licence.counts_vehicles:
            return None
        return self.licence.quantity - self.drawn

    @property
    def state(self) -> str:
        """The one word for it: the gravest finding, or what is left."""
        if self.licence is None:
            return "unknown" if self.number else "missing"
        for reason in COUNTED:
            if self.findings[reason]:
                return reason.value.removeprefix("licence_")
        if not self.named and not self.drawn:
            return "not used"
        return "used up" if self.left == 0 else "in use"


# Of the rows of a manifest these two are few, and each row that draws asks for them.
@lru_cache(maxsize=1 << 12)
def _declaration(text: str) -> str:
    return "" if stands_for_nothing(text) else number_key(text)


@lru_cache(maxsize=1 << 12)
def _port(text: str) -> str:
    return "" if stands_for_nothing(text) else normalise(bare_port(text))


class VehicleSet:
    """Places of vehicles, 64 in a word: as a set a million of them take 70 MB, as words one."""

    def __init__(self) -> None:
        self.words: defaultdict[int, int] = defaultdict(int)

    def add(self, place: int) -> None:
        """Add the place of a vehicle."""
        self.words[place >> 6] |= 1 << (place & 63)

    def __contains__(self, place: int) -> bool:
        """Whether a place was added; none is negative."""
        return place >= 0 and bool(self.words.get(place >> 6, 0) >> (place & 63) & 1)


class Ledger:
    """Vehicles drawn on each licence, in the order of the rows.

    >>> from vintool.desk.lists import Entry
    >>> entry = Entry("l.csv", 2, {"licence_no": "26-AA-000001", "quantity": "1"}, {})
    >>> ledger = Ledger(Licences([entry]))
    >>> ledger.draw((0,)), ledger.draw((0,)), ledger.accounts[0].left
    (0, None, 0)
    """

    def __init__(self, licences: Licences) -> None:
        self.licences = licences
        self.accounts = [Account(one.number, one) for one in licences.licences]
        self.unknown: dict[tuple[str, str], Account] = {}  # by number and regime
        self.missing: dict[str, Account] = {}  # by regime
        self.vehicles = VehicleSet()  # the first places of the VINs that were drawn

    def room(self, at: int) -> int:
        """How many vehicles a licence has left."""
        account = self.accounts[at]
        return max(0, account.licence.quantity - account.drawn) if account.licence else 0

    def with_room(self, candidates: tuple[int, ...]) -> tuple[int, ...]:
        """Some licences without those before the first that has some left."""
        for number, at in enumerate(candidates):
            if self.room(at):
                return candidates[number:]
        return ()

    def draw(self, candidates: tuple[int, ...], vehicles: int = 1) -> int | None:
        """Draw vehicles on the first licences that have some left; the first of these, None if there are not enough.

        A declaration that asks for more than is left is not drawn in part. Of columns of rows ``columns.screening.draws`` asks it
        only where their order matters.
        """
        if vehicles == 1:  # nearly all rows
            for at in candidates:
                account = self.accounts[at]
                if account.licence and account.drawn < account.licence.quantity:
                    account.drawn += 1
                    return at
            return None
        left = {at: room for at in candidates if (room := self.room(at))}
        if sum(left.values()) < vehicles or not left:
            return None
        for at, room in left.items():
            drawn = min(room, vehicles)
            self.accounts[at].drawn += drawn
            vehicles -= drawn
        return next(iter(left))

    def note(self, number: str, match: Match, regime: str, rows: int) -> None:
        """Count rows of one regime that name licences, or none that is known."""
        reasons = [one.reason for one in match.remarks if one.reason]
        accounts = [self.accounts[at] for at in match.named]
        for part in match.unknown:
            other = self._unknown(part, regime)
            other.named += rows
            other.findings[Reason.LICENCE_UNKNOWN] += rows
        if Reason.LICENCE_UNKNOWN in reasons and not match.unknown:
            accounts = [self._unknown(number.strip(), regime)]
        elif Reason.LICENCE_MISSING in reasons:
            accounts = [self.missing.setdefault(regime, Account("", regime=regime))]
        for account in accounts:
            account.named += rows
            for reason in reasons:
                account.findings[reason] += rows

    def _unknown(self, number: str, regime: str) -> Account:
        """The account of a number that is on no list: that of each rule is its own."""
        key = number_key(number), regime
        return self.unknown.setdefault(key, Account(number, regime=regime))

    def lines(self) -> tuple[Account, ...]:
        """Every account: the list's in its order, unknown numbers by number, rows without one last, each by rule."""

        def place(account: Account) -> tuple[str, int]:
            return account.number, REGIMES.index(account.regime)

        unknown = sorted(self.unknown.values(), key=place)
        return (*self.accounts, *unknown, *sorted(self.missing.values(), key=place))
