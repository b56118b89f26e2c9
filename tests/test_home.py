"""The folder of all data and the settings in it."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from voiceprep.engines import home as module
from voiceprep.engines.home import (
    SETTINGS_FILE,
    Settings,
    format_settings,
    home,
    load_settings,
    parse_settings,
    save_settings,
)
from voiceprep.errors import JournalError, SettingsError
from voiceprep.model import Level

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")


def mode(path: Path) -> int:
    """The permission bits of ``path``."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def loose_umask() -> object:
    """Files and folders are open to everybody unless their maker says otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


# ------------------------------------------------------------------------------ the folder


def test_voiceprep_home_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is the one VOICEPREP_HOME names, made with its parents where it is missing."""
    monkeypatch.setenv("VOICEPREP_HOME", str(tmp_path / "a" / "b"))
    assert home() == tmp_path / "a" / "b"
    assert home().is_dir()


def test_a_relative_home_does_not_follow_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative VOICEPREP_HOME comes back absolute, and "~" is the user's home."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VOICEPREP_HOME", "here")
    assert home() == tmp_path / "here"
    monkeypatch.setenv("HOME" if sys.platform != "win32" else "USERPROFILE", str(tmp_path))
    monkeypatch.setenv("VOICEPREP_HOME", "~/there")
    assert home() == tmp_path / "there"


@pytest.mark.skipif(sys.platform != "linux", reason="XDG folders are Linux's")
@pytest.mark.parametrize("unset", [None, ""])
def test_without_it_the_platform_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unset: str | None
) -> None:
    """VOICEPREP_HOME unset or empty: the user data folder of the platform."""
    if unset is None:
        monkeypatch.delenv("VOICEPREP_HOME", raising=False)
    else:
        monkeypatch.setenv("VOICEPREP_HOME", unset)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert home() == tmp_path / "voiceprep"


@posix
@pytest.mark.usefixtures("loose_umask")
def test_a_new_folder_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder we make is 0700 even under a loose umask, and so is an empty one we are given."""
    given_one = tmp_path / "given"
    given_one.mkdir()
    assert mode(given_one) == 0o777
    for folder in (tmp_path / "made", given_one):
        monkeypatch.setenv("VOICEPREP_HOME", str(folder))
        assert mode(home()) == 0o700


@posix
@pytest.mark.usefixtures("loose_umask")
def test_a_folder_in_use_keeps_its_mode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that holds other things is not closed to those who share it."""
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "letter.txt").touch()
    monkeypatch.setenv("VOICEPREP_HOME", str(shared))
    assert mode(home()) == 0o777


