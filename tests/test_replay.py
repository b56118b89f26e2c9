from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import numpy as np
import pytest
from attempts import BANK, NOON, QUESTION, SAID, TWO, answered, attempt, keep, timed
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from voiceprep import bank as banks
from voiceprep import checks, resources
from voiceprep.cli.app import app
from voiceprep.cli.render import Page, replay_lines, sentence_lines
from voiceprep.cli.replaying import MARGIN_S, Walker
from voiceprep.engines.home import home
from voiceprep.engines.journal import SqliteJournal
from voiceprep.engines.loudspeaker import Sound
from voiceprep.engines.recording import WavRecording
from voiceprep.errors import JournalError
from voiceprep.model import (
    RATE_HZ,
    AnswerState,
    Assessment,
    Evidence,
    Move,
    Status,
    Transcript,
    VagueFinding,
    VagueSpot,
    Verdict,
)
from voiceprep.replay import compare, document, marks, vague, walk
from voiceprep.replay import page as pages
from voiceprep.replay.marks import Gap, Mark, MarkKind
from voiceprep.testing import ScriptedControls
from voiceprep.text import tokenise


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SqliteJournal:
    """The journal the commands of a test open too."""
    monkeypatch.setenv("VOICEPREP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere")
    return SqliteJournal(home())


# ------------------------------------------------------------------------------ marks


@given(st.text(max_size=300))
def test_sentences_hold_every_word_once(text: str) -> None:
    """The sentences of a text follow one another without a gap from its beginning to its end."""
    found = marks.sentences_of(Transcript(text, ()))
    assert [s.start for s in found[1:]] == [s.end for s in found[:-1]]
    assert "".join(s.text for s in found) == (text if found else "")
    assert bool(found) == bool(tokenise(text))
    assert [s.number for s in found] == list(range(1, len(found) + 1))


def test_sentences_are_timed_by_their_words() -> None:
    """A sentence lasts from its first word to its last; typed text has no times."""
    first, second, *_ = marks.sentences_of(timed(SAID))
    assert (first.t0_s, first.t1_s) == (0.0, 4.5)
    assert (second.t0_s, second.t1_s) == (4.5, 8.5)
    assert marks.sentences_of(Transcript(SAID, ()))[0].t0_s is None


def test_every_finding_is_marked_where_it_was_heard() -> None:
    """Each piece of evidence of each finding is a mark in the sentence that holds its words, fillers too."""
    shown = marks.replay(TWO, QUESTION, BANK)
    for marked in shown.answers:
        found = marked.answer.assessment
        assert found is not None
        wanted = [vague.evidence for vague in found.vague]
        wanted += [piece for element in found.elements for piece in element.evidence]
        wanted += [piece for move in found.moves for piece in move.evidence]
        wanted += [piece for pitfall in found.pitfalls for piece in pitfall.evidence]
        here = {mark.evidence for sentence in marked.sentences for mark in sentence.marks}
        assert set(wanted) <= here
        for sentence in marked.sentences:
            for mark in sentence.marks:
                assert mark.evidence.text in sentence.text
    kinds = [(mark.kind, mark.evidence.text) for mark in shown.answers[0].sentences[0].marks]
    assert (MarkKind.FILLER, "Um") in kinds
    assert any(mark.kind is MarkKind.VAGUE for mark in shown.answers[0].sentences[2].marks)


def test_numbers_run_through_all_answers() -> None:
    """The follow-up's sentences are counted on, so that a number names one sentence of the attempt."""
    shown = marks.replay(TWO, QUESTION, BANK)
    assert [sentence.number for sentence in shown.sentences] == [1, 2, 3, 4, 5]


def test_what_is_missing_stands_where_a_part_of_it_was_said() -> None:
    """A gap names the sentence that covers most of the element; where none covers any, the last one."""
    half = "We lower the frame rate. Several boxes overlap each other. We draw them in red."
    shown = marks.replay(attempt(answered(timed(half))), QUESTION, BANK)
    shares = [dict(checks.coverage(QUESTION, sentence.text, BANK)) for sentence in shown.sentences]
    scores = {element.id: [share[element.id] for share in shares] for element in QUESTION.elements}
    gaps = {gap.name: gap for gap in shown.gaps}
    near = [name for name in scores if name in gaps and max(scores[name]) > 0]
    far = [name for name in scores if name in gaps and max(scores[name]) == 0]
    assert near
    assert far
    for name in near:
        assert gaps[name].came_near
        assert gaps[name].sentence == 1 + scores[name].index(max(scores[name]))
    for name in far:
        assert not gaps[name].came_near
        assert gaps[name].sentence == 3


