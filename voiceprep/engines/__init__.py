"""The real parts: one file each, behind the ports."""

import os

# ONNX Runtime (seen in 1.32 on Linux) reports its use to its maker, and keeps an identity of the device in
# the user's cache, unless told not to before it is loaded. Nothing leaves this machine, so it is told.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
# Models come from a folder; should a library look for one by name all the same, it must not ask the hub.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
