"""One row under one regime, as the lines of the decision table look at it."""

from dataclasses import dataclass
from functools import cached_property

from vintool.codes import CheckDigit, Powertrain, Problem, Reason, Weight
from vintool.declaration.lexicon import GOODS_NAME, Meaning, origins
from vintool.declaration.lexicon.papers import trade_modes
from vintool.screening.contradictions import (
    Contradiction,
    conditions,
    contradictions,
    kind_contradiction,
)
from vintool.screening.facts import Facts
from vintool.screening.regimes import ANY_POWERTRAIN, Doubt, Provision, Regime
from vintool.screening.without_vin import (
    LOW_SPEED,
    enough,
    entries_without_vin,
    number_of_no_vin,
)

PASSENGER, KIT = "passenger", "kit"
#: Kinds of a WMI that an official register gives to no car.
NEVER_CARS = {("trailer",), ("motorcycle",)}
_ODD = {Problem.MODEL_YEAR_CODE, Problem.SERIAL_NOT_NUMERIC, Problem.REST_OF_CELL}
#: Why a date outside the days of a regime clears nothing.
DOUBTS_OF_DATE = {
    Reason.DATE_ALONE,
    Reason.DECLARED_BEFORE_EXPORTED_AFTER,
    Reason.CELL_NOT_READ,
}
_NO_OTHER_KIND = {"", PASSENGER, KIT, LOW_SPEED}
# Kinds of a WMI under which no motorcycle and no all-terrain vehicle is built.
_NO_OTHER_GOODS = {"car", "suv", "van", "truck", "bus", "trailer", "quadricycle"}
_REGISTRY_KINDS = {"bus", "truck", "motorcycle", "trailer", "off_road"}


