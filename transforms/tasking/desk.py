"""The same page for a word processor, to be edited further: same words, same bytes."""

import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transforms.publications.formats.glyphs import all_shown
from transforms.publications.formats.typeset import drawn
from transforms.tasking.page import Box, Page, Section


if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table, _Cell

_FONT, _SIZE_PT = "Arial", 9.0
_TITLE_PT, _HEADING_PT, _SMALL_PT = 18.0, 11.5, 7.5
_A4_CM, _MARGIN_CM = (21.0, 29.7), 1.7
_GREY, _SHADE, _MARK = "5A5F66", "F0F0F0", "FDEBD0"
_NARROW_CM, _BOLD = 0.15, 1.4  # a character of a narrow column; of its heading
_NAMES_CM, _LEAST_WIDE_CM = 4.6, 3.0  # the widest of the others; the least of the wide
_OLDEST = (1980, 1, 1, 0, 0, 0)  # of a ZIP file: none of its members has another time


def write_docx(page: Page, last_day: date, path: Path) -> None:
    """Write it; its one time is the last day of the fortnight."""
    import docx  # slow to load: only whoever makes a pack needs it

    document = docx.Document()
    _set_up(document, page, last_day)
    document.add_heading(_said(page.title), 0)
    document.add_paragraph(_said(page.subtitle), style="Subtitle")
    _add_boxes(document, page)
    if page.picture:
        _add_picture(document, page)
    for section in page.sections:
        _add_section(document, section)
    buffer = io.BytesIO()
    document.save(buffer)
    path.write_bytes(_without_times(buffer))


def _said(text: str) -> str:
    """Text that XML can hold, and fonts can show."""
    return str(all_shown(text))


def _set_up(document: "Document", page: Page, last_day: date) -> None:
    """Paper, language, fonts, footer, and what the file says of itself."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    [sheet] = document.sections
    sheet.page_width, sheet.page_height = map(Cm, _A4_CM)
    sheet.left_margin = sheet.right_margin = Cm(_MARGIN_CM)
    sheet.top_margin = sheet.bottom_margin = Cm(_MARGIN_CM)
    sizes = {
        "Normal": _SIZE_PT,
        "Title": _TITLE_PT,
        "Subtitle": _SIZE_PT,
        "Heading 2": _HEADING_PT,
        "List Bullet": _SIZE_PT,
        "Footer": _SMALL_PT,
    }
    for name, size in sizes.items():
        style = document.styles[name]
        if style.type == WD_STYLE_TYPE.PARAGRAPH:
            style.font.name, style.font.size = _FONT, Pt(size)
            style.font.color.rgb = RGBColor.from_string(
                _GREY if name in ("Subtitle", "Footer") else "000000"
            )
            style.font.italic = False
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{theme}"), None)
            style.font.bold = name in ("Title", "Heading 2")
            own = style.element
            for unwanted in [*own.iter(qn("w:pBdr")), *own.iter(qn("w:spacing"))]:
                if unwanted.getparent().tag in (qn("w:pPr"), qn("w:rPr")):
                    unwanted.getparent().remove(unwanted)
            style.paragraph_format.space_before = Pt(8 if name == "Heading 2" else 0)
            style.paragraph_format.space_after = Pt(2)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    run = document.styles["Normal"].element.get_or_add_rPr()
    for known in run.findall(qn("w:lang")):
        run.remove(known)
    run.append(language)
    about = document.core_properties
    about.title, about.author, about.comments = _said(page.title), "hexbeat", ""
    about.last_modified_by, about.revision, about.language = "hexbeat", 1, "en-GB"
    about.created = about.modified = datetime.combine(last_day, time())
    footer = sheet.footer.paragraphs[0]
    footer.add_run(f"{_said(page.footer)} Page ")
    _add_field(footer, "PAGE")


def _add_field(paragraph: Any, name: str) -> None:
    """A field that the word processor fills in."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    paragraph._p.append(field)


