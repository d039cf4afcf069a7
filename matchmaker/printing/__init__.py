"""Paper and files for an event: dataclasses go in, PDF, XLSX or ICS comes out as bytes.

One module for each kind of sheet, with its dataclasses and its `..._pdf`, `..._xlsx` or `..._ics` functions; the
layout of a PDF is the Typst file of the same name in `templates/`. A new kind of sheet needs a module, a template
that starts with `#import "base.typ": *`, its labels in `wording.py`, and a case in
`tests/printing/test_every_sheet.py`.

The package knows nothing of the database, the web or the matching: whoever calls it decides who may see what.
"""