def test_the_last_sentence_is_named_once_and_moves_by_name() -> None:
    """Where nothing came near, one line says where it could follow; a missing move says which it is."""
    shown = marks.replay(
        attempt(answered(timed("We lower the frame rate. We draw it in red."))), QUESTION, BANK
    )
    printed = " ".join(" ".join(replay_lines(shown, Page(100))).split())
    assert sum(not gap.came_near for gap in shown.gaps) > 1
    assert printed.count("the last, where none came near") == 1
    assert "missing reason: No reason was given" in printed
    page = pages.page([pages.Chapter(shown, (None,), ())], document.Look("", "", UTC))
    assert '<li dir="auto">reason: No reason was given' in page


def test_an_attempt_at_a_reason_is_no_reason_made() -> None:
    """Words that a missing move quotes are told with what is missing, and not marked as that move."""
    shown = marks.replay(attempt(answered(timed("It is used because it is the best."))), QUESTION, BANK)
    (gap,) = [gap for gap in shown.gaps if gap.name == "reason"]
    assert "because it is the best" in gap.label
    assert not [mark for mark in shown.answers[0].marks if mark.kind is MarkKind.MADE]


def test_what_only_the_answers_together_say_is_marked() -> None:
    """A finding that no answer has alone stands at its words, in the terminal and on the page."""
    first = answered(timed("It keeps the one with the best score."))
    second = answered(timed("Because the neighbours fire on the same cup."), 1)
    unmade = tuple(
        replace(move, status=Status.MISSING, evidence=())
        for one in (first, second)
        if one.assessment is not None
        for move in one.assessment.moves
        if move.id is Move.REASON
    )
    answers = tuple(
        replace(one, assessment=replace(one.assessment, moves=(move,)))
        for one, move in zip((first, second), unmade, strict=True)
        if one.assessment is not None
    )
    shown = marks.replay(attempt(*answers), QUESTION, BANK)
    (mark,) = [mark for mark in shown.answers[1].marks if mark.name == "reason"]
    assert mark.evidence.text == "Because the neighbours fire on the same cup"
    assert (mark.evidence.start, mark.evidence.t0_s) == (0, 0.0)
    assert mark.note == "by your answers together"
    assert not [mark for mark in shown.answers[0].marks if mark.name == "reason"]
    assert "made: reason: by your answers together" in " ".join(replay_lines(shown, Page(100)))
    page = pages.page([pages.Chapter(shown, (None, None), ())], document.Look("", "", UTC))
    assert "reason: by your answers together" in page


def test_a_sentence_covers_what_all_checks_say_it_does() -> None:
    """The coverage of a sentence is what a whole check of it alone finds of each element."""
    for said in (SAID, "Um I, I keep the the one with the best score."):
        found = checks.assess(QUESTION, (Transcript(said, ()),), BANK).elements
        assert checks.coverage(QUESTION, said, BANK) == tuple((one.id, one.score) for one in found)


def test_an_answer_to_a_card_is_shown_alike() -> None:
    """A question that has only a reference answer is marked, compared and checked again like any other."""
    card = banks.card_question("own", "What is a canary?", "A small share of users gets it first.", "mine")
    words = resources.WORD_TABLE.read_text(encoding="utf-8")
    bank = replace(BANK, questions=(card,), words=words)
    transcript = timed("A canary sings. It goes to a small share of users.")
    made = replace(TWO, question=card.id, answers=(replace(TWO.answers[0], transcript=transcript),))
    again = compare.rechecked(made, card, bank)
    shown = marks.replay(again, card, bank)
    assert shown.judged is not None
    assert {gap.name for gap in shown.gaps} | {
        mark.name for answer in shown.answers for mark in answer.marks if mark.kind is MarkKind.SAID
    } == {element.id for element in card.elements}
    assert compare.sample(card, again, bank).elements


