"""The powertrain rules in use, by WMI: read off labelled vehicles, written by hand, the user's own."""

from vintool.codes import Grade, Powertrain
from vintool.registry import user_rules
from vintool.registry.patterns import ANY, parse_pattern
from vintool.registry.rows import KeyedTable, keyed_table
from vintool.registry.rule import Rule

EVIDENCE, MANUAL = "powertrain.evidence.csv", "powertrain.manual.csv"
EVIDENCE_COLUMNS = user_rules.RULE_COLUMNS[:-1]  # no note
MANUAL_COLUMNS = (
    *("wmi", "vds", "year_codes", "plant_codes", "powertrain", "models", "kind"),
    *("grade", "source", "note", "example"),
)


def _tables() -> tuple[KeyedTable, KeyedTable]:
    return keyed_table(EVIDENCE, EVIDENCE_COLUMNS), keyed_table(MANUAL, MANUAL_COLUMNS)


@user_rules.by_rules()
def powertrain_rules(wmi: str) -> tuple[Rule, ...]:
    """The powertrain rules of a WMI.

    Args:
        wmi: positions 1-3; the rules do not go by the longer WMI of small makers.
    """
    rules = []
    evidence, manual = _tables()
    for _, vds, years, plants, powertrain, make, models, kind, *rest in evidence.rows(wmi):
        vehicles, sources, grade, source = rest
        # Years and plants of the evidence tell where it was seen; they do not bound the rule.
        support = (
            f"{vehicles} vehicle(s), {sources} source(s)"
            + (f", year codes {years}" if years else "")
            + (f", plants {plants}" if plants else "")
        )
        pattern = (*wmi, *parse_pattern(vds, 5), ANY, ANY)
        what = Powertrain(powertrain), make, models, kind
        rules.append(Rule(pattern, *what, support, Grade(grade), source, EVIDENCE))
    for _, vds, years, plants, powertrain, models, kind, grade, source, note, _ in manual.rows(wmi):
        pattern = (*wmi, *parse_pattern(vds, 5), years or ANY, plants or ANY)
        what = Powertrain(powertrain), "", models, kind
        rules.append(Rule(pattern, *what, note, Grade(grade), source, MANUAL))
    return (*rules, *user_rules.user_rules().get(wmi, ()))


@user_rules.by_rules()
def all_powertrain_rules() -> tuple[Rule, ...]:
    """The rules of every WMI."""
    evidence, manual = _tables()
    wmis = dict.fromkeys((*evidence, *manual, *user_rules.user_rules()))
    return tuple(rule for wmi in wmis for rule in powertrain_rules(wmi))
