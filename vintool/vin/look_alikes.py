"""Characters that eyes, hands and scanners take for one another."""

from vintool.vin.positions import ALPHABET

# By shape, in print and by hand, each pair once. Not measured: gathered from the forms of the letters and figures, so that it
# holds rather too many than too few.
_PAIRS = [
    "0D",
    "06",
    "08",
    "0C",
    "0G",
    "0U",
    "1L",
    "1J",
    "1T",
    "17",
    "2Z",
    "7Z",
    "3B",
    "35",
    "38",
    "4A",
    "49",
    "4Y",
    "5S",
    "56",
    "58",
    "6G",
    "68",
    "6B",
    "7T",
    "7Y",
    "8B",
    "8S",
    "89",
    "8G",
    "9G",
    "BR",
    "BD",
    "BE",
    "BP",
    "CG",
    "DP",
    "EF",
    "FP",
    "HK",
    "HM",
    "HN",
    "KX",
    "MN",
    "MW",
    "NW",
    "PR",
    "UV",
    "UW",
    "VW",
    "VY",
    "XY",
]

#: Each character of the alphabet with those that it may be taken for.
LOOK_ALIKES = {
    character: "".join(
        other for other in ALPHABET if character + other in _PAIRS or other + character in _PAIRS
    )
    for character in ALPHABET
}