def test_a_question_that_is_gone_is_still_shown() -> None:
    """Without its question an attempt shows what was kept: words, marks, what was missing."""
    shown = marks.replay(TWO, None, BANK)
    assert shown.ask == QUESTION.ask
    assert len(shown.sentences) == 5
    assert {gap.name for gap in shown.gaps} == {gap.name for gap in marks.replay(TWO, QUESTION, BANK).gaps}


def test_an_attempt_without_words_is_no_failure() -> None:
    """Nothing said, not transcribed, never answered: each is shown as what it is, nothing is judged."""
    nothing = replace(
        TWO.answers[0], state=AnswerState.NOTHING_SAID, transcript=Transcript("", ()), assessment=None
    )
    for answers in ((), (nothing,), (replace(nothing, transcript=None),)):
        shown = marks.replay(replace(TWO, answers=answers, combined=None), QUESTION, BANK)
        assert (shown.sentences, shown.gaps, shown.judged) == ((), (), None)
        assert walk.step(walk.Place(), "j", shown) == walk.Place()
        assert replay_lines(shown, Page())
        assert marks.next_steps(shown) == ()


def test_next_steps_are_one_of_each_kind() -> None:
    """What to do next is at most two things: something missing and something vague where there are both."""
    shown = marks.replay(TWO, QUESTION, BANK)
    missing, vague = marks.next_steps(shown)
    assert missing == f"Say this too: {shown.gaps[0].need}"
    assert "It depends on the use case" in vague
    assert len(marks.next_steps(replace(shown, answers=()))) == min(2, len(shown.gaps))


# ------------------------------------------------------------------------------ in the terminal


@given(
    st.text("ab .([1", min_size=1, max_size=60),
    st.lists(st.tuples(st.integers(0, 59), st.integers(1, 60), st.booleans()), max_size=6),
)
def test_brackets_change_no_word(text: str, spans: list[tuple[int, int, bool]]) -> None:
    """Taking the brackets and numbers out again leaves the sentence, however its marks overlap."""
    made = tuple(
        Mark(MarkKind.FILLER if filler else MarkKind.SAID, f"e{at}", "", Evidence(a, b, text[a:b]))
        for at, (a, b, filler) in enumerate(spans)
        if a < b <= len(text.rstrip())
    )
    sentence = marks.Sentence(1, 0, len(text), text, None, None, made)
    marked = marks.MarkedAnswer(TWO.answers[0], (sentence,), made)
    shown = marks.Replay(TWO, "", (marked,), None, ())
    wide = sentence_lines(replace(sentence, marks=()), shown, Page(10_000))[0]
    bare = sentence_lines(sentence, shown, Page(10_000))[0]
    for character in "[]()0123456789, ":
        bare, wide = bare.replace(character, ""), wide.replace(character, "")
    assert bare == wide


def test_marks_can_be_read_without_colour() -> None:
    """Brackets number the words of a finding, the line below says what it is; a filler stands in brackets."""
    lines = replay_lines(marks.replay(TWO, QUESTION, BANK), Page(200))
    text = "\n".join(lines)
    number = re.search(r"\[(\d+) It depends on the use case \1\]", text)
    assert number
    assert f"     {number.group(1)} vague: hedge: What does it depend on" in text
    assert "  1. 0:00  (Um), " in text
    assert "\x1b" not in text
    assert "\x1b[1m[" in "\n".join(replay_lines(marks.replay(TWO, QUESTION, BANK), Page(200, styled=True)))


def test_overlapping_marks_keep_their_numbers_apart() -> None:
    """Where marks cross, each bracket says which one it belongs to."""
    made = (
        Mark(MarkKind.SAID, "a", "", Evidence(0, 7, "one two")),
        Mark(MarkKind.SAID, "b", "", Evidence(4, 13, "two three")),
    )
    sentence = marks.Sentence(1, 0, 13, "one two three", None, None, made)
    shown = marks.Replay(TWO, "", (marks.MarkedAnswer(TWO.answers[0], (sentence,), made),), None, ())
    assert sentence_lines(sentence, shown, Page())[0] == "  1. [1 one [2 two 1] three 2]"


