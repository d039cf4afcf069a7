"""Errors of printing."""


class PrintingError(Exception):
    """Base of all errors raised by `matchmaker.printing`."""


class InvalidSheetError(PrintingError, ValueError):
    """The data of a sheet cannot be printed. The message names the wrong field and how to correct it."""


class QrPayloadTooLongError(InvalidSheetError):
    """The text of a badge's QR code is too long to be scanned from a badge."""

    def __init__(self, holder: str, length: int, limit: int) -> None:
        super().__init__(
            f"badge of {holder!r}: the QR payload has {length} bytes, but only {limit} can be scanned from a badge; "
            "put a short token or address into it"
        )
        self.holder = holder
        self.length = length
        self.limit = limit


class TypesettingError(PrintingError):
    """Typst could not compile a template. The template is wrong, not the data."""

    def __init__(self, template: str, diagnostic: str) -> None:
        super().__init__(f"template {template}.typ could not be typeset: {diagnostic}")
        self.template = template
        self.diagnostic = diagnostic
