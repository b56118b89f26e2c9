from __future__ import annotations

import io
import os
import sys
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep.cli.render import (
    Joint,
    Page,
    added_lines,
    assessment_lines,
    counted,
    encouraging_lines,
    gained_lines,
    plain,
)
from voiceprep.cli.screen import Screen, page_for
from voiceprep.events import (
    Checked,
    Kept,
    LevelMeasured,
    MicrophoneSilent,
    NothingSaid,
    Phase,
    PhaseChanged,
    Said,
    TranscriptGrown,
)
from voiceprep.model import (
    Answer,
    AnswerState,
    Assessment,
    Delivery,
    ElementFinding,
    Ending,
    Evidence,
    FollowUp,
    Move,
    MoveFinding,
    PitfallFinding,
    Status,
    Transcript,
    VagueFinding,
    Verdict,
)
from voiceprep.replay.told import delivery

HOSTILE = "\x1b[31mred\x07 \x1b]0;title\x07 [bold]x[/bold] \u202egnp.exe \x9b2J <script>"


def assessment(said: str, status: Status = Status.SAID) -> Assessment:
    """An assessment with every kind of finding, all quoting ``said``."""
    evidence = (Evidence(0, len(said), said, 1.25, 2.5),)
    return Assessment(
        question="nms-purpose",
        verdict=Verdict.PARTIAL,
        elements=(
            ElementFinding("one", f"need {said}", status, 0.9, evidence),
            ElementFinding("two", "the second need", Status.MISSING, 0.0, ()),
            ElementFinding("three", "the third need", Status.MISHEARD, 0.5, evidence),
        ),
        moves=(
            MoveFinding(Move.REASON, required=True, status=Status.SAID, evidence=evidence),
            MoveFinding(Move.TRADE_OFF, required=True, status=Status.MISSING, evidence=()),
            MoveFinding(Move.NUMBER, required=False, status=Status.MISSING, evidence=()),
        ),
        vague=(VagueFinding(evidence[0], "hedge", f"no number beside {said}"),),
        pitfalls=(PitfallFinding("p", f"rather {said}", evidence),),
        delivery=Delivery(52, 3, 20.0, 156, 1.5),
        follow_up=FollowUp("What happens in a crowd?", "two"),
    )


@given(st.text(max_size=200), st.integers(1, 200))
def test_nothing_said_can_command_a_terminal(said: str, width: int) -> None:
    """No control, direction override or escape in any finding reaches the page, whatever was said."""
    for line in assessment_lines(assessment(said + HOSTILE), Page(width)):
        assert not {letter for letter in line if unicodedata.category(letter) in ("Cc", "Cf", "Cs")}


@pytest.mark.parametrize("width", [40, 80, 160])
def test_lines_fit_the_terminal(width: int) -> None:
    """Every line fits the width, on the narrowest terminal we promise too."""
    lines = assessment_lines(
        assessment("a fairly long piece of evidence that has to be wrapped somewhere"), Page(width)
    )
    assert max(map(len, lines)) <= width


def test_every_finding_quotes_its_evidence() -> None:
    """What was said is quoted with its second; what was missing is named; unrequired moves are left out."""
    page = "\n".join(assessment_lines(assessment("thirty frames"), Page(100)))
    assert '"thirty frames" at 1.2 s' in page
    assert "  missing the second need" in page
    assert "trade-off" in page
    assert "number" not in page.replace("no number beside", "")
    assert "at least 3 fillers" in page


def test_a_gentle_page_tells_what_there_was_and_no_more() -> None:
    """Nothing missing or vague, no verdict, pace or advice; where nothing was met, a kind word.

    It holds for typed answers too.
    """
    found = assessment("thirty frames")
    page = "\n".join(encouraging_lines(found, Page(100)))
    assert '"thirty frames" at 1.2 s' in page
    for unkind in ("Verdict", str(found.verdict), "missing", "second need", "trade-off", "vague", "52 words"):
        assert unkind not in page
    nothing = replace(found, elements=found.elements[1:], moves=found.moves[1:])
    assert "\n".join(encouraging_lines(nothing, Page(100))) == "\nSaid, and kept: that is how it begins."


def test_styles_only_where_they_are_understood() -> None:
    """Without a terminal there is not one escape sequence."""
    assert "\x1b" not in "".join(assessment_lines(assessment("x"), Page(80, styled=False)))
    assert "\x1b[1m" in "".join(assessment_lines(assessment("x"), Page(80, styled=True)))


def test_gain_names_what_the_second_answer_added() -> None:
    """The combined result lists what is new and what is still missing, nothing else."""
    first, both = assessment("tiles", Status.MISSING), assessment("tiles", Status.SAID)
    lines = gained_lines(Joint(first, both, 2), Page(100))
    assert [line for line in lines if "gained" in line] == ['  gained  need tiles: "tiles" at 1.2 s']
    still = [line.removeprefix("  still   ") for line in lines if "still" in line]
    assert still == [
        "the second need",
        "the third need",
        "trade-off: A trade-off needs what is given up.",
    ]


def test_a_further_answer_is_shown_by_what_it_added() -> None:
    """After a follow-up no list of everything comes again: what is new, what was vague, the joint result."""
    first, both = assessment("tiles", Status.MISSING), assessment("tiles", Status.SAID)
    narrow = replace(assessment("a crowd", Status.MISSING), verdict=Verdict.FLAT)
    out, _ = shown(Checked(an_answer(narrow), narrow, both, first))
    assert "Both answers together: partial" in out
    assert "gained  need tiles" in out
    assert 'vague   "a crowd"' in out
    assert "flat" not in out
    assert "missing" not in out
    nothing = added_lines(narrow, Joint(both, both, 2), Page(100))
    assert "  This answer added nothing of what is listened for." in nothing


