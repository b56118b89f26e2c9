"""The recogniser's models: which there are, where they lie, whether they are whole, and fetching them.

Only :func:`fetch` ever touches the network. A model is a folder; its weights arrive last, so a folder
with weights has everything else.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import cast

from voiceprep.engines.download import (
    TIMEOUT_S,
    RemoteFile,
    digest_of,
    disk_failure,
    download,
    n_bytes_arrived,
    read_json,
)
from voiceprep.engines.home import FOLDER_MODE
from voiceprep.errors import DownloadError, ModelDamaged, ModelMissing
from voiceprep.resources import folder as resource_folder

DEFAULT_MODEL = "base.en"

_MB = 1_000_000
_WEIGHTS = "model.bin"
_MANIFEST = "voiceprep-model.json"
_WANTED = re.compile(
    r"model\.bin|config\.json|preprocessor_config\.json|tokenizer\.json|vocabulary\.(json|txt)"
)
"""The files faster-whisper asks for (its ``download_model``)."""

_SPEC_NAME = b"WhisperSpec"
"""Stands in the first bytes of every Whisper model that CTranslate2 wrote."""

_ROOM_BYTES = 64 * _MB
"""Left free on the disk beside a model, for the recordings it is fetched for."""


@dataclass(frozen=True, slots=True)
class _Offer:
    """A model that can be fetched by name; ``n_bytes`` is rounded, the hub tells the exact figure.

    ``revision`` is the commit it is fetched at and ``sha256`` the digest of its weights there.
    """

    name: str
    repo: str
    n_bytes: int
    revision: str
    sha256: str


# Half-precision weights of faster-whisper's own table of names; sizes are two bytes a parameter. Commits and
# digests are the hub's as two or more public projects that pin them recorded each, in 2026.
_OFFERS = (
    _Offer(
        "tiny.en",
        "Systran/faster-whisper-tiny.en",
        78 * _MB,
        "0d3d19a32d3338f10357c0889762bd8d64bbdeba",
        "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    ),
    _Offer(
        "base.en",
        "Systran/faster-whisper-base.en",
        148 * _MB,
        "3d3d5dee26484f91867d81cb899cfcf72b96be6c",
        "2a166925539a16005f14ff328359f9b9adb9dc4fb631bb3b227526862e93e2ef",
    ),
    _Offer(
        "small.en",
        "Systran/faster-whisper-small.en",
        486 * _MB,
        "d1d751a5f8271d482d14ca55d9e2deeebbae577f",
        "62b2a45b05ee59acb4a5341b33ee35e041395d378d418a18acfe4c9e768ee37a",
    ),
    _Offer(
        "medium.en",
        "Systran/faster-whisper-medium.en",
        1_530 * _MB,
        "a29b04bd15381511a9af671baec01072039215e3",
        "11b220779aea4c6f3ce9d2549c8a95ea869ed84066864b999531ef53e594fe5b",
    ),
    _Offer(
        "large-v3",
        "Systran/faster-whisper-large-v3",
        3_090 * _MB,
        "edaa852ec7e145841d8ffdb056a99866b5f0a478",
        "69f74147e3334731bc3a76048724833325d2ec74642fb52620eda87352e3d4f1",
    ),
    _Offer(
        "large-v3-turbo",
        "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
        1_620 * _MB,
        "0a363e9161cbc7ed1431c9597a8ceaf0c4f78fcf",
        "e76620f83d5f5b69efd3d87e3dc180c1bd21df9fbebacfd4335e5e1efcc018da",
    ),
    _Offer(
        "distil-small.en",
        "Systran/faster-distil-whisper-small.en",
        335 * _MB,
        "ef77d90526ccd62cde3808ee70626a01e5cf83e4",
        "1187de3982cdcf962a2fb8f797e429fb4651b875b18fe9ce50b58b52fc9072b7",
    ),
    _Offer(
        "distil-medium.en",
        "Systran/faster-distil-whisper-medium.en",
        792 * _MB,
        "80ddfce281f77766d8943d63109199fc8145dfa5",
        "d4cb75d823dcd2647191064da76f026774c06c036908f38456165368d0e2d66a",
    ),
    _Offer(
        "distil-large-v3",
        "Systran/faster-distil-whisper-large-v3",
        1_515 * _MB,
        "c3058b475261292e64a0412df1d2681c06260fab",
        "b79368e19b6623813609431a6e5ee309a71506701ebc49fd7820e692dec7c5f5",
    ),
)


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model known by name: its approximate download, and the folder where it is installed or None."""

    name: str
    repo: str
    approx_bytes: int
    path: Path | None
    n_bytes_on_disk: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a fetch has come, in bytes over all files; ``file`` is the one under way."""

    name: str
    file: str
    n_done: int
    n_total: int


@dataclass(frozen=True, slots=True)
class _Kept:
    """A file as the manifest remembers it."""

    name: str
    n_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class _Manifest:
    """What was fetched: written beside the files when the last of them was verified."""

    repo: str
    revision: str
    files: tuple[_Kept, ...]


def models_folder(home: Path) -> Path:
    """Where fetched models lie, one folder a name."""
    return home / "models"


def available(home: Path) -> tuple[ModelInfo, ...]:
    """Every model that can be fetched by name, smallest of each family first."""
    return tuple(_info(offer, models_folder(home) / offer.name) for offer in _OFFERS)


def synthetic_model() -> Path:
    """The folder of our own small Whisper, which understands synthetic voices only. Raises ModelMissing."""
    try:
        return resource_folder("audio_fixtures") / "whisper-synthetic"
    except FileNotFoundError as exc:
        raise ModelMissing(str(exc)) from exc


def locate(name_or_path: str, home: Path) -> Path:
    """The folder of a model given by name or by path, after a quick check of its files.

    Never touches the network. Raises ModelMissing when it is not on this machine, ModelDamaged when a
    file is missing, cut short or of the wrong kind.
    """
    if any(offer.name == name_or_path for offer in _OFFERS):
        folder = models_folder(home) / name_or_path
        if not (folder / _MANIFEST).exists() and not (folder / _WEIGHTS).exists():
            begun = "is only partly" if folder.is_dir() else "is not"
            raise ModelMissing(
                f"the model {name_or_path} {begun} on this machine (looked in {folder}): "
                f"{_fetch_command(name_or_path)}"
            )
        check(folder, _fetch_command(name_or_path))
        return folder
    folder = Path(os.path.expanduser(name_or_path))  # noqa: PTH111 (Path's own raises for unknown users)
    if not name_or_path or not folder.is_dir():
        names = ", ".join(offer.name for offer in _OFFERS)
        raise ModelMissing(
            f"{name_or_path!r} is neither a model folder nor a model that can be fetched ({names}): "
            f"{_fetch_command(DEFAULT_MODEL)}"
        )
    check(folder, "copy the model's folder again, or fetch one: " + _fetch_command(DEFAULT_MODEL))
    return folder


def check(folder: Path, mend: str) -> None:
    """Look at the files of a model without reading the weights; takes a few milliseconds.

    Raises ModelDamaged naming the file and ending in ``mend``.
    """
    vocabulary = "vocabulary.txt" if (folder / "vocabulary.txt").exists() else "vocabulary.json"
    for name in (_WEIGHTS, "config.json", "tokenizer.json", vocabulary):
        if not (folder / name).is_file():
            raise ModelDamaged(f"the model in {folder} lacks its file {name}: {mend}")
    for file in _manifest(folder, mend).files:
        path = folder / file.name
        n_bytes = path.stat().st_size if path.is_file() else 0
        if n_bytes != file.n_bytes:
            raise ModelDamaged(f"{path} has {n_bytes:,} bytes instead of {file.n_bytes:,}: {mend}")
    try:
        fault = _fault_in(folder, vocabulary)
    except OSError as exc:
        raise ModelDamaged(f"the model in {folder} cannot be read ({exc}): {mend}") from exc
    if fault is not None:
        raise ModelDamaged(f"{fault}: {mend}")


def verify(folder: Path, mend: str) -> None:
    """Read every byte of a fetched model and compare it with what the hub promised.

    Takes seconds; a folder that was not fetched by :func:`fetch` gets :func:`check` only. Raises
    ModelDamaged.
    """
    check(folder, mend)
    for file in _manifest(folder, mend).files:
        if digest_of(folder / file.name, "sha256") != file.sha256:
            raise ModelDamaged(f"{folder / file.name} is not what was fetched (wrong SHA-256): {mend}")


def fetch(name: str, home: Path, progress: Callable[[Progress], None], timeout_s: float = TIMEOUT_S) -> Path:
    """Bring the model ``name`` into the models folder of ``home`` and return its folder.

    Asks the hub (HF_ENDPOINT, else huggingface.co) for sizes and digests first, at the commit this program
    was made for, and refuses other weights than it knows; ``progress`` hears the total before the first
    byte. Goes on where an earlier fetch was broken off (Ctrl-C included), replaces damaged files, and
    returns at once when everything is there and right. No token and nothing
    about this machine is sent. Raises ModelMissing for an unknown name, DownloadError.
    """
    offer = next((offer for offer in _OFFERS if offer.name == name), None)
    if offer is None:
        names = ", ".join(offer.name for offer in _OFFERS)
        raise ModelMissing(f"there is no model {name!r}; these can be fetched: {names}")
    folder = models_folder(home) / name
    if (folder / _MANIFEST).exists():
        try:
            verify(folder, "")
        except ModelDamaged:
            pass  # what is wrong with it is fetched again
        else:
            return folder
    files = _ask_hub(offer, timeout_s)
    try:
        for private in (models_folder(home), folder):  # parents would get the umask's mode
            private.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        missing = tuple(file for file in files if not _is_whole(folder / file.name, file))
        _ensure_room(missing, folder)
        n_total = sum(file.n_bytes for file in files)
        n_whole = n_total - sum(file.n_bytes for file in missing)
        for file in missing:
            report = partial(_report, progress, Progress(name, file.name, n_whole, n_total))
            download(file, folder, report, timeout_s)
            n_whole += file.n_bytes
        _write_manifest(folder, offer, files)
    except OSError as exc:
        raise disk_failure(exc, folder) from exc
    check(folder, _fetch_command(name))
    return folder


def _report(progress: Callable[[Progress], None], start: Progress, n_bytes: int) -> None:
    progress(replace(start, n_done=start.n_done + n_bytes))


def _fetch_command(name: str) -> str:
    return f"voiceprep models fetch {name}"


def _info(offer: _Offer, folder: Path) -> ModelInfo:
    n_bytes = sum(path.stat().st_size for path in folder.iterdir()) if folder.is_dir() else 0
    installed = (folder / _WEIGHTS).is_file()
    return ModelInfo(offer.name, offer.repo, offer.n_bytes, folder if installed else None, n_bytes)


def _fault_in(folder: Path, vocabulary: str) -> str | None:
    """What is wrong with the files' contents, None when nothing is."""
    with (folder / _WEIGHTS).open("rb") as file:
        if _SPEC_NAME not in file.read(64):
            return f"{folder / _WEIGHTS} is not a Whisper model in CTranslate2 form"
    if vocabulary.endswith(".txt") and (folder / vocabulary).stat().st_size == 0:
        return f"{folder / vocabulary} is empty"
    kinds = {"config.json": dict, "tokenizer.json": dict, "preprocessor_config.json": dict, vocabulary: list}
    for name, kind in kinds.items():
        path = folder / name
        if not name.endswith(".json") or not path.is_file():
            continue
        try:
            content = json.loads(path.read_text("utf-8"))
        except ValueError as exc:
            return f"{path} is damaged ({exc})"
        if not isinstance(content, kind) or not content:
            return f"{path} does not hold what it should"
    return None