def test_a_file_in_its_place_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """VOICEPREP_HOME naming a file, or a path through one, is a JournalError with path and way out."""
    (tmp_path / "file").write_text("precious")
    for wrong in (tmp_path / "file", tmp_path / "file" / "below"):
        monkeypatch.setenv("VOICEPREP_HOME", str(wrong))
        with pytest.raises(JournalError, match=r"file.*set VOICEPREP_HOME to another folder"):
            home()
    assert (tmp_path / "file").read_text() == "precious"


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_place_where_nothing_can_be_made_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that cannot be made, not even by root, is a JournalError with its path."""
    monkeypatch.setenv("VOICEPREP_HOME", "/proc/voiceprep")
    with pytest.raises(JournalError, match=r"/proc/voiceprep.*VOICEPREP_HOME"):
        home()


@posix
def test_a_read_only_place_is_named(tmp_path: Path) -> None:
    """Where the user may not write, the message says so and how to go on."""
    tmp_path.chmod(0o555)
    code = (
        "import os, sys\n"
        "from voiceprep.errors import JournalError\n"
        "from voiceprep.engines.home import home\n"
        "if os.getuid() == 0: os.setuid(65534)\n"  # root may write everywhere
        "try: home()\n"
        "except JournalError as exc: sys.exit(str(exc))\n"
    )
    environment = os.environ | {"VOICEPREP_HOME": "new", "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    tmp_path.chmod(0o755)
    assert done.returncode == 1
    # "open" where the folders above are closed to that user too.
    assert re.match("not allowed to (create|open) the folder", done.stderr)
    assert "make the folder writable for you, or set VOICEPREP_HOME" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="user names are looked up as on Linux")
def test_a_user_without_a_home_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """HOME unset and no entry in the user database: no folder named "~" appears, the message names both."""
    import pwd

    def nobody(uid: int) -> pwd.struct_passwd:
        raise KeyError(uid)

    for name in ("HOME", "VOICEPREP_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    with pytest.raises(JournalError, match="set HOME, or set VOICEPREP_HOME"):
        home()
    monkeypatch.setenv("VOICEPREP_HOME", "~/data")
    with pytest.raises(JournalError, match="write the whole path"):
        home()


# ------------------------------------------------------------------------------ the settings

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda text: bool(text.strip()))
any_settings = st.builds(
    Settings,
    microphone=st.none() | texts,
    loudspeaker=st.none() | texts,
    model=st.none() | texts,
    voice=st.none() | texts,
    rate_wpm=st.none() | st.integers(1, 10**9),
    finish_silence_s=st.none() | st.floats(0, 1e300, exclude_min=True),
    headphones=st.booleans(),
    level=st.none() | st.sampled_from([level.value for level in Level]),
    role=st.none() | texts,
    plan_start=st.none() | st.dates(),
)


def test_nothing_remembered_is_the_defaults(tmp_path: Path) -> None:
    """No file means nothing was chosen, which is not an error; an empty file means the same."""
    assert load_settings(tmp_path) == Settings()
    (tmp_path / SETTINGS_FILE).touch()
    assert load_settings(tmp_path) == Settings()


@example_settings(deadline=None)
@given(any_settings)
def test_settings_survive_as_toml(settings: Settings) -> None:
    """Any text, quotes, backslashes, controls and emoji too, and any number comes back as it was."""
    assert parse_settings(format_settings(settings), Path("config.toml")) == settings


@example_settings(deadline=None)
@given(any_settings)
def test_settings_survive_on_disk(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> None:
    """What is saved is what is loaded, and nothing else is left in the folder."""
    folder = tmp_path_factory.mktemp("home")
    save_settings(folder, Settings(microphone="the one before"))
    save_settings(folder, settings)
    assert load_settings(folder) == settings
    assert [path.name for path in folder.iterdir()] == [SETTINGS_FILE]


def test_every_setting_has_a_rule() -> None:
    """A new field cannot be forgotten: the reader knows exactly the fields there are."""
    assert [field.name for field in fields(Settings)] == list(module._RULES)


@posix
@pytest.mark.usefixtures("loose_umask")
def test_the_settings_file_is_private(tmp_path: Path) -> None:
    """0600 under a loose umask, and again after it was loosened."""
    save_settings(tmp_path, Settings(headphones=True))
    assert mode(tmp_path / SETTINGS_FILE) == 0o600
    (tmp_path / SETTINGS_FILE).chmod(0o644)
    save_settings(tmp_path, Settings())
    assert mode(tmp_path / SETTINGS_FILE) == 0o600


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("finish_silence = 2.0", ["finish_silence: no such setting; did you mean 'finish_silence_s'?"]),
        ("colour = 1", ["colour: no such setting; known are microphone, "]),
        ("microphone = 3", ["microphone: must be a name in quotes, not 3"]),
        ("microphone = '  '", ["microphone: must be a name in quotes, not '  '"]),
        ("rate_wpm = 170.5", ["rate_wpm: must be a whole number of words per minute above 0, not 170.5"]),
        ("rate_wpm = true", ["rate_wpm: must be a whole number"]),
        ("finish_silence_s = 0", ["finish_silence_s: must be a number of seconds above 0, not 0"]),
        ("finish_silence_s = inf", ["finish_silence_s: must be a number of seconds above 0, not inf"]),
        ("finish_silence_s = nan", ["finish_silence_s: must be a number"]),
        ("finish_silence_s = true", ["finish_silence_s: must be a number"]),
        ("headphones = 'yes'", ["headphones: must be true or false, not 'yes'"]),
        ("[voice]\nname = 'x'", ["voice: must be a name in quotes"]),
        (
            "headphones = 1\nmodle = 'x'\nrate_wpm = -1",
            ["headphones: ", "did you mean 'model'?", "rate_wpm: "],
        ),
        ("headphones = \nvoice = 'a'", ["Invalid value (at line 1, "]),
        ("voice = 'a'\nvoice = 'b'", ["Cannot overwrite a value"]),
    ],
)
def test_a_broken_settings_file_names_file_and_every_key(
    tmp_path: Path, text: str, faults: list[str]
) -> None:
    """One report says which file, which keys, what each must be, and that deleting the file mends it."""
    path = tmp_path / SETTINGS_FILE
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path)
    said = str(caught.value)
    assert f"{path} cannot be used; mend it or delete it:" in said
    assert all(fault in said for fault in faults), said
    assert path.read_text() == text


def test_a_settings_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are a fault of the file, with their place."""
    (tmp_path / SETTINGS_FILE).write_bytes('voice = "Zoë"'.encode("latin-1"))
    with pytest.raises(SettingsError, match=r"config\.toml.*\n  byte 11 is not UTF-8"):
        load_settings(tmp_path)


def test_a_folder_in_its_place_is_named(tmp_path: Path) -> None:
    """What cannot be read or replaced is a JournalError with the path."""
    (tmp_path / SETTINGS_FILE).mkdir()
    with pytest.raises(JournalError, match=r"read the settings at .*config\.toml"):
        load_settings(tmp_path)
    with pytest.raises(JournalError, match=r"save the settings at .*config\.toml"):
        save_settings(tmp_path, Settings())
    assert [path.name for path in tmp_path.iterdir()] == [SETTINGS_FILE]


@pytest.mark.parametrize(
    "unusable", [Settings(rate_wpm=0), Settings(finish_silence_s=float("nan")), Settings(voice="\ud800")]
)
def test_what_could_not_be_loaded_is_not_saved(tmp_path: Path, unusable: Settings) -> None:
    """Saving refuses what loading would refuse, so that the next start works; the old file stands."""
    good = Settings(voice="en")
    save_settings(tmp_path, good)
    with pytest.raises(SettingsError):
        save_settings(tmp_path, unusable)
    assert load_settings(tmp_path) == good


def test_a_failed_save_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings are replaced whole or not at all, and no half file stays behind."""
    good = Settings(voice="en")
    save_settings(tmp_path, good)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(JournalError, match="no room left to save the settings"):
        save_settings(tmp_path, replace(good, voice="de"))
    assert load_settings(tmp_path) == good
    assert [path.name for path in tmp_path.iterdir()] == [SETTINGS_FILE]
