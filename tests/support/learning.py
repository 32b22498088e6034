"""Labelled lists for the learner."""

from support.manifests import put
from support.vins import checked_vin


def labelled(path, counts, head="VIN,Fuel"):
    """A list of so many vehicles a start and label, each with a serial of its own."""
    lines, serial = [head], 0
    for (start, label), count in counts.items():
        for _ in range(count):
            serial += 1
            lines.append(f"{checked_vin(start, 'SA', serial)},{label}")
    return put(path, "\n".join(lines) + "\n")