def _ask_hub(offer: _Offer, timeout_s: float) -> tuple[RemoteFile, ...]:
    """The files of a model at its commit, smallest first, so that the weights come last."""
    endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
    url = f"{endpoint}/api/models/{offer.repo}/revision/{offer.revision}?blobs=true"
    answer = read_json(url, timeout_s)
    try:
        listing = cast("dict[str, object]", answer)
        commit = str(listing["sha"])
        siblings = cast("list[dict[str, object]]", listing["siblings"])
        base = f"{endpoint}/{offer.repo}/resolve/{offer.revision}"
        files = [
            _remote_file(base, entry) for entry in siblings if _WANTED.fullmatch(str(entry["rfilename"]))
        ]
    except (KeyError, TypeError, ValueError) as exc:
        raise DownloadError(f"{url} did not answer as a Hugging Face hub does ({exc!r})") from exc
    weights = next((file for file in files if file.name == _WEIGHTS), None)
    if weights is None:
        raise DownloadError(f"{offer.repo} at {endpoint} holds no model (no {_WEIGHTS})")
    for what, found, known in (("commit", commit, offer.revision), ("SHA-256", weights.digest, offer.sha256)):
        if found != known:
            raise DownloadError(
                f"{endpoint} offers another {offer.name} than this program knows ({what} {found}, expected "
                f"{known}), so nothing was fetched: `pip install --upgrade voiceprep`, and if HF_ENDPOINT is "
                "set, check that it names a hub you trust"
            )
    return tuple(sorted(files, key=lambda file: file.n_bytes))


