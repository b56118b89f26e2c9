from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from hub_server import HubServer

from voiceprep.cli import assemble
from voiceprep.engines import download, models
from voiceprep.engines.models import Progress, available, fetch, locate, synthetic_model, verify
from voiceprep.errors import DownloadError, ModelDamaged, ModelMissing

NAME = "tiny.en"
SECRET = "hf_not_for_you"  # noqa: S105 (nobody's)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    """Our own model, served under every name and taken for what each name stands for."""
    with HubServer(synthetic_model()) as server:
        server.stand_in(monkeypatch)
        monkeypatch.setenv("HF_TOKEN", SECRET)
        monkeypatch.setattr(download, "_PAUSE_S", 0.0)
        yield server


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of our own model that a test may damage."""
    return Path(shutil.copytree(synthetic_model(), tmp_path / "model"))


def ignore(_: Progress) -> None:
    """A progress bar for nobody."""


def same_files(folder: Path) -> bool:
    return all((folder / path.name).read_bytes() == path.read_bytes() for path in synthetic_model().iterdir())


def partial_weights(home: Path) -> Path:
    return next((home / "models" / NAME).glob(".model.bin.*.part"))


# ----------------------------------------------------------------------------- fetching


def test_fetched_model_is_whole_and_found_without_the_network(hub: HubServer, tmp_path: Path) -> None:
    """A fetch brings exactly the hub's files; from then on the network is not needed."""
    folder = fetch(NAME, tmp_path, ignore)
    n_asked = len(hub.asked)
    assert same_files(folder)
    assert locate(NAME, tmp_path) == folder
    verify(folder, "")
    assert fetch(NAME, tmp_path, ignore) == folder
    assert len(hub.asked) == n_asked


def test_progress_knows_the_total_first_and_ends_there(hub: HubServer, tmp_path: Path) -> None:
    """Progress counts bytes over all files, never backwards, from 0 to a total known from the start."""
    told: list[Progress] = []
    fetch(NAME, tmp_path, told.append)
    total = sum(len(content) for content in hub.files.values())
    assert {progress.n_total for progress in told} == {total}
    done = [progress.n_done for progress in told]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, total)
    assert len(done) > 20


def test_weights_arrive_last(hub: HubServer, tmp_path: Path) -> None:
    """A folder with weights has everything else, so an interrupted fetch never looks complete."""
    told: list[Progress] = []
    fetch(NAME, tmp_path, told.append)
    assert told[-1].file == "model.bin"
    assert {progress.file for progress in told} == set(hub.files)


def test_nothing_about_the_user_is_sent(hub: HubServer, tmp_path: Path) -> None:
    """No token goes out, and the program's name and version is all it says of itself."""
    fetch(NAME, tmp_path, ignore)
    for asked in hub.asked:
        headers = dict(asked.headers)
        assert set(headers) <= {"Accept-Encoding", "Host", "User-Agent", "Connection", "Range"}
        assert headers["User-Agent"].startswith("voiceprep/")
        assert SECRET not in str(asked)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
@pytest.mark.usefixtures("hub")
def test_only_the_user_may_read_the_model(tmp_path: Path) -> None:
    """What is written under the user's data is theirs alone."""
    folder = fetch(NAME, tmp_path / "home", ignore)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert folder.parent.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_broken_transfer_goes_on_where_it_broke(hub: HubServer, tmp_path: Path) -> None:
    """A connection closed in mid-file costs no byte twice, and progress never steps back."""
    hub.breaks = [1_500_000, 2_000_000]
    told: list[Progress] = []
    folder = fetch(NAME, tmp_path, told.append)
    assert same_files(folder)
    assert [asked.first_byte for asked in hub.transfers()] == [None, 1_500_000, 3_500_000]
    done = [progress.n_done for progress in told]
    assert done == sorted(done)


def test_a_server_that_keeps_breaking_is_given_up(hub: HubServer, tmp_path: Path) -> None:
    """Connections without headway end in an error that says what is kept; the next fetch goes on there."""
    hub.breaks = [1000] * 5
    size = (synthetic_model() / "model.bin").stat().st_size
    with pytest.raises(DownloadError, match=rf"broke 5 times.*5,000 of {size:,} bytes are kept"):
        fetch(NAME, tmp_path, ignore)
    folder = fetch(NAME, tmp_path, ignore)
    assert same_files(folder)
    assert hub.transfers()[-1].first_byte == 5000


