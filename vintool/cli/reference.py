"""Commands that look things up: makers, rules, reference data."""

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vintool.cli.language import Command, Commands
from vintool.cli.options import lang_option, reference_of_command, text_or_json, with_user_data
from vintool.cli.terminal import FAILED, Unreadable, as_json, note, say, say_json
from vintool.codes import REGIMES

if TYPE_CHECKING:
    from vintool.vpic.importer.inventory import Overview


@click.command(cls=Command)
@click.argument("code_or_name")
@text_or_json
@lang_option
def wmi(code_or_name: str, form: str, lang: str) -> None:
    """Look up a manufacturer by WMI (3 or 6 characters), by name or by brand.

    A code that had several makers is shown with the model years of each, as far as they are known.

    \b
    vintool wmi LGX
    vintool wmi "great wall"
    vintool wmi 比亚迪
    """
    from vintool import registry  # noqa: PLC0415 - start-up time
    from vintool.report.language import language  # noqa: PLC0415

    words = language(lang).translate
    makers = registry.find_makers(code_or_name)
    names = registry.chinese_names()
    if form == "json":
        rows = [
            maker._asdict()
            | {
                "year_from": maker.year_from or None,
                "year_to": None if maker.year_to == 9999 else maker.year_to,
            }
            | {"chinese": {brand: names[brand] for brand in maker.brands if brand in names}}
            for maker in makers
        ]
        say_json(as_json(rows))
    for maker in makers if form == "text" else ():
        years = f"  {words('model years')} {maker.years}" if maker.years else ""
        kinds = ", ".join(map(words, maker.kinds))
        say(f"{maker.wmi:<7}{maker.name}  [{maker.country or '??'}; {kinds}]{years}")
        if maker.brands:
            brands = (f"{brand} {names.get(brand, '')}".strip() for brand in maker.brands)
            say(f"       {words('brands')}: {', '.join(brands)}")
        say(
            f"       {words('sources')}: {maker.source} ({words(f'confidence {maker.confidence}')})"
            + (f"; {maker.note}" if maker.note else "")
        )
    if not makers:
        code = code_or_name.strip().upper()
        country = registry.country(code) if len(code) in {2, 3, 6} else None
        note(
            words(f"the registry knows no maker {code_or_name!r}")
            + (f"; {words('the first two characters belong to')} {country.name}" if country else "")
        )
        sys.exit(FAILED)


@click.command(cls=Command)
@click.argument("code", required=False)
@click.option(
    "--write",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write every page as Markdown into a folder.",
)
@lang_option
def law(code: str | None, folder: Path | None, lang: str) -> None:
    """The rules: which there are; what one says, since when, why; or what a tariff code means.

    \b
    vintool law
    vintool law cn-used-vehicle
    vintool law 8703801090
    vintool law 8703.80.10.90
    """
    from vintool.registry import tariff  # noqa: PLC0415 - start-up time
    from vintool.report.evidence import meaning_in  # noqa: PLC0415
    from vintool.report.language import language  # noqa: PLC0415
    from vintool.screening.pages import as_text, pages, regime_page  # noqa: PLC0415
    from vintool.screening.regimes import load_regime  # noqa: PLC0415

    words = language(lang).translate
    if folder is not None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            written = pages()
            for name, page in written.items():
                (folder / name).write_text(page, encoding="utf-8", newline="\n")
        except OSError as error:
            raise Unreadable(f"{folder}: cannot be written ({error.strerror}).") from None
        note(words(f"{len(written)} pages written to {folder}"))
    elif code is None:
        for regime in map(load_regime, REGIMES):
            say(f"{regime.code:<18}{words('since')} {regime.start}  {words(regime.title)}")
    elif code in REGIMES:
        for text in as_text(regime_page(load_regime(code)), words):
            say(text)
    elif lines := tariff.beginning_with(digits := re.sub(r"[\s.·-]", "", code)) or tariff.find(
        digits
    ):
        for line in lines:
            licence = {"yes": "export licence", "no": "no export licence"}.get(
                line.licence, "licence not known"
            )
            letters = f", {words('letters')} {line.letters}" if line.letters else ""
            say(
                f"{line.code:<11}{meaning_in(line.meaning, language(lang))}; {words(licence)}{letters}"
                + (
                    f"; {' '.join(map(words, re.split(' (?=until)', line.period)))}"
                    if line.period
                    else ""
                )
            )
            say(
                f"{'':<11}{words('source')}: {words(line.source)} ({words(f'confidence {line.confidence}')})"
                + (f"; {words(line.note)}" if line.note else "")
            )
    else:
        note(words(f"no regime and no tariff code {code!r}; regimes: {', '.join(REGIMES)}"))
        sys.exit(FAILED)


