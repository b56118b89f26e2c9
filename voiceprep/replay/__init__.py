"""Views of past attempts: pure functions from nouns to what is shown; no clock, files or printing."""