def test_a_server_without_byte_ranges_is_read_from_the_start(hub: HubServer, tmp_path: Path) -> None:
    """Where resuming is refused the content is still right."""
    hub.resumes = False
    hub.breaks = [1_500_000]
    assert same_files(fetch(NAME, tmp_path, ignore))


def test_interruption_keeps_what_has_arrived(hub: HubServer, tmp_path: Path) -> None:
    """Ctrl-C passes through at once, and the next fetch asks for the rest only."""

    def interrupt(progress: Progress) -> None:
        if progress.file == "model.bin" and progress.n_done > 2_000_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(NAME, tmp_path, interrupt)
    n_kept = partial_weights(tmp_path).stat().st_size
    assert n_kept > 1_000_000
    with pytest.raises(ModelMissing, match=r"only partly.*voiceprep models fetch tiny\.en"):
        locate(NAME, tmp_path)
    assert same_files(fetch(NAME, tmp_path, ignore))
    assert hub.transfers()[-1].first_byte == n_kept


@pytest.mark.parametrize("name", ["model.bin", "config.json"])
def test_wrong_content_is_refused_and_removed(hub: HubServer, tmp_path: Path, name: str) -> None:
    """A file whose digest is not the hub's never gets its name, large or small, and leaves nothing behind."""
    content = hub.files[name]
    hub.replaced = {name: content[:-1] + bytes([content[-1] ^ 1])}
    with pytest.raises(DownloadError, match=rf"{name} arrived with the wrong content"):
        fetch(NAME, tmp_path, ignore)
    folder = tmp_path / "models" / NAME
    assert not (folder / name).exists()
    assert not list(folder.glob(f".{name}.*"))
    hub.replaced = {}
    assert same_files(fetch(NAME, tmp_path, ignore))


def test_silence_ends_in_an_error(hub: HubServer, tmp_path: Path) -> None:
    """A server that accepts and never answers is given up after the time-out, 15 s unless told otherwise."""
    hub.silent = True
    start_s = time.monotonic()
    with pytest.raises(DownloadError, match=r"no answer from http://127.0.0.1.* within 0.3 s"):
        fetch(NAME, tmp_path, ignore, timeout_s=0.3)
    assert time.monotonic() - start_s < 2.0
    assert download.TIMEOUT_S <= 20.0