def _add_boxes(document: "Document", page: Page) -> None:
    from docx.shared import Cm

    table = document.add_table(rows=(len(page.boxes) + 1) // 2, cols=2)
    table.autofit = False
    cells = [cell for row in table.rows for cell in row.cells]
    for cell, box in zip(cells, page.boxes, strict=True):
        cell.width = Cm(_width_cm() / 2)
        _shade(cell, _SHADE)
        _fill_box(cell, box)
    _edges(table, "FFFFFF", inside=True)


def _fill_box(cell: "_Cell", box: Box) -> None:
    cell.paragraphs[0].style = "Heading 2"
    cell.paragraphs[0].add_run(_said(box.title))
    for line in box.lines:
        cell.add_paragraph(_said(line), style="List Bullet")


def _add_picture(document: "Document", page: Page) -> None:
    """The sketch as wide as the text, with words for those who cannot see it."""
    from docx.shared import Cm

    png = io.BytesIO(drawn(page.picture))
    shape = document.add_picture(png, width=Cm(_width_cm()))
    shape._inline.docPr.set("descr", _said(page.picture_alt))
    for side in "TBLR":  # where none is given, LibreOffice leaves an eighth of an inch
        shape._inline.set(f"dist{side}", "0")


def _add_section(document: "Document", section: Section) -> None:
    document.add_heading(_said(section.title), 2)
    for line in section.lines:
        document.add_paragraph(_said(line), style="List Bullet")
    if section.rows:
        _add_table(document, section)


def _add_table(document: "Document", section: Section) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.shared import Cm

    table = document.add_table(rows=0, cols=len(section.header))
    table.autofit = False
    widths = _widths_cm(section)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    marked = section.marked or [False] * len(section.rows)
    for values, is_marked in zip(
        [section.header, *section.rows], [False, *marked], strict=True
    ):
        row = table.add_row()
        cells = row.cells
        for at, (cell, value) in enumerate(zip(cells, values, strict=True)):
            cell.width = Cm(widths[at])
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = 0
            run = paragraph.add_run(_said(value))
            run.bold = row._index == 0
            if at not in section.texts:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            if is_marked:
                _shade(cell, _MARK)
        kept = OxmlElement("w:cantSplit")
        row._tr.get_or_add_trPr().append(kept)
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    _edges(table, "C8C8C8", inside=False)
    document.add_paragraph().paragraph_format.space_after = 0


def _width_cm() -> float:
    return _A4_CM[0] - 2 * _MARGIN_CM


def _widths_cm(section: Section) -> list[float]:
    """Each column as wide as its longest value; the wide one takes what is left."""
    longest = [
        max(_BOLD * len(head), *(len(row[at]) for row in section.rows))
        for at, head in enumerate(section.header)
    ]
    found = [min(0.5 + _NARROW_CM * length, _NAMES_CM) for length in longest]
    wide = section.wide if section.wide is not None else len(found) - 1
    rest = sum(width for at, width in enumerate(found) if at != wide)
    room = _width_cm()
    if room - rest < _LEAST_WIDE_CM:
        shrink = (room - _LEAST_WIDE_CM) / rest
        found = [width * shrink for width in found]
        rest *= shrink
    found[wide] = room - rest
    return found


def _shade(cell: "_Cell", colour: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _edges(table: "Table", colour: str, inside: bool) -> None:
    """Lines between rows; of boxes, white ones on all sides."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    edges = OxmlElement("w:tblBorders")
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    for side in sides if inside else ("insideH",):
        edge = OxmlElement(f"w:{side}")
        size = "48" if inside else "4"
        for name, value in (("val", "single"), ("sz", size), ("color", colour)):
            edge.set(qn(f"w:{name}"), value)
        edges.append(edge)
    table._tbl.tblPr.append(edges)


def _without_times(buffer: io.BytesIO) -> bytes:
    """The file with its members in the same order, none of them with a time."""
    clean = io.BytesIO()
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(clean, "w") as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, _OLDEST)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            new.writestr(member, old.read(name))
    return clean.getvalue()