# ------------------------------------------------------------------------------ by keys


def test_every_sentence_and_every_finding_is_reached() -> None:
    """J goes through all sentences, f through all findings and then what is missing; k and d go back."""
    shown = marks.replay(TWO, QUESTION, BANK)
    place, seen = walk.Place(), []
    for _ in range(7):
        place = walk.step(place, "j", shown)
        seen.append(place.sentence)
    assert seen == [1, 2, 3, 4, 5, 5, 5]
    assert walk.step(place, "k", shown).sentence == 4
    every = walk.stops(shown)
    place, found = walk.Place(), []
    for _ in every:
        place = walk.step(place, "f", shown)
        found.append(every[place.stop].finding)
        assert place.sentence == every[place.stop].sentence
    assert found == [stop.finding for stop in every]
    assert isinstance(found[-1], Gap)
    assert walk.step(place, "f", shown) == place
    assert walk.step(place, "d", shown).stop == len(every) - 2


def test_findings_go_on_from_the_sentence() -> None:
    """After moving to a sentence, the next finding is one of it or behind it, never an earlier one."""
    shown = marks.replay(TWO, QUESTION, BANK)
    for number in range(1, 6):
        place = walk.Place()
        for _ in range(number):
            place = walk.step(place, "j", shown)
        following = walk.stops(shown)[walk.step(place, "f", shown).stop]
        assert isinstance(following.finding, Gap) or (following.sentence or 0) >= number


class Ear:
    """A player that remembers what it was given and asks once whether to stop."""

    def __init__(self) -> None:
        self.heard: list[Sound] = []
        self.stopped: list[bool] = []

    def play(self, sound: Sound, should_stop: object) -> str:
        self.heard.append(sound)
        self.stopped.append(should_stop())  # type: ignore[operator]
        return "ear"


def ramp(path: Path, seconds: int) -> Path:
    """A recording whose samples tell their place: a ramp from 0 to 1."""
    with closing(WavRecording(path)) as recording:
        recording.write(np.linspace(0, 1, seconds * RATE_HZ, dtype=np.float32))
    return path


def walked(shown: marks.Replay, keys: str, player: Ear | None) -> None:
    """Press each letter of ``keys`` (_ is the space bar), then q twice: a sound may take the first."""
    pressed = ["space" if key == "_" else key for key in (*keys, "q", "q")]

    def stuck(_seconds: float) -> None:
        pytest.fail("it waits for a key though q was pressed")

    Walker(shown, Page(), ScriptedControls(pressed), player, ["compared"], stuck).run()


def test_the_space_bar_plays_the_sentence_one_stands_at(tmp_path: Path) -> None:
    """What is played is the sentence's own stretch of the recording, with a small margin."""
    one = attempt(answered(timed(SAID), audio=ramp(tmp_path / "a.wav", 16)))
    shown, ear = marks.replay(one, QUESTION, BANK), Ear()
    walked(shown, "jj_.j_", ear)
    second = shown.sentences[1]
    assert second.t0_s is not None
    assert second.t1_s is not None
    samples = ear.heard[0].samples
    assert ear.heard[0].rate_hz == RATE_HZ
    assert len(samples) == round((second.t1_s - second.t0_s + 2 * MARGIN_S) * RATE_HZ)
    assert samples[0] == pytest.approx((second.t0_s - MARGIN_S) / 16, abs=1e-3)
    assert ear.stopped[0]


def test_what_is_missing_plays_where_it_belonged(tmp_path: Path) -> None:
    """At a gap the space bar plays the sentence the gap is placed at."""
    one = attempt(answered(timed(SAID), audio=ramp(tmp_path / "a.wav", 16)))
    shown, ear = marks.replay(one, QUESTION, BANK), Ear()
    every = walk.stops(shown)
    first_gap = next(at for at, stop in enumerate(every) if isinstance(stop.finding, Gap))
    walked(shown, "f" * (first_gap + 1) + "_", ear)
    sentence = shown.sentences[(every[first_gap].sentence or 0) - 1]
    assert sentence.t0_s is not None
    assert ear.heard[0].samples[0] == pytest.approx(max(0, sentence.t0_s - MARGIN_S) / 16, abs=1e-3)


