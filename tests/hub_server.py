"""A server on the loopback address that speaks the part of the Hugging Face hub's protocol a download needs.

Large files are answered as the hub does: a redirect with the digest in its headers, to another path that
understands byte ranges. test_models.py has the hub's own client library download from it, so that what is
tested against this server is the protocol and not our idea of it.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import threading
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlsplit

import pytest

from voiceprep.engines import models

LARGE_BYTES = 1_000_000
"""From this size on a file is stored apart and redirected to, as the hub does with weights."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived; ``first_byte`` is where its byte range begins, None without one."""

    method: str
    path: str
    first_byte: int | None
    headers: tuple[tuple[str, str], ...]


class HubServer(ThreadingHTTPServer):
    """Serves the files of one folder under any repository's name; start with ``with``.

    The attributes may be changed at any time: ``breaks`` holds after how many bytes the next large
    transfers break off (one number a transfer), ``stalls_after`` lets them go silent there instead,
    ``silent`` accepts connections and never answers, ``status`` is answered to everything, ``replaced``
    sends other content than was announced, ``resumes`` false ignores byte ranges, ``listing`` is sent
    instead of the true one.
    """

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
        self.asked: list[Asked] = []
        self.breaks: list[int] = []
        self.stalls_after: int | None = None
        self.silent = False
        self.status = 200
        self.replaced: dict[str, bytes] = {}
        self.resumes = True
        self.listing: bytes | None = None
        self.stopping = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """What HF_ENDPOINT is set to."""
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def commit(self) -> str:
        """The revision that "main" stands for."""
        digest = hashlib.sha1(usedforsecurity=False)
        for name, content in self.files.items():
            digest.update(name.encode() + content)
        return digest.hexdigest()

    def stand_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let what is served be taken for every model there is: fetched here, and known by this content."""
        weights = hashlib.sha256(self.files["model.bin"]).hexdigest()
        ours = [replace(offer, revision=self.commit, sha256=weights) for offer in models._OFFERS]
        monkeypatch.setattr(models, "_OFFERS", tuple(ours))
        monkeypatch.setenv("HF_ENDPOINT", self.url)

    def transfers(self) -> tuple[Asked, ...]:
        """The requests for content of large files, in order."""
        return tuple(
            asked for asked in self.asked if asked.method == "GET" and asked.path.startswith("/cdn/")
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 (the base class's types)
        """Clients that hang up are part of the tests; any other error is one of ours."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: HubServer
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Nothing on standard error: the requests are in ``asked``."""

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        wanted = self.headers.get("Range", "")
        first_byte = int(wanted.removeprefix("bytes=").split("-")[0]) if wanted else None
        self.server.asked.append(Asked(self.command, path, first_byte, tuple(self.headers.items())))
        if self.server.silent:
            self.server.stopping.wait()
            self.close_connection = True
        elif self.server.status != 200:
            self._send(self.server.status, b"out of order")
        elif path.startswith("/api/models/"):
            self._send(200, self.server.listing or self._listing(path), "application/json")
        elif path.startswith("/cdn/"):
            self._send_large(path.removeprefix("/cdn/"), first_byte)
        elif "/resolve/" in path:
            self._resolve(path.split("/resolve/")[1].partition("/")[2])
        else:
            self._send(404, b"no such page")

    def _listing(self, path: str) -> bytes:
        entries = [self._entry(name, content) for name, content in self.server.files.items()]
        if "/tree/" in path:
            return json.dumps(entries).encode()
        siblings = [
            {"rfilename": entry["path"], "size": entry["size"], "blobId": entry["oid"]}
            | ({"lfs": {**entry["lfs"], "sha256": entry["lfs"]["oid"]}} if "lfs" in entry else {})
            for entry in entries
        ]
        repo = "/".join(path.split("/")[3:5])
        asked = path.rpartition("/revision/")[2]
        # A hub knows every commit there ever was; a name that is none is a branch.
        commit = asked if re.fullmatch(r"[0-9a-f]{40}", asked) else self.server.commit
        return json.dumps({"id": repo, "modelId": repo, "sha": commit, "siblings": siblings}).encode()

    def _entry(self, name: str, content: bytes) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "type": "file",
            "path": name,
            "size": len(content),
            "oid": _git_sha1(content),
        }
        if len(content) >= LARGE_BYTES:
            sha256 = hashlib.sha256(content).hexdigest()
            entry["lfs"] = {"oid": sha256, "size": len(content), "pointerSize": 134}
        return entry

    def _resolve(self, name: str) -> None:
        content = self.server.files.get(name)
        if content is None:
            self._send(404, b"Entry not found", headers={"X-Error-Code": "EntryNotFound"})
            return
        entry = self._entry(name, content)
        if "lfs" in entry:
            headers = self._headers_of_large(name) | {"Location": f"{self.server.url}/cdn/{name}"}
            self._send(302, b"", headers=headers)
        else:
            headers = {"X-Repo-Commit": self.server.commit, "ETag": f'"{entry["oid"]}"'}
            self._send(200, self.server.replaced.get(name, content), headers=headers)

    def _headers_of_large(self, name: str) -> dict[str, str]:
        content = self.server.files[name]
        return {
            "X-Repo-Commit": self.server.commit,
            "X-Linked-ETag": f'"{hashlib.sha256(content).hexdigest()}"',
            "X-Linked-Size": str(len(content)),
        }

    def _send_large(self, name: str, first_byte: int | None) -> None:
        content = self.server.replaced.get(name, self.server.files[name])
        start = first_byte if first_byte is not None and self.server.resumes else 0
        if start >= len(content):
            self._send(416, b"")
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        # The hub's client follows a redirect within one host and wants these at its end.
        for header in self._headers_of_large(name).items():
            self.send_header(*header)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        end = len(content)
        if self.server.stalls_after is not None:
            end = start + self.server.stalls_after
        elif self.server.breaks:
            end = start + self.server.breaks.pop(0)
        if self.command == "GET":
            self.wfile.write(content[start:end])
        if end < len(content):
            self.close_connection = True
            if self.server.stalls_after is not None:
                self.server.stopping.wait()

    def _send(
        self, status: int, body: bytes, kind: str = "text/plain", headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


def _git_sha1(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
