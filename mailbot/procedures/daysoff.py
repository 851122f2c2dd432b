"""Public holidays and make-up working days of a country, through the holidays package.

Loaded when first asked: the package takes 0.3 s and 13 MB. Of China's make-up days (调休) only those that the State
Council has announced are known; holidays that follow the moon are worked out, so they are known further ahead.
"""

from datetime import date
from functools import lru_cache

LANGUAGES = {"zh-CN": ("zh_CN", "en_US"), "zh-TW": ("zh_TW", "zh_CN", "en_US"), "en": ("en_US", "en_GB")}
Days = tuple[frozenset[date], frozenset[date]]
NONE: Days = (frozenset(), frozenset())


def parse_country(text: str) -> str:
    """`none`, `cn`, or a country the holidays package knows, perhaps with its region: `de`, `us-ca`. Raises ValueError."""
    code = text.strip().lower()
    if code in ("none", "cn"):
        return code
    from holidays import list_supported_countries  # noqa: PLC0415

    country, _, region = code.upper().partition("-")
    known = list_supported_countries()
    if country not in known or len(country) != 2:
        raise ValueError(f'{text!r} is not a country; write "cn", "none", or a code of two letters such as "de" or "us"')
    if region and region not in known[country]:
        raise ValueError(f"{text!r}: {country} has no region {region}; write {code[:2]!r}, or one of {', '.join(known[country])}")
    return code


@lru_cache(maxsize=256)
def days(country: str, year: int) -> Days:
    """Days off and make-up working days of `year`."""
    if country == "none":
        return NONE
    from holidays import country_holidays  # noqa: PLC0415

    code, _, region = country.upper().partition("-")
    table = country_holidays(code, subdiv=region or None, years=year)
    made_up = getattr(table, "weekend_workdays", ())
    return frozenset(day for day in table if day.year == year), frozenset(day for day in made_up if day.year == year)


@lru_cache(maxsize=64)
def names(country: str, year: int, language: str) -> dict[date, str]:
    """The names of the holidays of `year` in a language of letters; in the country's own where the package has no other.

    A day off that is only exchanged for another has no name of its own.
    """
    if country == "none":
        return {}
    from holidays import country_holidays, list_localized_countries  # noqa: PLC0415

    code, _, region = country.upper().partition("-")
    spoken = list_localized_countries().get(code, [])
    best = next((one for one in LANGUAGES[language] if one in spoken), None)
    table = country_holidays(code, subdiv=region or None, years=year, language=best)
    whole = {day: name.partition(";")[0].partition("(")[0].partition("（")[0].strip() for day, name in table.items()}
    exchanged = {day for day, name in table.items() if any(sign.isdigit() for sign in name)}
    return {day: name for day, name in whole.items() if day not in exchanged}