def an_answer(found: Assessment) -> Answer:
    """The answer to a follow-up, with these findings."""
    return Answer(
        ordinal=1,
        asked="And in a crowd?",
        probes="two",
        state=AnswerState.CHECKED,
        ending=Ending.SILENCE,
        transcript=Transcript("a crowd", ()),
        assessment=found,
        audio=None,
        n_samples=0,
        n_overflows=0,
    )


def test_counts_agree_with_their_nouns() -> None:
    """One is one, none and more are several."""
    assert [counted(n, "attempt") for n in (0, 1, 2)] == ["0 attempts", "1 attempt", "2 attempts"]
    assert [counted(n, "entry was", "entries were") for n in (1, 2)] == ["1 entry was", "2 entries were"]


def test_all_answers_are_counted() -> None:
    """Two answers are both, more are counted."""
    first = assessment("tiles")
    assert gained_lines(Joint(first, first, 2), Page(100))[0].startswith("Both answers together: partial")
    assert gained_lines(Joint(first, first, 3), Page(100))[0].startswith("All 3 answers together: partial")


def test_one_word_is_one_word() -> None:
    """Counts agree with their nouns."""
    assert delivery(Delivery(1, 1, None, None, None)) == "1 word, at least 1 filler."
    assert delivery(Delivery(0, 2, None, None, None)) == "0 words, at least 2 fillers."


def test_plain_keeps_ordinary_text() -> None:
    """Letters of any script, tabs and line ends stay as they are."""
    assert plain("naïve 模型 Ω\tx\n") == "naïve 模型 Ω\tx\n"


def shown(*events: object) -> tuple[str, str]:
    out, status = io.StringIO(), io.StringIO()
    screen = Screen(out, status)
    for event in events:
        screen.tell(event)  # type: ignore[arg-type]
    screen.clear()
    return out.getvalue(), status.getvalue()


def test_screen_without_a_terminal_says_each_phase_once() -> None:
    """In a pipe the phases are lines, the meter is silent, and results alone go to stdout."""
    out, status = shown(
        PhaseChanged(Phase.LISTENING, "desk microphone"),
        *[LevelMeasured(-20.0, 0, n / 10) for n in range(30)],
        TranscriptGrown("I take the small one"),
        TranscriptGrown("I take the small one because it is quick"),
        PhaseChanged(Phase.THINKING),
    )
    assert [line for line in out.splitlines() if line] == [
        "  > I take the small one",
        "  > because it is quick",
    ]
    assert status.splitlines() == ["[listening: desk microphone]", "[thinking]"]


def test_screen_names_a_dead_microphone() -> None:
    """The microphone's name and the zeros are on stderr, made harmless."""
    _, status = shown(MicrophoneSilent("evil\x1b[2J mic", 3.0))
    assert "zero samples from evil\N{REPLACEMENT CHARACTER}[2J mic for 3 s" in status


def test_nothing_said_is_no_score() -> None:
    """An empty answer is called what it is."""
    out, _ = shown(NothingSaid(None))
    assert out.startswith("Nothing said")
    assert "Verdict" not in out


def test_where_nothing_was_spoken_is_not_said() -> None:
    """Each place speech goes to is named once, and none where it was only shown."""
    assert shown(Said(""), Said("a.wav"), Said("a.wav"), Said("b.wav"))[1].splitlines() == [
        "(spoken to a.wav)",
        "(spoken to b.wav)",
    ]


@pytest.mark.parametrize(
    ("term", "no_color", "styled"),
    [("xterm", None, True), ("xterm", "", True), ("xterm", "1", False), ("dumb", None, False)],
)
def test_colour_only_for_those_who_want_it(
    monkeypatch: pytest.MonkeyPatch, term: str, no_color: str | None, *, styled: bool
) -> None:
    """NO_COLOR (when not empty, no-color.org) and a dumb terminal get plain text."""
    monkeypatch.setenv("TERM", term)
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color is not None:
        monkeypatch.setenv("NO_COLOR", no_color)
    assert page_for(Terminal()).styled is styled


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_width_is_that_of_the_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each stream is laid out for its own terminal, also where stdout is another one or none."""
    import fcntl
    import pty
    import struct
    import termios

    monkeypatch.delenv("COLUMNS", raising=False)
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 33, 0, 0))
    with os.fdopen(follower, "w") as terminal:
        assert page_for(terminal).width == 33
        monkeypatch.setenv("COLUMNS", "50")
        assert page_for(terminal).width == 50
    os.close(leader)


def test_what_is_copied_is_unbroken() -> None:
    """Paths and commands stand on lines of their own, whole, however long they are."""
    path = Path("/home/somebody/a-folder-with-hyphens/" * 4) / "0.wav"
    out, status = io.StringIO(), io.StringIO()
    screen = Screen(out, status)
    screen.tell(NothingSaid(path))
    screen.tell(Kept(123, (path,)))
    screen.note("Check it with:", f"voiceprep check nms-purpose --audio {path}")
    assert [line for line in out.getvalue().splitlines() if "0.wav" in line] == [f"  {path}"] * 2
    assert f"\n  voiceprep check nms-purpose --audio {path}\n" in status.getvalue()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_status_line_never_exceeds_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """On 40 columns the redrawn line stays one line, whatever the device is called."""
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")
    status = Terminal()
    screen = Screen(io.StringIO(), status)
    screen.tell(PhaseChanged(Phase.LISTENING, "a microphone with an endlessly long name " * 3))
    screen.tell(LevelMeasured(-20.0, 7, 1.0))
    drawn = status.getvalue().split("\r\x1b[2K")[1:]
    assert drawn
    assert max(map(len, drawn)) < 40
