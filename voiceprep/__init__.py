"""A voice-driven practice partner for technical interviews, entirely on your own machine."""

__version__ = "0.1.0"
