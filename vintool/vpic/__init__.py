"""NHTSA's vPIC, as ``vintool data build`` writes it down: for each WMI and year, patterns that tell.

The files are read on first use, and of the long ones only the sections that a WMI and year need
(``files``, ``register``, ``elements``, ``patterns``, ``specs``); ``decode`` follows vPIC's procedure.

Other rooms ask here (``vpic.registration(wmi)``); types, the numbers of elements and the steps of the
procedure are imported from where they are defined.

Source: NHTSA, Product Information Catalog and Vehicle Listing (vPIC), public domain.
"""

from vintool.vpic.elements import all_elements, country_code, defaults, engine, model
from vintool.vpic.files import check, data_release, folder, release, rests_on
from vintool.vpic.fits import start_fits
from vintool.vpic.patterns import all_links
from vintool.vpic.register import all_registrations, registration
from vintool.vpic.specs import specified_elements

__all__ = [
    "all_elements",
    "all_links",
    "all_registrations",
    "check",
    "country_code",
    "data_release",
    "defaults",
    "engine",
    "folder",
    "model",
    "registration",
    "release",
    "rests_on",
    "specified_elements",
    "start_fits",
]
