"""How a register becomes a file to print, to calculate with, or to carry to another system."""

from api.services.printing import Format, Printers
from tools.printing.separated import write_csv
from tools.printing.typeset import write_pdf
from tools.printing.workbook import write_xlsx

PRINTERS: Printers = {
    Format.PDF: write_pdf,
    Format.XLSX: write_xlsx,
    Format.CSV: write_csv,
}
"""Every format that is offered."""
