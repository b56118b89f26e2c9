"""One file over HTTP: resumed, verified, bounded in time, its progress told in bytes.

The client library of the Hugging Face hub is not used for this. Measured with its version 2.4: a
server that accepts and never answers holds it for more than 200 s, an interrupted transfer starts
again from nothing (its partial file is deleted), and what arrives is compared by size only.
"""

from __future__ import annotations

import errno
import hashlib
import http.client
import json
import os
import queue
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from voiceprep import __version__
from voiceprep.errors import DownloadError

TIMEOUT_S = 15.0
"""Silence after which a server counts as gone; a home connection answers within two."""

_CHUNK_BYTES = 1 << 16
_N_ATTEMPTS = 5
_PAUSE_S = 0.5
_HEADWAY_BYTES = 1 << 20
"""A connection that brought this much before it broke does not count as a failed attempt."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file on a server; ``digest`` is hexadecimal, of the kind the hub gives for it.

    ``algorithm`` is "sha256" (large files) or "git-sha1" (small ones: the SHA-1 of git's blob object).
    """

    name: str
    url: str
    n_bytes: int
    algorithm: str
    digest: str


class _BrokenError(Exception):
    """The connection broke; what has arrived can be gone on from."""


def read_json(url: str, timeout_s: float) -> object:
    """The JSON document at ``url``. Raises DownloadError."""
    try:
        with _answer(urllib.request.Request(url), timeout_s) as response:  # noqa: S310 (checked in _answer)
            return json.load(response)
    except _BrokenError as exc:
        raise DownloadError(f"{url}: {exc}") from exc
    except (OSError, http.client.HTTPException, ValueError) as exc:
        raise DownloadError(f"{url} gave no answer that can be read: {exc}") from exc


def partial_path(file: RemoteFile, folder: Path) -> Path:
    """Where ``file`` collects in ``folder`` until it is whole; named after its content."""
    return folder / f".{file.name}.{file.digest[:16]}.part"


def n_bytes_arrived(file: RemoteFile, folder: Path) -> int:
    """Bytes of an earlier attempt that the next one goes on from; 0 when there are none."""
    partial = partial_path(file, folder)
    return partial.stat().st_size if partial.is_file() else 0


def download(file: RemoteFile, folder: Path, report: Callable[[int], None], timeout_s: float) -> None:
    """Bring ``file`` into ``folder``, going on from what an earlier attempt left there.

    ``report`` is called with the bytes of this file that are here, beginning with those of earlier
    attempts. The file takes its name only when it is whole and its digest right; until then (also
    after Ctrl-C) the bytes wait in :func:`partial_path`. Raises DownloadError.
    """
    partial = partial_path(file, folder)
    n_failures = 0
    n_before = n_bytes_arrived(file, folder)
    report(n_before)
    while n_before < file.n_bytes or not partial.exists():
        try:
            _go_on(file, partial, report, timeout_s)
        except _BrokenError as exc:
            n_now = n_bytes_arrived(file, folder)
            n_failures = 0 if n_now - n_before >= _HEADWAY_BYTES else n_failures + 1
            if n_failures == _N_ATTEMPTS:
                raise DownloadError(
                    f"the transfer of {file.name} broke {n_failures} times ({exc}); {n_now:,} of "
                    f"{file.n_bytes:,} bytes are kept and the same command goes on from there"
                ) from exc
            time.sleep(_PAUSE_S * n_failures)
        n_before = n_bytes_arrived(file, folder)
    _verify(file, partial)
    partial.replace(folder / file.name)


def digest_of(path: Path, algorithm: str) -> str:
    """Hexadecimal digest of the file ``path``: "sha256", or "git-sha1" as git names its content."""
    if algorithm == "git-sha1":
        digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    else:
        digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def disk_failure(exc: OSError, folder: Path) -> DownloadError:
    """The error for a write that failed in ``folder``."""
    if exc.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return DownloadError(
            f"no room left in {folder} ({exc.strerror}); what has arrived is kept. Free some space, or set "
            "VOICEPREP_HOME to a larger disk, and run the same command again"
        )
    return DownloadError(f"{folder} cannot be written: {exc.strerror or exc}")


def _verify(file: RemoteFile, partial: Path) -> None:
    digest = digest_of(partial, file.algorithm)
    if digest != file.digest:
        partial.unlink()
        raise DownloadError(
            f"{file.name} arrived with the wrong content ({file.algorithm} {digest}, expected {file.digest}) "
            "and was removed; run the same command again, on another network if it happens twice"
        )