def test_without_a_loudspeaker_the_place_in_the_file_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is pretended: the file and the seconds are named; typed answers have nothing to play."""
    path = ramp(tmp_path / "a.wav", 16)
    walked(marks.replay(attempt(answered(timed(SAID), audio=path)), QUESTION, BANK), "_jj_", None)
    told = capsys.readouterr().err
    assert "0:04 to 0:08 of:" in told
    assert str(path) in told
    walked(marks.replay(attempt(answered(Transcript(SAID, ()))), QUESTION, BANK), "j_", Ear())
    assert "typed" in capsys.readouterr().err


def test_keys_show_where_one_stands(capsys: pytest.CaptureFixture[str]) -> None:
    """J shows the next sentence, f the next finding, c the comparison, anything else the keys."""
    walked(marks.replay(TWO, QUESTION, BANK), "jkfdcx", None)
    out, err = capsys.readouterr()
    assert "  1. 0:00" in out
    assert "finding 1 of" in out
    assert "compared" in out
    assert err.count("space: play") == 2
    assert err.count("(no further)") == 2


# ------------------------------------------------------------------------------ side by side


def judged(**statuses: Status) -> Assessment:
    """The findings of these tests with some elements' statuses changed."""
    found = checks.assess(QUESTION, (Transcript(SAID, ()),), BANK)
    changed = [
        replace(element, status=statuses.get(element.id.replace("-", "_"), element.status))
        for element in found.elements
    ]
    return replace(found, elements=tuple(changed))


def test_gained_and_lost_are_told_apart() -> None:
    """Gained is said now and not before, lost was said before and is missing now; nothing else is either."""
    name = QUESTION.elements[0].id
    key = name.replace("-", "_")
    without, with_ = judged(**{key: Status.MISSING}), judged(**{key: Status.SAID})
    assert [row.name for row in compare.rows((without, with_)) if row.gained] == [name]
    assert [row.name for row in compare.rows((with_, without)) if row.lost] == [name]
    assert not any(row.gained or row.lost for row in compare.rows((with_, with_)))


def test_the_sample_says_what_a_strong_answer_says() -> None:
    """Beside the sample answer, what the sample has and the attempt lacks is listed as lost."""
    best = compare.sample(QUESTION, TWO, BANK)
    assert best.verdict is Verdict.STRONG
    lost = {row.name for row in compare.rows((best, judged())) if row.lost}
    assert lost <= {gap.name for gap in marks.replay(attempt(answered(timed(SAID))), QUESTION, BANK).gaps}
    assert lost


# ------------------------------------------------------------------------------ the command


def run(*args: str) -> str:
    result = CliRunner().invoke(app, list(args))
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_without_a_terminal_everything_is_printed(journal: SqliteJournal) -> None:
    """In a pipe: words, marks, what is missing, the previous attempt beside this one, the sample answer."""
    with closing(journal):
        keep(journal, attempt(answered(timed("Boxes are drawn."))))
        keep(journal, replace(TWO, started=NOON + timedelta(days=1)))
    out = run("replay")
    assert out.startswith("Attempt 2: nms-purpose")
    for part in (
        "Question: ",
        "Follow-up: ",
        "[",
        "Missing",
        "Verdict: ",
        "Beside attempt 1: ",
        "In this one, not",
    ):
        assert part in out
    assert " ".join(QUESTION.strong.split())[:30] in " ".join(out.split())
    assert "first attempt at this question" in run("replay", "1")


def test_checking_again_keeps_what_was_found(journal: SqliteJournal) -> None:
    """--recheck shows the findings of the day beside today's, and the journal stays as it was."""
    found = TWO.combined
    assert found is not None
    wrong = replace(
        found,
        verdict=Verdict.STRONG,
        vague=(),
        elements=tuple(replace(e, status=Status.MISSING, evidence=()) for e in found.elements),
    )
    with closing(journal):
        id_ = keep(journal, replace(TWO, combined=wrong))
        before = journal.attempt(id_)
        out = run("replay", "1", "--recheck")
        assert journal.attempt(id_) == before
    assert f"Checked again: then strong, today {found.verdict}" in out
    assert "In today's findings, not in the findings of the day:" in out
    assert f"Vague spots: then 0, today {len(found.vague)}." in out
    assert f"Verdict: {found.verdict}" in out
    assert "Verdict: strong" in run("replay", "1")


