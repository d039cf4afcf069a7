"""Prints the sheets of an event: from dataclasses to PDF, XLSX or ICS, as bytes.

Each kind of sheet has a module in `sheets/` with its dataclasses and its `..._pdf` and `..._xlsx` functions. The layout
of a PDF is the Typst file of the same name in `templates/`. A new kind of sheet needs a module, a template
that starts with `#import "base.typ": *`, its labels in `wording.py`, and a case in
`tests/printing/test_every_sheet.py`.

The package does not know the database, the web or matching. The calling code decides who may see what.
"""