@dataclass(frozen=True)
class Case:
    """One set of facts under one regime; each property is what a line of the table asks, worked out once."""

    facts: Facts
    regime: Regime

    # Identity

    @cached_property
    def no_identity(self) -> bool:
        """Whether nothing of the VIN can be read."""
        return any(problem.weight is Weight.FATAL for problem in self.facts.vin.problems)

    @cached_property
    def unsound(self) -> tuple[Reason, ...]:
        """Why the VIN is not good enough to clear a row."""
        problems = self.facts.vin.problems
        reasons = (
            (Reason.DAMAGED_VIN, any(problem.weight is Weight.DAMAGED for problem in problems)),
            (Reason.CHECK_DIGIT_FAILS, Problem.CHECK_DIGIT in problems),
            (Reason.MAKER_UNKNOWN, Problem.UNKNOWN_WMI in problems),
            (Reason.ODD_VIN, problems & _ODD),
        )
        return tuple(reason for reason, holds in reasons if holds)

    @cached_property
    def without_vin(self) -> tuple[Meaning, ...]:
        """The entries that tell the class without a VIN, where none stands on the row and the regime is for vehicles with one."""
        return entries_without_vin(self.facts) if self.regime.has_vin else ()

    @cached_property
    def settled_without_vin(self) -> bool:
        """Whether enough tells that class, and nothing that weighs contradicts itself."""
        weighing = any(one.weighs for one in self.contradictions)
        return bool(self.without_vin) and enough(self.facts) and not weighing

    @cached_property
    def number_of_no_vin(self) -> bool:
        """Whether a number that is no VIN stands in its place, in a regime for vehicles with one."""
        return self.regime.has_vin and number_of_no_vin(self.facts)

    @cached_property
    def contradictions(self) -> tuple[Contradiction, ...]:
        """Entries of the row that cannot all be true, but for its kind."""
        return contradictions(self.facts)

    @cached_property
    def clearable(self) -> bool:
        """Whether the VIN is sound and nothing that weighs contradicts itself."""
        return not self.unsound and not any(one.weighs for one in self.contradictions)

    # Kind

    @cached_property
    def other_kinds(self) -> tuple[str, ...]:
        """Kinds other than passenger, one for each independent fact.

        All that the VIN says counts as one: a single wrong character could have made it.
        """
        vin = self.facts.vin
        by_entries, by_name = self._declared_kinds
        declared = (*by_entries, *by_name)
        rules = vin.classification.rules
        encoded = bool(rules) and all(rule.kind == "truck" for rule in rules)
        if self.is_electric_car:
            # The rules know the VIN as an electric car, or one of them does: never cleared by its kind.
            return declared[:1]
        by_vin: tuple[str, ...] = ("truck",) if encoded else ()
        if by_name and not by_entries and (self.named_pure_electric or "bus" in by_name):
            by_vin = ()  # a name that says pure electric clears nothing, and a minibus may have nine seats
        elif not by_vin and declared and vin.kinds and set(vin.kinds) <= _REGISTRY_KINDS:
            by_vin = vin.kinds[:1]  # a WMI of trucks carries cars often enough: not by itself
            if by_vin == ("off_road",) and "all_terrain" in declared:
                by_vin = ("all_terrain",)
        if "chassis" in declared:
            by_vin = ()  # the chassis of a truck or bus bears the WMI of its maker
        return (*declared, *by_vin)

    @cached_property
    def is_electric_car(self) -> bool:
        """Whether the rules know the VIN as an electric one, and not as that of a goods vehicle alone, or one of them does."""
        found = self.facts.vin.classification
        trucks = bool(found.rules) and all(rule.kind == "truck" for rule in found.rules)
        car = any(rule.electric and rule.kind == "car" for rule in found.rules)
        return not trucks and (car or found.powertrain is Powertrain.BEV)

    @cached_property
    def _declared_kinds(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The kinds other than passenger that entries tell, one a field, and those that names of the goods add to them.

        A goods name tells one where no other entry does, or another one than they: the same would count one thing twice.
        """
        entries = [entry for entry in self.facts.declared if entry.kind not in _NO_OTHER_KIND]
        by_field = {entry.field: entry.kind for entry in entries if entry.field != GOODS_NAME}
        named = {entry.kind for entry in entries if entry.field == GOODS_NAME}
        return tuple(by_field.values()), tuple(sorted(named - {*by_field.values()}))

    @cached_property
    def named_pure_electric(self) -> bool:
        """Whether a goods name says pure electric."""
        return any(
            entry.field == GOODS_NAME and entry.powertrain is Powertrain.BEV
            for entry in self.facts.declared
        )

    @cached_property
    def declared_passenger(self) -> bool:
        """Whether an entry tells a passenger vehicle."""
        return any(meaning.kind == PASSENGER for meaning in self.facts.declared)

    @cached_property
    def registered_otherwise(self) -> bool:
        """Whether an official register gives this WMI to trailers or motorcycles alone, and nothing tells a car."""
        vin = self.facts.vin
        return (
            vin.kinds in NEVER_CARS
            and vin.register
            and vin.status is CheckDigit.HOLDS
            and not self.declared_passenger
            and not self.declared
            and self.regime.kinds.isdisjoint(vin.kinds)
        )

    @cached_property
    def outside(self) -> int:
        """How many independent facts tell one and the same kind that the regime does not cover."""
        if self.registered_otherwise:
            return 2
        kinds = [kind for kind in self.other_kinds if kind not in self.regime.kinds]
        return max(map(kinds.count, kinds), default=0)

    @cached_property
    def kind(self) -> str:
        """The kind of vehicle to judge: another than passenger only where two facts tell it and the regime covers it.

        One that it does not cover ends the row at step 3, or is not settled: then whatever speaks for control counts.
        """
        if self.kit and KIT in self.regime.kinds:
            return KIT
        kinds = self.other_kinds
        if self.facts.vin.kinds in NEVER_CARS and self.facts.vin.register:
            kinds = kinds or self.facts.vin.kinds * 2
        agreed = len(kinds) > 1 and len(set(kinds)) == 1
        return kinds[0] if agreed and kinds[0] in self.regime.kinds else PASSENGER

    @cached_property
    def kit(self) -> bool:
        """Whether an entry tells a kit."""
        return any(meaning.kind == KIT for meaning in self.facts.declared)

    @cached_property
    def near_covered(self) -> bool:
        """Whether one wrong character that goes unnoticed would make this a VIN that the regime covers."""
        vin, covered = self.facts.vin, self.covered
        if covered == ANY_POWERTRAIN or not covered:
            return False
        return vin.near_electric if Powertrain.BEV in covered else vin.near_other

    @cached_property
    def near_by_user(self) -> bool:
        """The same of a VIN whose powertrain a user's own rule alone tells."""
        return self.facts.vin.classification.by_user_alone and self.near_covered

    @cached_property
    def settled_kind(self) -> bool:
        """Whether the kind alone clears the row: two facts tell one, and nothing tells another."""
        return (
            self.outside >= 2
            and self.outside == max(len(self.other_kinds), 2)
            and not self.declared_passenger
            and self.clearable
            and not self.facts.vin.near_electric
        )

    @cached_property
    def other_goods(self) -> bool:
        """Whether the regime covers no passenger cars, and nothing that counts tells one of its kinds."""
        return self.kind == PASSENGER and PASSENGER not in self.regime.kinds

    @cached_property
    def no_maker_of_goods(self) -> bool:
        """Whether the maker of a sound VIN builds none of the kinds that the regime covers, and no entry tells one."""
        kinds = set(self.facts.vin.kinds)
        return (
            bool(kinds)
            and kinds <= _NO_OTHER_GOODS
            and self.regime.kinds.isdisjoint({*kinds, *self.other_kinds})
            and self.clearable
        )

    @cached_property
    def kind_disagrees(self) -> Contradiction | None:
        """A declared kind that is not covered, against a VIN or an entry that tells a passenger car."""
        if self.settled_kind:
            return None
        kinds = frozenset(self.other_kinds) - self.regime.kinds
        return kind_contradiction(self.facts.vin, self.facts.declared, kinds)

    @cached_property
    def kind_unclear(self) -> bool:
        """Whether a kind that is not covered is told by too little."""
        return bool(self.outside) and not self.settled_kind and self.kind_disagrees is None

    @cached_property
    def kind_open(self) -> bool:
        """Whether another kind that is covered is told by too little."""
        return self.kind == PASSENGER and not self.regime.kinds.isdisjoint(
            set(self.other_kinds) - {PASSENGER}
        )

    # New or used

    @cached_property
    def conditions(self) -> dict[str, set[str]]:
        """The fields that tell new, and those that tell used."""
        return {
            condition: {entry.field for entry in entries}
            for condition, entries in conditions(self.facts.declared).items()
        }

    @cached_property
    def age(self) -> int | None:
        """Years from the model year to the declaration; None if one is not known."""
        model_year, year = self.facts.vin.model_year, self.facts.year
        return None if model_year is None or year is None else year - model_year

    @cached_property
    def before_in_doubt(self) -> bool:
        """Whether the declaration lies outside the days of the regime by a date that is not to be relied on."""
        return self.facts.in_force is False and self.facts.date_doubt in DOUBTS_OF_DATE

    @cached_property
    def date_denied(self) -> bool:
        """Whether the declaration lies years before the model year: then one of the two is wrong."""
        return self.age is not None and self.age < -1

    @cached_property
    def entries_disagree(self) -> bool:
        """Whether one entry declares new and another used."""
        return len(self.conditions) > 1

    @cached_property
    def registered(self) -> bool:
        """Whether a first registration stands on the row that fits the model year."""
        year, model_year = self.facts.registered, self.facts.vin.model_year
        return year is not None and (model_year is None or year >= model_year - 1)

    @cached_property
    def used_unsupported(self) -> bool:
        """Whether used is declared and nothing declares new, in a regime for new vehicles."""
        return (
            self.regime.condition == "new"
            and "used" in self.conditions
            and "new" not in self.conditions
        )

    @cached_property
    def used(self) -> bool:
        """Used, by two entries, or by one and a first registration.

        A model year supports nothing: old cars are sold new, and a wrong year of the date makes any car old.
        """
        fields = self.conditions.get("used", set())
        return (
            bool(fields)
            and not self.entries_disagree
            and self.facts.year is not None  # else a car of this year could not be told
            and (self.age is None or self.age > 0)
            and len(fields) + self.registered >= 2
        )

    @cached_property
    def new(self) -> int:
        """How many entries tell a new vehicle, where nothing tells a used one.

        A model year supports nothing here either: cars are sold used in the year that they were built.
        """
        if "used" in self.conditions or self.facts.registered is not None:
            return 0
        return len(self.conditions.get("new", ()))

    # Powertrain

    @cached_property
    def covered(self) -> frozenset[Powertrain]:
        """The powertrains that the regime covers in vehicles of this kind."""
        return self.regime.covered(self.kind)

    @cached_property
    def encoded(self) -> Powertrain | None:
        """The powertrain that the VIN tells; a damaged one speaks for no vehicle that is not covered."""
        powertrain = self.facts.vin.classification.powertrain
        damaged = Reason.DAMAGED_VIN in self.unsound
        return None if damaged and powertrain not in self.covered else powertrain

    @cached_property
    def declared(self) -> tuple[Powertrain, ...]:
        """The powertrains that the manifest declares, one for each entry that tells one."""
        return tuple(entry.powertrain for entry in self.facts.declared if entry.powertrain)

    @cached_property
    def declared_covered(self) -> bool:
        """Whether an entry declares a powertrain that the regime covers."""
        return any(powertrain in self.covered for powertrain in self.declared)

    @cached_property
    def declared_others(self) -> tuple[Powertrain, ...]:
        """The declared powertrains that it does not cover."""
        return tuple(one for one in self.declared if one not in self.covered)

    @cached_property
    def independent(self) -> int:
        """How many independent entries declare a powertrain."""
        return len(origins(self.facts.declared))

    @cached_property
    def start_not_seen(self) -> bool:
        """Whether this start of a VIN was never seen, its maker builds electric cars, and nothing but words says otherwise.

        Fuel and code are typed by one clerk from one idea. What the paper has as a key of its own is another
        witness: the type code, the name of a model that is not sold as pure electric, or a first registration.
        """
        vin = self.facts.vin
        return (
            Powertrain.BEV in self.covered
            and vin.electric_wmi is not None
            and self.encoded is None
            and not (self.registered and "new" not in self.conditions)
            and not any(entry.own_key for entry in self.facts.declared if entry.powertrain)
        )

    @cached_property
    def doubts(self) -> tuple[Doubt, ...]:
        """The doubts of the regime that this vehicle meets."""
        powertrains = {self.encoded, *self.declared}
        kinds = {self.kind, *([KIT] if self.kit else [])}
        return tuple(
            doubt
            for doubt in self.regime.doubt
            if (doubt.powertrain is None or doubt.powertrain in powertrains)
            and (not doubt.kind or doubt.kind in kinds)
            and (not doubt.date or doubt.reason is self.facts.date_doubt)
            and (not doubt.trade_mode or doubt.trade_mode in self.trade_modes)
        )

    # Trade mode

    @cached_property
    def trade_modes(self) -> dict[str, Meaning]:
        """The trade modes that the row declares, each with its entry."""
        return trade_modes(self.facts.declared)

    @cached_property
    def of_trade_mode(self) -> tuple[Provision, ...]:
        """The provisions of the regime on the trade modes of the row that have a reason."""
        return tuple(
            provision
            for provision in self.regime.provision
            if provision.reason and not self.trade_modes.keys().isdisjoint(provision.trade_modes)
        )

    @cached_property
    def trade_mode_reasons(self) -> tuple[Reason, ...]:
        """What is told of the trade mode: that it has a rule of its own, or that sources disagree on it."""
        doubts = tuple(doubt.reason for doubt in self.doubts if doubt.trade_mode)
        provisions = (provision.reason for provision in self.of_trade_mode)
        return (*doubts, *filter(None, provisions))

    @cached_property
    def powertrain_doubts(self) -> tuple[Reason, ...]:
        """Those about what drives it."""
        return tuple(dict.fromkeys(doubt.reason for doubt in self.doubts if doubt.powertrain))

    @cached_property
    def firm(self) -> bool:
        """Whether the VIN's evidence needs no other beside it."""
        vin = self.facts.vin
        return vin.classification.firm and vin.status is CheckDigit.HOLDS

    def by_vin(self) -> tuple[Reason, ...]:
        """What the VIN tells, as a reason."""
        electric = self.encoded is Powertrain.BEV
        return (Reason.VIN_PURE_ELECTRIC if electric else Reason.VIN_NOT_PURE_ELECTRIC,)

    def by_declaration(self) -> tuple[Reason, ...]:
        """What the manifest declares, as a reason."""
        electric = Powertrain.BEV in self.declared
        declared = Reason.DECLARED_PURE_ELECTRIC if electric else Reason.DECLARED_NOT_PURE_ELECTRIC
        return (declared, *self.by_name())

    def by_name(self) -> tuple[Reason, ...]:
        """That the name of the goods says pure electric, where the regime covers that."""
        covers = self.named_pure_electric and Powertrain.BEV in self.covered
        return (Reason.GOODS_NAME_PURE_ELECTRIC,) if covers else ()

    def by_both(self) -> tuple[Reason, ...]:
        """What both tell, as a reason."""
        electric = self.encoded is Powertrain.BEV
        return (Reason.AGREED_PURE_ELECTRIC if electric else Reason.AGREED_NOT_PURE_ELECTRIC,)