def _remote_file(base: str, entry: dict[str, object]) -> RemoteFile:
    name = str(entry["rfilename"])
    large = entry.get("lfs")
    if large is None:
        algorithm, digest = "git-sha1", str(entry["blobId"])
    else:
        algorithm, digest = "sha256", str(cast("dict[str, object]", large)["sha256"])
    return RemoteFile(name, f"{base}/{name}", int(cast("int", entry["size"])), algorithm, digest)


def _is_whole(path: Path, file: RemoteFile) -> bool:
    if not path.is_file() or path.stat().st_size != file.n_bytes:
        return False
    return digest_of(path, file.algorithm) == file.digest


def _ensure_room(missing: tuple[RemoteFile, ...], folder: Path) -> None:
    n_needed = sum(file.n_bytes - n_bytes_arrived(file, folder) for file in missing)
    n_free = shutil.disk_usage(folder).free
    if n_needed and n_free < n_needed + _ROOM_BYTES:
        raise DownloadError(
            f"no room for the model in {folder}: {n_needed / _MB:,.0f} MB to fetch and "
            f"{_ROOM_BYTES / _MB:.0f} MB for recordings, {n_free / _MB:,.0f} MB free. "
            "Free some space, or set VOICEPREP_HOME to a larger disk"
        )


def _write_manifest(folder: Path, offer: _Offer, files: tuple[RemoteFile, ...]) -> None:
    content = {
        "repo": offer.repo,
        "revision": offer.revision,
        "files": [
            {"name": file.name, "n_bytes": file.n_bytes, "sha256": digest_of(folder / file.name, "sha256")}
            for file in files
        ],
    }
    draft = folder / f".{_MANIFEST}.part"
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    draft.replace(folder / _MANIFEST)


def _manifest(folder: Path, mend: str) -> _Manifest:
    """What was fetched into ``folder``; without files when it was put there by other means."""
    path = folder / _MANIFEST
    if not path.exists():
        return _Manifest("", "", ())
    try:
        content = json.loads(path.read_text("utf-8"))
        files = tuple(
            _Kept(str(entry["name"]), int(entry["n_bytes"]), str(entry["sha256"]))
            for entry in content["files"]
        )
        return _Manifest(str(content["repo"]), str(content["revision"]), files)
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise ModelDamaged(f"{path} cannot be read ({exc!r}): {mend}") from exc
