"""The enterprise's pages: its needs and who could answer them."""
