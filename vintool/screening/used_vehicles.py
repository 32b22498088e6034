"""The 180-day rule of used vehicles: first registration, licence application, maker's confirmation."""

from datetime import date

from vintool.codes import Reason
from vintool.declaration.days import Days, read_days
from vintool.screening.evidence import Remark, remark
from vintool.screening.regimes import Provision, load_regime

REGIME, PROVISION = "cn-used-vehicle", "within-180-days"


def provision() -> Provision:
    """The rule: since when it holds, and its number of days."""
    return load_regime(REGIME).by_code(PROVISION)


def age(
    is_used: bool,  # noqa: FBT001 - a key of a column, like the others
    registration: str,
    application: str,
    on: date | None,
    *,
    always: bool,
) -> tuple[Remark, ...]:
    """What the dates of a used vehicle tell of the 180-day rule.

    The days are those from first registration to the licence application. Without an application
    date the declaration date is the latest that it can be, and proves "within"; the first day of the
    rule is the earliest that it can be, and proves "beyond". A date whose day and month can change
    places counts with both.

    Args:
        is_used: whether the row tells a used vehicle; there is no remark on others.
        registration: the cell of first registration.
        application: the cell of the licence application.
        on: the declaration date.
        always: remark also that the rule could not be checked.

    >>> age(True, "2026-01-01", "2026-06-30", None, always=True)[0].item.value
    '180 days from registration on 2026-01-01 to application on 2026-06-30'
    """
    rule = provision()
    limit = rule.days or 0
    applied, registered = read_days(application), read_days(registration)
    last = applied or (Days(on, on) if on else None)
    declared_before = on is not None and on < rule.start
    if not is_used or declared_before or (on is None and last and last.latest < rule.start):
        return ()
    if registered is None or last is None:
        missing = "first registration" if registered is None else "application or declaration date"
        return (remark(Reason.AGE_UNKNOWN, f"no {missing}", rule.source),) if always else ()
    most = (last.latest - registered.earliest).days
    first = applied.earliest if applied else rule.start
    least = (first - registered.latest).days
    begun, end = registered.earliest, last.latest
    value = (
        f"{most} days from registration on {begun} to application on {end}"
        if applied
        else f"{most} days from registration on {begun} to declaration on {end}"
    )
    # An application after the declaration, or before the rule, is not the one that it asks for.
    another = applied is not None and on is not None and not rule.start <= applied.earliest <= on
    if another or most < 0 or least <= limit < most:
        return (remark(Reason.AGE_UNKNOWN, value, rule.source),)
    if least > limit and not applied:
        value = (
            f"{least} days from registration on {registered.latest} to the first day of the rule"
        )
    reason = Reason.WITHIN_180_DAYS if most <= limit else Reason.BEYOND_180_DAYS
    return (remark(reason, value, rule.source),)