def test_a_question_that_is_gone_cannot_be_checked_again(journal: SqliteJournal) -> None:
    """That is said with what can be done instead."""
    with closing(journal):
        keep(journal, replace(TWO, question="of-yore"))
    result = CliRunner().invoke(app, ["replay", "--recheck"])
    assert result.exit_code == 2
    assert "voiceprep replay 1" in result.stderr
    assert "Verdict" in run("replay")


@pytest.mark.parametrize(("args", "told"), [((), "voiceprep practice"), (("7",), "voiceprep history")])
def test_what_is_not_there_is_named(journal: SqliteJournal, args: tuple[str, ...], told: str) -> None:
    """No attempt at all, or none of that number: one message with the command that helps, status 1."""
    journal.close()
    result = CliRunner().invoke(app, ["replay", *args])
    assert result.exit_code == JournalError.exit_status
    assert told in result.stderr


# ------------------------------------------------------------------------------ what was vague


def spot(start: int, end: int, ordinal: int = 0) -> VagueSpot:
    """A vague spot of ``SAID``."""
    finding = VagueFinding(Evidence(start, end, SAID[start:end]), "hedge", f"why {start}")
    return VagueSpot(3, ordinal, QUESTION.id, NOON, SAID, finding)


def test_spots_of_one_sentence_are_one() -> None:
    """A sentence comes once with all its reasons, where its first spot stood; answers are kept apart."""
    at = SAID.index("It depends")
    found = vague.sentences([spot(at, at + 10), spot(0, 2), spot(at + 3, at + 10), spot(at, at + 10, 1)])
    assert [sentence.text for sentence in found] == [
        "It depends on the use case.",
        "Um, the detector predicts several boxes for one object.",
        "It depends on the use case.",
    ]
    assert [finding.why for finding in found[0].findings] == [f"why {at}", f"why {at + 3}"]


def test_a_spot_over_several_sentences_shows_them_all() -> None:
    """What runs over a stop is shown whole; a spot outside the text shows its own words."""
    at = SAID.index("I keep")
    assert vague.sentences([spot(at, at + 45)])[0].text == (
        "I keep the one with the best score. It depends on the use case."
    )
    lost = replace(spot(at, at + 6), text="")
    assert vague.sentences([lost])[0].text == "I keep"


def test_vague_lists_sentences_with_their_remedy(journal: SqliteJournal) -> None:
    """Each sentence stands under its topic with what would make it concrete and where to hear it."""
    with closing(journal):
        keep(journal, TWO)
        keep(journal, replace(TWO, question="of-yore", started=NOON + timedelta(days=1)))
    result = CliRunner().invoke(app, ["vague"])
    lines = result.stdout.splitlines()
    assert lines[0] == "no longer in the bank"
    assert QUESTION.topic in lines
    at = lines.index("  “It depends on the use case.”", lines.index(QUESTION.topic))
    assert lines[at + 1].strip().startswith("What does it depend on")
    assert lines[at + 2].strip() == "nms-purpose, 2026-05-04: voiceprep replay 1"
    assert "of-yore" not in CliRunner().invoke(app, ["vague", "--topic", QUESTION.topic]).stdout
    assert CliRunner().invoke(app, ["vague", "--limit", "1"]).stdout.count("voiceprep replay") == 1


def test_nothing_vague_is_said(journal: SqliteJournal) -> None:
    """An empty list says so on stderr; an unknown topic names those there are, status 2."""
    journal.close()
    result = CliRunner().invoke(app, ["vague", "--order", "worst"])
    assert (result.exit_code, result.stdout) == (0, "")
    assert "voiceprep practice" in result.stderr
    unknown = CliRunner().invoke(app, ["vague", "--topic", "knitting"])
    assert unknown.exit_code == 2
    assert QUESTION.topic in unknown.stderr
