"""The researcher's pages: offers and the firms worth a call."""
