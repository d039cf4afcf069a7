"""What can go wrong while printing."""


class PrintingError(Exception):
    """Base of all errors raised by `matchmaker.printing`."""


class InvalidSheetError(PrintingError, ValueError):
    """The data for a sheet cannot be printed as they are; the message names the field and how to mend it."""


class QrPayloadTooLongError(InvalidSheetError):
    """A badge's QR payload holds more than a QR code can carry legibly."""

    def __init__(self, holder: str, length: int, limit: int) -> None:
        super().__init__(
            f"badge of {holder!r}: the QR payload has {length} bytes, but only {limit} can be scanned from a badge; "
            "put a short token or address into it"
        )
        self.holder = holder
        self.length = length
        self.limit = limit


class TypesettingError(PrintingError):
    """Typst refused a template: a fault of the template, not of the data given to it."""

    def __init__(self, template: str, diagnostic: str) -> None:
        super().__init__(f"template {template}.typ could not be typeset: {diagnostic}")
        self.template = template
        self.diagnostic = diagnostic