def test_an_answer_that_never_gets_on_ends_in_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that sends its answer's header a letter at a time does not get round the time-out."""
    done = threading.Event()

    def dribble(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not done.wait(0.05):
                connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{listener.getsockname()[1]}")
        thread = threading.Thread(target=dribble, args=(listener,))
        thread.start()
        start_s = time.monotonic()
        with pytest.raises(DownloadError, match=r"within 0\.3 s"):
            fetch(NAME, tmp_path, ignore, timeout_s=0.3)
        assert time.monotonic() - start_s < 2.0
        done.set()
        thread.join()


def test_silence_in_mid_file_keeps_what_has_arrived(hub: HubServer, tmp_path: Path) -> None:
    """A transfer that stalls ends in an error too, its bytes kept for the next one."""
    hub.stalls_after = 1_234_567
    with pytest.raises(DownloadError, match="what has arrived is kept"):
        fetch(NAME, tmp_path, ignore, timeout_s=0.3)
    assert partial_weights(tmp_path).stat().st_size == 1_234_567
    hub.stalls_after = None
    assert same_files(fetch(NAME, tmp_path, ignore))


@pytest.mark.parametrize(
    ("status", "words"), [(404, "refuses"), (401, "refuses"), (429, "refuses"), (503, "out of order")]
)
def test_refusals_are_named(hub: HubServer, tmp_path: Path, status: int, words: str) -> None:
    """A refusal is an error with its status and the address asked, at once."""
    hub.status = status
    with pytest.raises(DownloadError, match=rf"api/models/Systran/.*{words}.*status {status}"):
        fetch(NAME, tmp_path, ignore)
    assert len(hub.asked) == 1


@pytest.mark.parametrize(
    "listing",
    [b"<html>log in to this hotel's network</html>", b"[]", b'{"sha": "0"}', b'{"sha": "0", "siblings": []}'],
)
def test_an_answer_that_is_not_the_hubs_is_named(hub: HubServer, tmp_path: Path, listing: bytes) -> None:
    """A captive portal or a wrong HF_ENDPOINT gives an error, never an empty model."""
    hub.listing = listing
    with pytest.raises(DownloadError, match=r"127\.0\.0\.1"):
        fetch(NAME, tmp_path, ignore)
    assert not (tmp_path / "models").exists()


def test_the_listing_cannot_choose_where_files_go(hub: HubServer, tmp_path: Path) -> None:
    """Only a model's own files are taken from a listing, whatever else it names."""
    hub.files |= {"../../evil.txt": b"no", "README.md": b"not needed", "model.bin.index.json": b"{}"}
    folder = fetch(NAME, tmp_path, ignore)
    assert {path.name for path in folder.iterdir()} - {"voiceprep-model.json"} == {
        path.name for path in synthetic_model().iterdir()
    }
    assert not (tmp_path / "evil.txt").exists()


def test_no_connection_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a network the error asks about the connection."""
    with HubServer(synthetic_model()) as gone:
        pass
    monkeypatch.setenv("HF_ENDPOINT", gone.url)
    with pytest.raises(DownloadError, match="connected to the internet"):
        fetch(NAME, tmp_path, ignore)


def test_a_connection_that_is_not_secure_is_refused(
    hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a secure address answers without a secure connection nothing is fetched over it."""
    monkeypatch.setenv("HF_ENDPOINT", hub.url.replace("http:", "https:"))
    with pytest.raises(DownloadError, match="no secure connection to https://127"):
        fetch(NAME, tmp_path, ignore)
    assert hub.asked == []


def test_an_endpoint_that_is_no_web_address_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """HF_ENDPOINT cannot make the program read local files."""
    monkeypatch.setenv("HF_ENDPOINT", tmp_path.as_uri())
    with pytest.raises(DownloadError, match="HF_ENDPOINT"):
        fetch(NAME, tmp_path, ignore)


def test_a_full_disk_is_known_before_the_first_byte(
    hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the model does not fit nothing is fetched, and the error says how much is missing."""
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=7_000_000))
    with pytest.raises(DownloadError, match=r"no room .* 6 MB to fetch .* 7 MB free.*VOICEPREP_HOME"):
        fetch(NAME, tmp_path, ignore)
    assert hub.transfers() == ()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_disk_that_fills_up_meanwhile_is_named(hub: HubServer, tmp_path: Path) -> None:
    """When the disk fills during the transfer the error says so, not what the system call was."""
    hub.stalls_after = 1
    with pytest.raises(DownloadError):
        fetch(NAME, tmp_path, ignore, timeout_s=0.3)
    hub.stalls_after = None
    partial = partial_weights(tmp_path)
    partial.unlink()
    partial.symlink_to("/dev/full")
    with pytest.raises(DownloadError, match=r"no room left in .*tiny\.en.*No space left.*VOICEPREP_HOME"):
        fetch(NAME, tmp_path, ignore)
    partial.unlink()
    assert same_files(fetch(NAME, tmp_path, ignore))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on a file's size")
def test_what_fitted_on_the_disk_is_kept(hub: HubServer, tmp_path: Path) -> None:
    """A write that fails half-way loses nothing that was written before."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, hard))
    try:
        with pytest.raises(DownloadError, match="no room left"):
            fetch(NAME, tmp_path, ignore)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert partial_weights(tmp_path).stat().st_size == 2_000_000
    assert same_files(fetch(NAME, tmp_path, ignore))
    assert hub.transfers()[-1].first_byte == 2_000_000


def test_a_file_in_the_way_of_the_folder_is_named(hub: HubServer, tmp_path: Path) -> None:
    """A home that cannot hold the models gives an error with the folder, whoever runs the program."""
    (tmp_path / "models").write_text("in the way")
    with pytest.raises(DownloadError, match=r"models.* cannot be written"):
        fetch(NAME, tmp_path, ignore)
    assert hub.transfers() == ()


def test_a_damaged_file_is_named_and_mended_alone(hub: HubServer, tmp_path: Path) -> None:
    """A file cut short is found without reading it; the fetch asked for brings that one only."""
    folder = fetch(NAME, tmp_path, ignore)
    with (folder / "tokenizer.json").open("r+b") as file:
        file.truncate(1000)
    with pytest.raises(
        ModelDamaged, match=r"tokenizer\.json has 1,000 bytes.*voiceprep models fetch tiny\.en"
    ):
        locate(NAME, tmp_path)
    hub.asked.clear()
    fetch(NAME, tmp_path, ignore)
    assert same_files(folder)
    assert [asked.path.rsplit("/", 1)[-1] for asked in hub.asked] == [hub.commit, "tokenizer.json"]


def test_a_changed_byte_is_found_by_reading(hub: HubServer, tmp_path: Path) -> None:
    """Damage that keeps the size is found by verify, and mended by the next fetch."""
    folder = fetch(NAME, tmp_path, ignore)
    content = bytearray(hub.files["model.bin"])
    content[len(content) // 2] ^= 1
    (folder / "model.bin").write_bytes(content)
    with pytest.raises(ModelDamaged, match=r"model\.bin is not what was fetched"):
        verify(folder, "")
    fetch(NAME, tmp_path, ignore)
    assert same_files(folder)


def test_a_fetch_is_of_one_revision(hub: HubServer, tmp_path: Path) -> None:
    """Listing and files are asked of the commit that is pinned, and so is what is mended later."""
    folder = fetch(NAME, tmp_path, ignore)
    resolved = {
        asked.path.split("/resolve/")[1].split("/")[0] for asked in hub.asked if "/resolve/" in asked.path
    }
    assert resolved == {hub.commit}
    manifest = json.loads((folder / "voiceprep-model.json").read_text())
    assert (manifest["repo"], manifest["revision"]) == ("Systran/faster-whisper-tiny.en", hub.commit)
    (folder / "config.json").unlink()
    hub.asked.clear()
    fetch(NAME, tmp_path, ignore)
    assert hub.asked[0].path.endswith(f"/revision/{hub.commit}")


def test_every_model_is_pinned() -> None:
    """Each name stands for one commit and one digest of weights, none of them shared by two."""
    commits = [offer.revision for offer in models._OFFERS]
    digests = [offer.sha256 for offer in models._OFFERS]
    assert all(re.fullmatch(r"[0-9a-f]{40}", commit) for commit in commits)
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in digests)
    assert len(set(commits)) == len(set(digests)) == len(models._OFFERS)


def test_other_weights_than_the_known_are_refused(hub: HubServer, tmp_path: Path) -> None:
    """A hub that announces other weights, and serves what it announces, is refused before the first byte."""
    content = hub.files["model.bin"]
    hub.files["model.bin"] = content[:-1] + bytes([content[-1] ^ 1])
    with pytest.raises(
        DownloadError, match=r"another tiny\.en than this program knows \(SHA-256 .*HF_ENDPOINT"
    ):
        fetch(NAME, tmp_path, ignore)
    assert not any("/resolve/" in asked.path for asked in hub.asked)
    assert not (tmp_path / "models").exists()


def test_another_commit_than_the_known_is_refused(hub: HubServer, tmp_path: Path) -> None:
    """A hub that answers with another commit than was asked for is refused, whatever files it lists."""
    listing = json.loads(urlopen(f"{hub.url}/api/models/a/b/revision/main").read())  # noqa: S310 - our own
    hub.listing = json.dumps({**listing, "sha": "0" * 40}).encode()
    with pytest.raises(DownloadError, match=rf"commit 0{{40}}, expected {hub.commit}"):
        fetch(NAME, tmp_path, ignore)
    assert not (tmp_path / "models").exists()


def test_an_unreadable_manifest_is_mended(hub: HubServer, tmp_path: Path) -> None:
    """The record of what was fetched is a file like any other: named when damaged, mended by a fetch."""
    folder = fetch(NAME, tmp_path, ignore)
    (folder / "voiceprep-model.json").write_text("{")
    with pytest.raises(ModelDamaged, match=r"voiceprep-model\.json.*voiceprep models fetch"):
        locate(NAME, tmp_path)
    fetch(NAME, tmp_path, ignore)
    assert locate(NAME, tmp_path) == folder
    assert len(hub.transfers()) == 1


def test_the_hubs_own_client_is_content_with_this_server(tmp_path: Path) -> None:
    """The server these tests rest on speaks the hub's protocol: the hub's client downloads from it."""
    program = (
        "import sys, huggingface_hub as h; h.snapshot_download('a/model', local_dir=sys.argv[1], token=False)"
    )
    with HubServer(synthetic_model()) as server:
        environment = os.environ | {
            "HF_ENDPOINT": server.url,
            "HF_HOME": str(tmp_path / "cache"),
            "HF_HUB_OFFLINE": "0",
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        }
        subprocess.run(
            [sys.executable, "-c", program, tmp_path / "model"], env=environment, check=True, timeout=60
        )
    assert same_files(tmp_path / "model")


# ----------------------------------------------------------------------------- finding


def test_a_model_that_is_not_there_is_named_at_once(hub: HubServer, tmp_path: Path) -> None:
    """Without the model the error comes within 2 s, names the command, and asks nobody."""
    start_s = time.monotonic()
    with pytest.raises(
        ModelMissing, match=r"base\.en is not on this machine.*voiceprep models fetch base\.en"
    ):
        locate("base.en", tmp_path)
    assert time.monotonic() - start_s < 2.0
    assert hub.asked == []


@pytest.mark.parametrize("name", ["bas.en", "/nowhere/at/all", "~no-such-user/model", ""])
def test_what_is_neither_name_nor_folder_is_named(tmp_path: Path, name: str) -> None:
    """An unknown name lists the known ones and the command that fetches the usual one."""
    with pytest.raises(ModelMissing, match=r"tiny\.en, base\.en.*voiceprep models fetch base\.en"):
        locate(name, tmp_path)


def test_an_unknown_model_cannot_be_fetched(hub: HubServer, tmp_path: Path) -> None:
    """Only models of the list are fetched; others come by path."""
    with pytest.raises(ModelMissing, match=r"'bas\.en'.*base\.en"):
        fetch("bas.en", tmp_path, ignore)
    assert hub.asked == []


def test_a_folder_can_be_given_by_path(model: Path, tmp_path: Path) -> None:
    """Any folder in the right form is a model, fetched or not."""
    assert locate(str(model), tmp_path) == model
    verify(model, "")


def test_a_folder_copied_by_hand_is_found_by_name(model: Path, tmp_path: Path) -> None:
    """A model carried over from another machine needs no fetch."""
    folder = tmp_path / "home" / "models" / "small.en"
    shutil.copytree(model, folder)
    assert locate("small.en", tmp_path / "home") == folder


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json", "vocabulary.json"])
@pytest.mark.parametrize("damage", ["missing", "empty", "junk"])
def test_each_damaged_file_is_named(model: Path, tmp_path: Path, name: str, damage: str) -> None:
    """A missing, empty or foreign file of a model is named with the command that mends it."""
    if damage == "missing":
        (model / name).unlink()
    else:
        (model / name).write_bytes(b"" if damage == "empty" else b"\x89PNG\r\n\x1a\n" * 100)
    with pytest.raises(ModelDamaged, match=rf"{name}.*voiceprep models fetch base\.en"):
        locate(str(model), tmp_path)


@pytest.mark.parametrize(
    "name", ["config.json", "tokenizer.json", "vocabulary.json", "preprocessor_config.json"]
)
@pytest.mark.parametrize("content", ["[", "{}", '"text"', "null"])
def test_json_of_the_wrong_shape_is_named(model: Path, tmp_path: Path, name: str, content: str) -> None:
    """A file that parses but cannot be what it is named after is damage too."""
    (model / name).write_text(content)
    with pytest.raises(ModelDamaged, match=name):
        locate(str(model), tmp_path)


def test_the_older_form_of_vocabulary_is_accepted(model: Path, tmp_path: Path) -> None:
    """The English models on the hub carry their vocabulary as plain text; an empty one is damage."""
    words = json.loads((model / "vocabulary.json").read_text())
    (model / "vocabulary.json").unlink()
    (model / "vocabulary.txt").write_text("\n".join(words))
    assert locate(str(model), tmp_path) == model
    (model / "vocabulary.txt").write_text("")
    with pytest.raises(ModelDamaged, match=r"vocabulary\.txt is empty"):
        locate(str(model), tmp_path)


def test_the_list_tells_what_is_installed(hub: HubServer, tmp_path: Path) -> None:
    """Every name is listed with its size; the installed one with its folder and bytes on disk."""
    assert all(info.path is None and info.n_bytes_on_disk == 0 for info in available(tmp_path))
    assert {info.name for info in available(tmp_path)} >= {
        "tiny.en",
        "base.en",
        "small.en",
        "medium.en",
        "large-v3",
    }
    folder = fetch(NAME, tmp_path, ignore)
    installed = [info for info in available(tmp_path) if info.path is not None]
    assert [(info.name, info.path) for info in installed] == [(NAME, folder)]
    assert installed[0].n_bytes_on_disk >= sum(len(content) for content in hub.files.values())


def test_names_agree_with_faster_whisper() -> None:
    """Each name fetches the repository that faster-whisper itself would."""
    from faster_whisper import utils

    for info in available(Path("nowhere")):
        assert utils._MODELS[info.name] == info.repo


def test_the_default_is_a_model_of_the_list() -> None:
    """What is offered first can be fetched, and the command line offers the same."""
    assert models.DEFAULT_MODEL == assemble.DEFAULT_MODEL
    assert models.DEFAULT_MODEL in {info.name for info in available(Path("nowhere"))}