def _go_on(file: RemoteFile, partial: Path, report: Callable[[int], None], timeout_s: float) -> None:
    """One connection's worth of ``file``."""
    n_have = partial.stat().st_size if partial.exists() else 0
    request = urllib.request.Request(file.url)  # noqa: S310 (checked in _answer)
    if n_have:
        request.add_header("Range", f"bytes={n_have}-")
    with _answer(request, timeout_s) as response:
        if response.status == http.client.OK:
            n_have = 0  # this server does not resume
        try:
            with open(partial, "r+b" if n_have else "wb", opener=_private) as out:
                out.seek(n_have)
                for chunk in _chunks(response, timeout_s):
                    if n_have + len(chunk) > file.n_bytes:
                        raise _BrokenError(f"the server sent more than {file.n_bytes:,} bytes")
                    out.write(chunk)
                    n_have += len(chunk)
                    report(n_have)
        except OSError as exc:
            raise disk_failure(exc, partial.parent) from exc
    if n_have < file.n_bytes:
        raise _BrokenError("the server closed the connection early")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _chunks(response: http.client.HTTPResponse, timeout_s: float) -> Iterator[bytes]:
    while True:
        try:
            chunk = response.read1(_CHUNK_BYTES)
        except TimeoutError as exc:
            raise DownloadError(_no_answer(response.url, timeout_s)) from exc
        except (OSError, http.client.HTTPException) as exc:
            raise _BrokenError(str(exc) or type(exc).__name__) from exc
        if not chunk:
            return
        yield chunk


def _answer(request: urllib.request.Request, timeout_s: float) -> http.client.HTTPResponse:
    """The server's answer, its body still to be read.

    Raises DownloadError when there is none within ``timeout_s`` or it is a refusal, _BrokenError when the
    connection fails in the meantime.
    """
    if request.type not in {"http", "https"}:
        raise DownloadError(f"{request.full_url} is no web address; check the setting HF_ENDPOINT")
    request.add_header("User-Agent", f"voiceprep/{__version__}")
    # In a thread, so that one limit covers looking up the name, trying every address of it and
    # waiting for the answer; the socket's own time-out starts again at each of them.
    answers: queue.SimpleQueue[http.client.HTTPResponse | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            handler = urllib.request.HTTPSHandler(context=_certificates())
            answers.put(urllib.request.build_opener(handler).open(request, timeout=timeout_s))
        except Exception as exc:  # noqa: BLE001 (handed over to the caller, which sorts it)
            answers.put(exc)

    threading.Thread(target=ask, name="download", daemon=True).start()
    try:
        answer = answers.get(timeout=timeout_s)
    except queue.Empty as exc:
        raise DownloadError(_no_answer(request.full_url, timeout_s)) from exc
    if isinstance(answer, Exception):
        raise _translated(answer, request.full_url, timeout_s) from answer
    return answer


@cache
def _certificates() -> ssl.SSLContext:
    # The operating system's certificates: Python's own set is empty on some macOS installations.
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _translated(exc: Exception, url: str, timeout_s: float) -> Exception:
    cause = exc.reason if isinstance(exc, urllib.error.URLError) else exc
    if isinstance(exc, urllib.error.HTTPError):
        exc.close()
        if exc.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            return _BrokenError("the server does not go on from there")
        what = (
            "is out of order, try again later"
            if exc.code >= http.client.INTERNAL_SERVER_ERROR
            else "refuses; if HF_ENDPOINT is set, check that it names a Hugging Face hub"
        )
        return DownloadError(f"{url}: the server {what} (status {exc.code} {exc.msg})")
    if isinstance(cause, TimeoutError):
        return DownloadError(_no_answer(url, timeout_s))
    if isinstance(cause, ConnectionResetError | http.client.HTTPException):
        return _BrokenError(str(cause) or type(cause).__name__)
    if isinstance(cause, ssl.SSLError):
        return DownloadError(
            f"no secure connection to {url} ({cause}); check this machine's clock and the network's own "
            "log-in page or proxy"
        )
    return DownloadError(f"{url} cannot be reached ({cause}); is this machine connected to the internet?")


def _no_answer(url: str, timeout_s: float) -> str:
    return f"no answer from {url} within {timeout_s:g} s; what has arrived is kept, try again later"