@click.group(cls=Commands, invoke_without_command=True)
@text_or_json
@lang_option
@click.option(
    "--no-user-data",
    is_flag=True,
    help="Show what is in use where your own folder of data is left out.",
)
@click.pass_context
def data(context: click.Context, form: str, lang: str, *, no_user_data: bool) -> None:
    """What reference data is in use: which release, from where, how much; or build it anew.

    Your own folder holds rules in evidence and evidence/below, and in vpic what 'build' made. Commands read it, and say
    so; --no-user-data or VINTOOL_USER_DATA=0 leaves it out. A library call reads it only where it is given as
    vintool.Reference(data=FOLDER).

    \b
    vintool data
    vintool data build --vpic vPICList_lite_2026_10.plain.zip
    """
    if context.invoked_subcommand:
        return
    from vintool.registry.reference import PACKAGED  # noqa: PLC0415 - start-up time
    from vintool.vpic.importer.inventory import overview  # noqa: PLC0415

    fault = None
    try:
        reference = reference_of_command(user_data=not no_user_data, lang=lang)
    except Unreadable as error:
        reference, fault = PACKAGED, error
    with reference.bound():
        in_use = overview()
    if form == "json":
        lists = {
            "tables": [table._asdict() for table in in_use.tables],
            "user_files": [file._asdict() for file in in_use.user_files],
        }
        say_json(as_json(in_use._asdict() | lists))
    else:
        _print_overview(in_use, lang)
    if fault is not None:
        raise fault


def _print_overview(in_use: "Overview", lang: str) -> None:
    from vintool.report.language import language  # noqa: PLC0415 - start-up time
    from vintool.report.wrapping import padded  # noqa: PLC0415

    words = language(lang).gettext
    shipped = in_use.vpic_folder.parent == in_use.folder
    say(f"{padded(words('release'), 7)} {in_use.release}")
    say(f"{padded(words('tables'), 7)} {in_use.folder}")
    origin = words("as shipped" if shipped else "built by the user")
    say(f"vPIC    {in_use.vpic_folder} ({origin})")
    say(f"sha256  {in_use.sha256}")
    say(
        f"{padded(words('own'), 7)} {in_use.user_folder} ({words('files')}: {len(in_use.user_files)})"
    )
    for file in in_use.user_files:
        say(f"        {file.name}  sha256 {file.sha256}  {words(file.state)}")
    say("")
    width = max(len(table.name) for table in in_use.tables)
    for table in in_use.tables:
        say(f"{table.name:<{width}} {table.rows:>9,}  {table.edition}  {table.sources}")


@data.command()
@click.option(
    "--vpic",
    "with_vpic",
    is_flag=True,
    help="Hold NHTSA's vPIC against itself anew: each model that was filed as electric and as something else. Takes a minute.",
)
@text_or_json
@lang_option
@with_user_data
def conflicts(*, with_vpic: bool, form: str, lang: str) -> None:
    """What stands against something else in the reference data, both sides of it.

    Filings that stand against the maker's others of a model, which are never evidence; places that were put
    right; plants, kinds and brands on which sources disagree and that are left so.

    \b
    vintool data conflicts
    vintool data conflicts --vpic
    """
    from vintool.decoding.conflicts import all_conflicts, compared_filings  # noqa: PLC0415
    from vintool.report.language import language  # noqa: PLC0415
    from vintool.report.wrapping import padded  # noqa: PLC0415

    words = language(lang).translate
    rows = [*all_conflicts(), *(compared_filings() if with_vpic else ())]
    if form == "json":
        say_json(as_json([row._asdict() for row in rows]))
        return
    for row in rows:
        reason = f"  ({row.reason})" if row.reason else ""
        say(
            f"{padded(words(row.about), 8)}{row.key}: {row.one} | {row.other}  [{row.where}]{reason}"
        )
    note(words(f"{len(rows)} conflicts"))


@data.command()
@click.option(
    "--vpic",
    "source",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    help="A release of NHTSA's vPIC: SQLite, plain SQL dump, or the ZIP archive of one.",
)
@click.option("--month", help="Month of the release, as 2026-10; by default from the file's name.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to build; by default the user's own, which then comes before the shipped one.",
)
@lang_option
def build(source: Path, month: str | None, out: Path | None, lang: str) -> None:
    """Rebuild the vPIC data from one of NHTSA's monthly releases; takes a minute or two.

    The new data is put in place whole or not at all. Delete the folder to return to the shipped one.
    """
    from vintool.errors import DataSourceError  # noqa: PLC0415
    from vintool.report.language import language  # noqa: PLC0415
    from vintool.vpic.importer import build as builder  # noqa: PLC0415 - start-up time

    words = language(lang).translate
    try:
        folder = builder.build(source, out, month)
    except DataSourceError as error:
        raise Unreadable(str(error)) from None
    except OSError as error:
        where = error.filename or out or "the folder"
        raise Unreadable(
            f"{where}: cannot be written ({error.strerror}); nothing was changed. Name another folder with --out."
        ) from None
    if missing := builder.missing_tables(folder):
        note(words(f"this copy of vPIC lacks {', '.join(missing)}: less will be told"))
    say(words(f"built from {source.name}: {folder}"))
