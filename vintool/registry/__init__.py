"""``wmi_data``: makers, plants, countries, brands, tariff, places, powertrain rules, each row with its source.

Other rooms ask here (``registry.maker(wmi)``); types, columns and tables are imported from where they
are defined.
"""

from vintool.registry.assembly import built_in, built_in_rows
from vintool.registry.brands import chinese_names
from vintool.registry.countries import country
from vintool.registry.frames import frame_type
from vintool.registry.makers import all_makers, find_makers, is_dated, maker, wmi_is_known
from vintool.registry.plants import has_plants, plant, put_right
from vintool.registry.reference import Reference, reference_in_use, use_evidence
from vintool.registry.series import body_series, body_series_rows

__all__ = [
    "Reference",
    "all_makers",
    "body_series",
    "body_series_rows",
    "built_in",
    "built_in_rows",
    "chinese_names",
    "country",
    "find_makers",
    "frame_type",
    "has_plants",
    "is_dated",
    "maker",
    "plant",
    "put_right",
    "reference_in_use",
    "use_evidence",
    "wmi_is_known",
]
