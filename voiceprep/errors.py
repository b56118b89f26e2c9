"""One exception tree. Every message says what failed, where, and the command or step that mends it.

VoiceprepError
├── UsageError                 what was asked for makes no sense (exit 2)
│   └── UnknownQuestion
├── ContentError               a pack has faults; lists every one (exit 1)
├── AudioFileError             a file that cannot be read as audio
├── DeviceError                sound hardware
│   ├── NoPortAudio
│   ├── NoDevice
│   └── DeviceLost             vanished or fell silent while in use
├── SpeechError                speech synthesis failed, hung or said nothing
├── ModelError                 the recogniser's model
│   ├── ModelMissing
│   ├── ModelDamaged
│   └── DownloadError
├── RecogniserError            recognition itself failed
├── JournalError               database or recording could not be written or read
│   ├── DiskFull
│   └── JournalDamaged         the database is no database (any more), or damaged inside
├── PlotsMissing               what draws plots is not installed
└── Interrupted                Ctrl-C; whatever was recorded is kept (exit 130)
"""

from __future__ import annotations

from dataclasses import dataclass


class VoiceprepError(Exception):
    """Base of all errors this package raises on purpose; ``exit_status`` is the process's."""

    exit_status = 1


class UsageError(VoiceprepError):
    """Options or arguments that do not go together."""

    exit_status = 2


class UnknownQuestion(UsageError):
    """No question of that id in the bank; the message names the nearest ids."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a content file: the file, the key (dotted, ``elements[2].need``), what is wrong."""

    file: str
    key: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.problem}"


class ContentError(VoiceprepError):
    """Content that does not parse; ``faults`` holds every fault of every file."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        n = len(faults)
        lines = "\n".join(f"  {fault}" for fault in faults)
        super().__init__(f"{n} fault{'s' if n != 1 else ''} in the content:\n{lines}")


class AudioFileError(VoiceprepError):
    """A file that holds no readable audio."""


class DeviceError(VoiceprepError):
    """Sound hardware could not be used."""


class NoPortAudio(DeviceError):
    """The PortAudio library is not installed."""


class NoDevice(DeviceError):
    """No such microphone or loudspeaker."""


class DeviceLost(DeviceError):
    """A device stopped delivering (or taking) audio while in use."""


class SpeechError(VoiceprepError):
    """Speech could not be synthesised."""


class ModelError(VoiceprepError):
    """The recogniser's model cannot be used."""


class ModelMissing(ModelError):
    """The model is not on this machine."""


class ModelDamaged(ModelError):
    """A file of the model is missing, truncated or of the wrong kind."""


class DownloadError(ModelError):
    """A download failed; what has arrived is kept and the next try resumes."""


class RecogniserError(VoiceprepError):
    """The recogniser failed on audio it was given."""


class JournalError(VoiceprepError):
    """The journal could not be read or written."""


class DiskFull(JournalError):
    """No room left for the recording or the database."""


class JournalDamaged(JournalError):
    """The file of the database cannot be read as one; it is left as it is."""


class PlotsMissing(VoiceprepError):
    """The library that draws plots is not installed."""


class SettingsError(VoiceprepError):
    """The settings file does not parse, or holds an unknown key or an unusable value."""


class Interrupted(VoiceprepError):
    """The user pressed Ctrl-C; what had been recorded is in the journal."""

    exit_status = 130
