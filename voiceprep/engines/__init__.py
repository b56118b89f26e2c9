"""The real parts: one file each, behind the ports."""
