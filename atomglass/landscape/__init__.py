"""The energy landscape between inherent states: saddles and double wells."""
