"""The journal: what is kept comes back, what is forgotten is gone, and trouble is named."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voiceprep.engines import database, rows
from voiceprep.engines.database import APPLICATION_ID, MIGRATIONS, connect
from voiceprep.engines.journal import DATABASE_FILE, SqliteJournal
from voiceprep.engines.locks import RecordingLock, take_lock
from voiceprep.engines.recording import HEADER_BYTES, WavRecording, read_samples
from voiceprep.errors import DiskFull, JournalDamaged, JournalError
from voiceprep.model import (
    REPAIR,
    Answer,
    AnswerState,
    Assessment,
    Attempt,
    Delivery,
    ElementFinding,
    Ending,
    Evidence,
    FollowUp,
    Level,
    Move,
    MoveFinding,
    Order,
    PitfallFinding,
    Recovered,
    Repair,
    Review,
    Run,
    RunKind,
    Signal,
    Standing,
    Status,
    Timing,
    Transcript,
    VagueFinding,
    Verdict,
    Word,
)
from voiceprep.ports import Journal
from voiceprep.testing import MemoryJournal

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SECOND = np.zeros(16_000, np.float32)

ASSESSMENT = Assessment(
    question="nms-purpose",
    verdict=Verdict.PARTIAL,
    elements=(
        ElementFinding(
            "duplicates", "removes duplicates", Status.SAID, 0.5, (Evidence(0, 4, "they", 0.1, 0.3),)
        ),
        ElementFinding("threshold", "an overlap threshold", Status.MISSING, 0.0, ()),
    ),
    moves=(MoveFinding(Move.REASON, required=True, status=Status.MISSING, evidence=()),),
    vague=(VagueFinding(Evidence(5, 9, "kind", None, None), "hedge", "no number follows"),),
    pitfalls=(PitfallFinding("trains", "it runs after training", (Evidence(0, 4, "they"),)),),
    delivery=Delivery(words=2, fillers=1, seconds=1.5, words_per_minute=80, longest_pause_s=0.25),
    follow_up=FollowUp("And the threshold?", "threshold"),
)
ANSWER = Answer(
    ordinal=0,
    asked="What is NMS for?",
    probes=None,
    state=AnswerState.CHECKED,
    ending=Ending.SILENCE,
    transcript=Transcript("they kind", (Word("they", 0, 4, 0.1, 0.3, 0.9), Word("kind", 5, 9))),
    assessment=ASSESSMENT,
    audio=None,
    n_samples=24_000,
    n_overflows=1,
    timing=Timing(2.5, 0.01, None),
)

BESIDE_THE_POINT = MoveFinding(Move.NUMBER, required=False, status=Status.SAID, evidence=())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the journal of a test lives."""
    return tmp_path / "home"


@pytest.fixture
def journal(folder: Path) -> Iterator[SqliteJournal]:
    """A journal on disk."""
    with closing(SqliteJournal(folder)) as opened:
        yield opened


@pytest.fixture(params=["disk", "memory"])
def either(request: pytest.FixtureRequest, folder: Path) -> Iterator[Journal]:
    """The journal on disk and the one in memory: they keep the same laws."""
    opened: Journal = SqliteJournal(folder) if request.param == "disk" else MemoryJournal()
    with closing(opened):
        yield opened


def begin(journal: Journal, question: str = "nms-purpose", started: datetime = NOON) -> int:
    """A new attempt."""
    return journal.begin(question, Level.MID, "base.en", started)


def recorded(journal: Journal, attempt: int, ordinal: int = 0) -> Answer:
    """Record one second as an answer of ``attempt`` and keep it."""
    with closing(journal.record(attempt, ordinal, "What is NMS for?", None)) as recording:
        recording.write(SECOND)
    answer = replace(ANSWER, ordinal=ordinal, audio=recording.path, n_samples=recording.n_samples)
    journal.keep(attempt, answer)
    return answer


# ------------------------------------------------------------------------------ keeping

texts = st.text(max_size=20)
reals = st.floats(allow_nan=False, allow_infinity=False)
some_reals = st.none() | reals
counts = st.integers(0, 2**63 - 1)
words = st.builds(Word, texts, counts, counts, some_reals, some_reals, some_reals)
proofs = st.builds(Evidence, counts, counts, texts, some_reals, some_reals)


T = TypeVar("T")


def tuples(of: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    """Up to three of them."""
    return st.lists(of, max_size=3).map(tuple)


assessments = st.builds(
    Assessment,
    question=texts,
    verdict=st.sampled_from(Verdict),
    elements=tuples(st.builds(ElementFinding, texts, texts, st.sampled_from(Status), reals, tuples(proofs))),
    moves=tuples(
        st.builds(
            MoveFinding,
            id=st.sampled_from(Move),
            required=st.booleans(),
            status=st.sampled_from(Status),
            evidence=tuples(proofs),
        )
    ),
    vague=tuples(st.builds(VagueFinding, proofs, texts, texts)),
    pitfalls=tuples(st.builds(PitfallFinding, texts, texts, tuples(proofs))),
    delivery=st.builds(Delivery, counts, counts, some_reals, st.none() | counts, some_reals),
    follow_up=st.builds(FollowUp, texts, texts),
)
answers = st.builds(
    Answer,
    ordinal=st.integers(0, 9),
    asked=texts,
    probes=st.none() | texts,
    state=st.sampled_from(AnswerState),
    ending=st.none() | st.sampled_from(Ending),
    transcript=st.none() | st.builds(Transcript, texts, tuples(words), tuples(reals)),
    assessment=st.none() | assessments,
    audio=st.none(),
    n_samples=counts,
    n_overflows=counts,
    timing=st.builds(Timing, some_reals, some_reals, some_reals),
    marks_s=tuples(reals),
    repairs=st.none() | st.builds(Repair, counts, counts, counts, mended=st.booleans()),
)


def test_whatever_is_kept_comes_back_exactly(either: Journal) -> None:
    """Every field of attempt, answers, words and findings survives, whatever text and numbers it holds."""

    @settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(
        question=texts,
        level=st.sampled_from(Level),
        recogniser=texts,
        started=st.datetimes(timezones=st.just(UTC)),
        kept=st.lists(answers, max_size=3, unique_by=lambda answer: answer.ordinal),
        combined=st.none() | assessments,
    )
    def law(
        question: str,
        level: Level,
        recogniser: str,
        started: datetime,
        kept: list[Answer],
        combined: Assessment,
    ) -> None:
        attempt = either.begin(question, level, recogniser, started)
        for answer in kept:
            either.keep(attempt, answer)
        either.conclude(attempt, combined)
        ordered = tuple(sorted(kept, key=lambda answer: answer.ordinal))
        expected = Attempt(attempt, question, level, started, recogniser, ordered, combined)
        assert either.attempts() == (expected,)
        assert either.attempt(attempt) == expected
        for answer in kept:  # what is being recorded cannot be forgotten
            either.keep(attempt, replace(answer, state=AnswerState.CHECKED))
        either.forget(attempt)

    law()


def test_attempts_survive_the_end_of_the_program(folder: Path) -> None:
    """What one journal kept, the next one on the same folder reads, audio included."""
    with closing(SqliteJournal(folder)) as first:
        attempt = begin(first)
        answer = recorded(first, attempt)
        first.conclude(attempt, ASSESSMENT)
    with closing(SqliteJournal(folder)) as second:
        (found,) = second.attempts()
    assert found == Attempt(attempt, "nms-purpose", Level.MID, NOON, "base.en", (answer,), ASSESSMENT)
    assert found.answers[0].audio is not None
    np.testing.assert_array_equal(read_samples(found.answers[0].audio), SECOND)


def test_the_folder_can_be_moved(folder: Path, tmp_path: Path) -> None:
    """The database holds relative paths, so a moved or restored folder plays its recordings."""
    with closing(SqliteJournal(folder)) as first:
        recorded(first, begin(first))
    moved = folder.rename(tmp_path / "elsewhere")
    with closing(SqliteJournal(moved)) as second:
        audio = second.attempts()[0].answers[0].audio
    assert audio == moved / "recordings" / "1" / "0.wav"
    assert audio.is_file()


def test_keeping_again_replaces_the_answer_and_its_findings(either: Journal) -> None:
    """An ordinal has one answer: the last one kept, with none of the findings of the one before."""
    attempt = begin(either)
    either.keep(attempt, ANSWER)
    bare = replace(ANSWER, assessment=replace(ASSESSMENT, elements=(), vague=()), transcript=None)
    either.keep(attempt, bare)
    either.conclude(attempt, ASSESSMENT)
    either.conclude(attempt, None)
    (found,) = either.attempts()
    assert found.answers == (bare,)
    assert found.combined is None


def test_nothing_said_and_not_transcribed_are_two_things(either: Journal) -> None:
    """An empty transcript comes back empty, a missing one missing."""
    attempt = begin(either)
    silent = replace(ANSWER, transcript=Transcript("", ()), assessment=None, state=AnswerState.NOTHING_SAID)
    lost = replace(silent, ordinal=1, transcript=None, state=AnswerState.INTERRUPTED)
    either.keep(attempt, silent)
    either.keep(attempt, lost)
    assert either.attempts()[0].answers == (silent, lost)


def test_attempts_come_newest_first_by_question_and_limit(either: Journal) -> None:
    """The order is that of the clock, then of the ids; question and limit narrow it down."""
    yesterday = begin(either, "a", NOON - timedelta(days=1))
    first, second = begin(either, "b"), begin(either, "a")
    backfilled = begin(either, "b", NOON - timedelta(days=9))

    def ids(question: str | None = None, limit: int | None = None) -> list[int]:
        return [attempt.id for attempt in either.attempts(question, limit)]

    assert ids() == [second, first, yesterday, backfilled]
    assert ids("b") == [first, backfilled]
    assert ids(limit=2) == [second, first]
    assert ids("a", 1) == [second]
    assert ids(limit=0) == ids("c") == []
    with pytest.raises(ValueError, match="limit"):
        ids(limit=-1)


def test_reviews_tell_the_verdict_on_the_whole(either: Journal) -> None:
    """The verdict over all answers, else on the last one that has one, else none; newest first."""

    def judged(verdict: Verdict) -> Assessment:
        return replace(ASSESSMENT, verdict=verdict)

    parts = (("duplicates",), (), ("threshold", "reason"))
    combined, partly, silent = (
        begin(either, name, NOON + timedelta(hours=at)) for at, name in enumerate("abc")
    )
    either.keep(combined, replace(ANSWER, assessment=judged(Verdict.FLAT)))
    either.conclude(combined, judged(Verdict.STRONG))
    for ordinal, verdict in enumerate((Verdict.FLAT, Verdict.PARTIAL)):
        either.keep(partly, replace(ANSWER, ordinal=ordinal, assessment=judged(verdict)))
    either.keep(partly, replace(ANSWER, ordinal=2, assessment=None))
    either.keep(silent, replace(ANSWER, assessment=None))
    assert either.reviews() == (
        Review(silent, "c", NOON + timedelta(hours=2), None),
        Review(partly, "b", NOON + timedelta(hours=1), Verdict.PARTIAL, *parts),
        Review(combined, "a", NOON, Verdict.STRONG, *parts),
    )


def test_reviews_tell_what_was_said_unasked_only_when_asked_and_not_at_all(either: Journal) -> None:
    """Of elements and demanded moves; what may have been misheard and moves nobody demanded are left out."""

    def found(*said: str) -> Assessment:
        elements = tuple(
            ElementFinding(name, name, Status.SAID if name in said else Status.MISSING, 0.5, ())
            for name in ("x", "y", "z")
        )
        perhaps = ElementFinding("w", "w", Status.MISHEARD, 0.5, ())
        moves = tuple(
            MoveFinding(
                move, demanded, Status.SAID if move.value in said or not demanded else Status.MISSING, ()
            )
            for move, demanded in ((Move.REASON, True), (Move.BOUNDARY, True), (Move.NUMBER, False))
        )
        return replace(ASSESSMENT, elements=(*elements, perhaps), moves=moves)

    attempt = begin(either)
    either.keep(attempt, replace(ANSWER, assessment=found("x")))
    either.keep(attempt, replace(ANSWER, ordinal=1, assessment=found("y", "boundary")))
    either.conclude(attempt, found("x", "y", "boundary"))
    (review,) = either.reviews()
    assert review.said == ("x",)
    assert review.prompted == ("y", "boundary")
    assert review.missing == ("z", "reason")


def spotted(journal: Journal, started: datetime, *pieces: str, question: str = "nms-purpose") -> int:
    """An attempt whose first answer holds ``pieces``, each of them vague, and findings over all answers."""
    attempt = begin(journal, question, started)
    text, spots = " ".join(pieces), []
    for piece in pieces:
        at = text.index(piece)
        spots.append(VagueFinding(Evidence(at, at + len(piece), piece, 1.5, 2.5), "hedge", f"why {piece}"))
    found = replace(ASSESSMENT, vague=tuple(spots))
    journal.keep(attempt, replace(ANSWER, transcript=Transcript(text, ()), assessment=found))
    journal.conclude(attempt, found)
    return attempt


def test_vague_spots_come_newest_or_worst_first(either: Journal) -> None:
    """Every spot of single answers comes once with its answer; the worst is the longest, then the newest."""
    old = spotted(either, NOON, "so on", "or whatever", question="other")
    new = spotted(either, NOON + timedelta(days=1), "i guess", "and so on")
    spotted(either, NOON + timedelta(days=2))

    def told(*args: object) -> list[tuple[int, str]]:
        found = either.vague(*args)  # type: ignore[arg-type]
        return [(spot.attempt, spot.finding.evidence.text) for spot in found]

    assert told() == [(new, "i guess"), (new, "and so on"), (old, "so on"), (old, "or whatever")]
    worst = [(old, "or whatever"), (new, "and so on"), (new, "i guess"), (old, "so on")]
    assert told(None, Order.WORST) == worst
    assert told(None, Order.WORST, 2) == worst[:2]
    assert told(("other", "nms-purpose"), Order.WORST) == worst
    assert told(("other",)) == [(old, "so on"), (old, "or whatever")]
    assert told(()) == told(("no-such",)) == told(None, Order.NEWEST, 0) == []
    spot = either.vague(limit=1)[0]
    assert spot.text == "i guess and so on"
    assert (spot.ordinal, spot.question, spot.started) == (0, "nms-purpose", NOON + timedelta(days=1))
    assert spot.finding == VagueFinding(Evidence(0, 7, "i guess", 1.5, 2.5), "hedge", "why i guess")
    with pytest.raises(ValueError, match="-1"):
        either.vague(limit=-1)


def test_standings_are_what_attempts_tell(either: Journal) -> None:
    """Every judged attempt comes once, oldest first, with findings, first verdict and follow-ups."""
    late = begin(either, "late", NOON + timedelta(days=1))
    early = begin(either, "early")
    begin(either, "silent")
    open_ = begin(either, "open", NOON + timedelta(hours=1))
    said = replace(ASSESSMENT, verdict=Verdict.STRONG, moves=(*ASSESSMENT.moves, BESIDE_THE_POINT))
    either.keep(late, replace(ANSWER, assessment=said))
    for ordinal, probes in enumerate(("duplicates", "threshold", "reason", None), start=1):
        either.keep(late, replace(ANSWER, ordinal=ordinal, probes=probes))
    either.keep(late, replace(ANSWER, ordinal=5, probes="threshold", assessment=None))
    argued = replace(said, moves=(replace(said.moves[0], id=Move.CHOICE, status=Status.SAID),))
    either.keep(late, replace(ANSWER, ordinal=6, probes=Move.BOUNDARY.value, assessment=argued))
    silent = replace(ANSWER, probes="duplicates", state=AnswerState.NOTHING_SAID, assessment=None)
    either.keep(late, replace(silent, ordinal=7))
    either.keep(late, replace(silent, ordinal=8, state=AnswerState.INTERRUPTED))
    either.conclude(late, said)
    bare = replace(ASSESSMENT, elements=(), moves=())
    either.conclude(early, bare)
    either.keep(open_, ANSWER)
    either.note_signals(early, ())
    either.note_signals(late, ((Signal.DATA_CENTRIC, True), (Signal.CURRENT_AWARENESS, False)))
    elements = (("duplicates", Status.SAID), ("threshold", Status.MISSING))
    moves = ((Move.REASON, Status.MISSING),)
    expected = (
        Standing(early, "early", NOON, None, (), (), (), bare.delivery, ()),
        Standing(
            open_,
            "open",
            NOON + timedelta(hours=1),
            Verdict.PARTIAL,
            elements,
            moves,
            (),
            ASSESSMENT.delivery,
            None,
        ),
        Standing(
            late,
            "late",
            NOON + timedelta(days=1),
            Verdict.STRONG,
            elements,
            moves,
            (True, False, False, True, False),
            said.delivery,
            ((Signal.DATA_CENTRIC, True), (Signal.CURRENT_AWARENESS, False)),
        ),
    )
    assert either.standings() == expected
    assert either.attempt(late).held == expected[2].held, "progress and mock tell the same"
    assert either.standings(("late", "no-such")) == expected[2:]
    assert either.standings((), NOON) == ()
    assert either.standings(None, NOON + timedelta(hours=1)) == expected[1:]
    with pytest.raises(ValueError, match="no time zone"):
        either.standings(None, NOON.replace(tzinfo=None))
    with pytest.raises(JournalError, match="no attempt 99"):
        either.note_signals(99, ())


def test_a_standing_that_makes_no_sense_is_named(journal: SqliteJournal) -> None:
    """A signal or status that nothing here wrote is an error that names the file, not a figure."""
    attempt = begin(journal)
    journal.conclude(attempt, ASSESSMENT)
    for damage, mended in (
        ("UPDATE findings SET status = 'perhaps'", "UPDATE findings SET status = 'said'"),
        ("UPDATE attempts SET signals = '[[\"x\",1]]'", "UPDATE attempts SET signals = NULL"),
    ):
        journal._database.execute(damage)
        with pytest.raises(JournalError, match="makes no sense"):
            journal.standings()
        journal._database.execute(mended)
        assert len(journal.standings()) == 1


def tried(journal: Journal, attempt: int, repairs: Repair, ordinal: int = 1) -> None:
    """Keep a try at a sentence of ``attempt``, itself vague and with another verdict."""
    found = replace(ASSESSMENT, verdict=Verdict.FLAT)
    journal.keep(attempt, replace(ANSWER, ordinal=ordinal, probes=REPAIR, assessment=found, repairs=repairs))


def test_a_try_at_a_sentence_is_no_answer(either: Journal) -> None:
    """It comes back with its attempt, but changes neither its verdict nor the list of what is vague."""
    attempt = spotted(either, NOON, "i guess", "and so on")
    alone = begin(either, started=NOON + timedelta(days=1))
    either.keep(alone, replace(ANSWER, assessment=replace(ASSESSMENT, vague=())))
    reviews, spots = either.reviews(), either.vague()
    repairs = Repair(0, 0, 7)
    for one in (attempt, alone):
        tried(either, one, repairs)
        assert either.attempt(one).answers[1].repairs == repairs
        assert [answer.ordinal for answer in either.attempt(one).replies] == [0]
    assert either.reviews() == reviews
    assert either.vague() == spots


def test_a_mended_spot_is_listed_last(either: Journal) -> None:
    """Only where the try was judged concrete, only the stretch it said again, in either order."""
    attempt = spotted(either, NOON, "i guess", "and so on")
    other = spotted(either, NOON - timedelta(days=1), "or whatever")
    tried(either, attempt, Repair(0, 0, 8), 1)
    tried(either, attempt, Repair(1, 0, 20, mended=True), 2)  # of another answer
    assert not any(spot.mended for spot in either.vague())
    tried(either, attempt, Repair(0, 0, 8, mended=True), 3)
    for order in Order:
        told = [(spot.attempt, spot.finding.evidence.text, spot.mended) for spot in either.vague(None, order)]
        assert told[-1] == (attempt, "i guess", True)
        assert sorted(told[:-1]) == [(attempt, "and so on", False), (other, "or whatever", False)]
        assert [spot.mended for spot in either.vague(None, order, 2)] == [False, False]


def test_a_try_that_was_cut_short_is_known_as_one(either: Journal) -> None:
    """What is recorded is a try from its first moment, so that a crash leaves no answer in its place."""
    attempt = spotted(either, NOON, "i guess")
    repairs = Repair(0, 0, 7)
    with closing(either.record(attempt, 1, "Say it again", REPAIR, repairs)):
        assert either.attempt(attempt).answers[1].repairs == repairs
    assert either.attempt(attempt).answers[1].probes == REPAIR


# ------------------------------------------------------------------------------ reading again

LATER = NOON + timedelta(days=30)


def reading(attempt: Attempt, text: str, recogniser: str = "small.en") -> Attempt:
    """``attempt`` as a model heard it that made ``text`` of its first answer, and found nothing vague."""
    found = replace(ASSESSMENT, verdict=Verdict.STRONG, vague=())
    first, *others = attempt.answers
    first = replace(first, state=AnswerState.CHECKED, transcript=Transcript(text, ()), assessment=found)
    return replace(attempt, recogniser=recogniser, answers=(first, *others), combined=found)


def test_a_new_reading_is_the_one_that_counts_and_the_first_is_kept(either: Journal) -> None:
    """Words, findings, verdict and model are the newest everywhere; the day's come back exactly."""
    attempt = begin(either)
    recorded(either, attempt)
    either.keep(attempt, replace(ANSWER, ordinal=1))
    either.conclude(attempt, ASSESSMENT)
    either.note_signals(attempt, ((Signal.DATA_CENTRIC, True),))
    other = begin(either)
    day = either.attempt(attempt)
    for at, text in enumerate(("they bind", "they find")):
        wanted = replace(reading(day, text), read_again=LATER + timedelta(days=at))
        either.read_again(wanted, LATER + timedelta(days=at))
        assert either.attempt(attempt) == wanted
        assert wanted in either.attempts()
        assert either.original(attempt) == day
    assert [review.verdict for review in either.reviews()] == [None, Verdict.STRONG]
    assert [spot.ordinal for spot in either.vague()] == [1]
    assert [standing.signals for standing in either.standings()] == [None]
    assert either.original(other) == either.attempt(other)


def test_an_answer_that_was_cut_short_has_no_earlier_reading(either: Journal) -> None:
    """What is heard first is no second reading: there is nothing to go back to."""
    attempt = begin(either)
    cut = replace(ANSWER, state=AnswerState.INTERRUPTED, transcript=None, assessment=None)
    either.keep(attempt, cut)
    wanted = reading(either.attempt(attempt), "they bind")
    either.read_again(wanted, LATER)
    assert either.attempt(attempt) == either.original(attempt) == wanted


def test_what_cannot_be_read_again_stays_as_it_is(either: Journal) -> None:
    """An attempt that is being recorded, has other answers by now or is gone is named and not touched."""
    attempt = begin(either)
    either.keep(attempt, ANSWER)
    before = either.attempt(attempt)
    recording = either.record(attempt, 1, "And?", None)
    with pytest.raises(JournalError, match="being recorded"):
        either.read_again(reading(either.attempt(attempt), "x"), LATER)
    recording.close()
    either.keep(attempt, replace(ANSWER, ordinal=1))
    with pytest.raises(JournalError, match="changed in the meantime"):
        either.read_again(reading(before, "x"), LATER)
    assert either.original(attempt) == either.attempt(attempt)
    with pytest.raises(JournalError, match="no attempt 99"):
        either.read_again(reading(replace(before, id=99), "x"), LATER)
    with pytest.raises(JournalError, match="no attempt 99"):
        either.original(99)


def test_a_reading_is_stored_whole_or_not_at_all(journal: SqliteJournal) -> None:
    """Where the last row fails, neither the new reading nor a copy of the old one is there."""
    attempt = begin(journal)
    journal.keep(attempt, ANSWER)
    before = journal.attempt(attempt)
    bad = replace(ASSESSMENT, delivery=replace(ASSESSMENT.delivery, seconds=float("nan")))
    with pytest.raises(ValueError, match="finite"):
        journal.read_again(replace(reading(before, "x"), combined=bad), LATER)
    assert journal.attempt(attempt) == before
    assert journal._database.execute("SELECT count(*) FROM readings").fetchone()[0] == 0


def test_what_was_read_before_is_forgotten_too(journal: SqliteJournal, folder: Path) -> None:
    """No word of an earlier reading stays in any file."""
    phrase = "zylophone quarry"
    attempt = begin(journal)
    journal.keep(attempt, replace(ANSWER, transcript=Transcript(phrase * 900, ())))
    journal.read_again(reading(journal.attempt(attempt), "other words"), LATER)
    assert traces(folder, phrase)
    journal.forget(attempt)
    assert traces(folder, phrase) == []


def test_an_earlier_reading_is_read_as_strictly_as_a_row(journal: SqliteJournal) -> None:
    """What nothing here wrote is named, also where it would lead to a file of others; the rest is shown."""
    attempt = begin(journal)
    recorded(journal, attempt)
    day = journal.attempt(attempt)
    journal.read_again(reading(day, "they bind"), LATER)
    (written,) = journal._database.execute("SELECT rows FROM readings").fetchone()
    for path, value in (
        ("$.recogniser", "7"),
        ("$.answers", '"x"'),
        ("$.answers[0]", '["x"]'),
        ("$.answers[0].audio", '"../../etc/passwd"'),
        ("$.answers[0].state", '"dreaming"'),
        ("$.answers[0].asked", "null"),
        ("$.answers[0].words", '"[[1]]"'),
        ("$.answers[0].n_samples", '"many"'),
        ("$.answers[0].asides", '"[1.5]"'),
        ("$.assessments[0].seconds", "[]"),
        ("$.findings[0].evidence", '"[[0,1]]"'),
        ("$", "[]"),
        ("$", '"[[[["'),
    ):
        journal._database.execute(
            "UPDATE readings SET rows = json_set(?, ?, json(?))", (written, path, value)
        )
        with pytest.raises(JournalError, match=r"journal\.db holds a row that makes no sense"):
            journal.original(attempt)
        assert journal.attempt(attempt).recogniser == "small.en"
    for damage in ("no json", "[" * 100_000, b"x", 7):
        journal._database.execute("UPDATE readings SET rows = ?", (damage,))
        with pytest.raises(JournalError, match="makes no sense"):
            journal.original(attempt)
    journal._database.execute("UPDATE readings SET rows = ?", (written,))
    assert journal.original(attempt) == day


def test_only_answers_are_unfinished(either: Journal) -> None:
    """A try that was cut short is made anew: nothing of its attempt waits to be finished."""
    attempt = spotted(either, NOON, "i guess")
    tried(either, attempt, Repair(0, 0, 7))
    (kept,) = (one for one in either.attempt(attempt).answers if one.repairs)
    cut = replace(
        kept, state=AnswerState.INTERRUPTED, ending=Ending.INTERRUPTED, audio=Path("recordings/1/1.wav"),
        n_samples=9, assessment=None,
    )  # fmt: skip
    either.keep(attempt, cut)
    assert either.unfinished() == ()
    either.keep(attempt, replace(cut, repairs=None))
    assert [found.is_try for found in either.unfinished()] == [False]


# ------------------------------------------------------------------------------ made of files


def test_a_file_makes_one_attempt(either: Journal) -> None:
    """A recording is known by the digest of its file until its attempt is forgotten."""
    one, two = begin(either), begin(either)
    either.note_source(one, "ab12")
    assert (either.imported("ab12"), either.imported("cd34")) == (one, None)
    with pytest.raises(JournalError, match=f"attempt {one} already"):
        either.note_source(two, "ab12")
    either.forget(one)
    assert either.imported("ab12") is None
    either.note_source(two, "ab12")


def test_what_is_abandoned_leaves_nothing(either: Journal, folder: Path) -> None:
    """An attempt is deleted in the middle of its own recording; one that is gone does not matter."""
    attempt = begin(either)
    either.note_source(attempt, "ab12")
    recording = either.record(attempt, 0, "?", None)
    recording.write(SECOND)
    recording.close()
    either.abandon(attempt)
    either.abandon(attempt)
    assert either.attempts() == ()
    assert either.imported("ab12") is None
    assert list((folder / "recordings").glob("*/*")) == []


def test_half_a_copy_is_cleared_away_at_the_next_start(folder: Path) -> None:
    """After a crash in copying a file nothing of the attempt is there; a live copy is left alone."""
    lost = SqliteJournal(folder)
    attempt = begin(lost)
    lost.note_source(attempt, "ab12")
    recording = lost.record(attempt, 0, "?", None)
    recording.write(SECOND)
    with closing(SqliteJournal(folder)) as other:
        assert other.recover() == ()
        assert other.imported("ab12") == attempt
    lost.close()
    with closing(SqliteJournal(folder)) as next_start:
        assert next_start.recover() == ()
        assert next_start.attempts() == ()
        assert next_start.imported("ab12") is None
    assert not recording.path.parent.exists()
    recording.close()


def test_a_try_lost_in_a_crash_costs_no_imported_recording(folder: Path) -> None:
    """Where the copy was whole, what a crash cut short later is marked like any other, and told as a try."""
    lost = SqliteJournal(folder)
    attempt = begin(lost)
    lost.note_source(attempt, "ab12")
    recorded(lost, attempt)
    with closing(lost.record(attempt, 1, "Say it again", REPAIR, Repair(0, 0, 7))) as recording:
        recording.write(SECOND)
    lost.close()
    memory = MemoryJournal()
    assert begin(memory) == attempt
    memory.note_source(attempt, "ab12")
    memory.keep(attempt, ANSWER)
    memory.record(attempt, 1, "Say it again", REPAIR, Repair(0, 0, 7)).write(SECOND)
    memory.crash()
    with closing(SqliteJournal(folder)) as journal:
        for next_start in (journal, memory):
            (found,) = next_start.recover()
            assert (found.attempt, found.ordinal, found.is_try) == (attempt, 1, True)
            assert next_start.imported("ab12") == attempt
            assert len(next_start.attempt(attempt).answers) == 2


def test_a_copy_that_another_window_finished_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between looking for half copies and clearing them away the recorder may have come to its end."""
    with closing(SqliteJournal(folder)) as importer, closing(SqliteJournal(folder)) as other:
        attempt = begin(importer)
        importer.note_source(attempt, "ab12")
        recording = importer.record(attempt, 0, "?", None)
        recording.write(SECOND)
        recording.close()

        def finished(path: Path) -> RecordingLock | None:
            importer.keep(attempt, replace(ANSWER, audio=path))
            return take_lock(path)

        monkeypatch.setattr("voiceprep.engines.journal.take_lock", finished)
        assert other.recover() == ()
        assert other.imported("ab12") == attempt
        assert recording.path.exists()


def test_half_a_copy_in_memory_is_cleared_away_likewise() -> None:
    """The journal in memory plays that crash with the same outcome."""
    journal = MemoryJournal()
    attempt = begin(journal)
    journal.note_source(attempt, "ab12")
    journal.record(attempt, 0, "?", None).write(SECOND)
    journal.crash()
    assert journal.recover() == ()
    assert journal.attempts() == ()
    assert journal.imported("ab12") is None


# ------------------------------------------------------------------------------ times


def test_the_hour_is_kept_in_utc(either: Journal) -> None:
    """Another zone's hour comes back as the same moment in UTC; an hour without a zone is refused."""
    begin(either, started=datetime(2026, 5, 4, 14, tzinfo=timezone(timedelta(hours=2))))
    started = either.attempts()[0].started
    assert (started, started.tzinfo) == (NOON, UTC)
    with pytest.raises(ValueError, match="no time zone"):
        begin(either, started=NOON.replace(tzinfo=None))


def test_an_unknown_attempt_is_named(either: Journal) -> None:
    """Every method that takes an id refuses one that is not there and says how to find those that are."""
    calls: tuple[Callable[[], object], ...] = (
        lambda: either.record(7, 0, "?", None),
        lambda: either.keep(7, ANSWER),
        lambda: either.conclude(7, ASSESSMENT),
        lambda: either.attempt(7),
        lambda: either.forget(7),
    )
    for call in calls:
        with pytest.raises(JournalError, match=r"no attempt 7.*voiceprep history"):
            call()
    assert either.attempts() == ()


def test_an_answer_is_recorded_once(either: Journal) -> None:
    """Audio is never overwritten: a second recording of one ordinal is refused, the first one stays."""
    attempt = begin(either)
    answer = recorded(either, attempt)
    with pytest.raises(JournalError, match="answer 0 already"):
        either.record(attempt, 0, "again?", None)
    assert either.attempts()[0].answers == (answer,)


def test_a_reopened_answer_goes_on_where_it_ended(either: Journal, folder: Path) -> None:
    """Its audio is joined sample for sample; until it is kept again it counts as being recorded."""
    attempt = begin(either)
    answer = recorded(either, attempt)
    with closing(either.reopen(attempt, 0)) as recording:
        assert recording.n_samples == 16_000
        assert states(either) == [AnswerState.RECORDING]
        recording.write(-SECOND)
        assert recording.n_samples == 32_000
    either.keep(attempt, replace(answer, n_samples=32_000))
    assert either.attempts()[0].answers == (replace(answer, n_samples=32_000),)
    if isinstance(either, SqliteJournal):
        np.testing.assert_array_equal(read_samples(recording.path), np.concatenate([SECOND, -SECOND]))
        assert (folder / "recordings").is_dir()


def test_what_cannot_be_reopened_is_refused(either: Journal) -> None:
    """No such answer, one without audio, one being recorded: each is named, nothing is changed."""
    attempt = begin(either)
    either.keep(attempt, replace(ANSWER, ordinal=1))
    recording = either.record(attempt, 2, "And?", None)
    for ordinal in (0, 1, 2):
        with pytest.raises(JournalError, match=f"answer {ordinal} of attempt"):
            either.reopen(attempt, ordinal)
    recording.close()


def test_a_crash_in_a_reopened_answer_is_recovered(folder: Path) -> None:
    """Everything that reached the disk is found again, from before and after the reopening."""
    lost = SqliteJournal(folder)
    attempt = begin(lost)
    recorded(lost, attempt)
    recording = lost.reopen(attempt, 0)
    recording.write(SECOND)
    lost.close()
    with closing(SqliteJournal(folder)) as next_start:
        assert next_start.recover() == (Recovered(attempt, 0, "nms-purpose", recording.path, 32_000),)
        (answer,) = next_start.attempt(attempt).answers
    assert answer.transcript == ANSWER.transcript
    recording.close()


def test_numbers_that_are_none_are_refused(journal: SqliteJournal) -> None:
    """NaN would come back as "not measured": it is a ValueError and nothing of the answer is stored."""
    attempt = begin(journal)
    nan = float("nan")
    faulty = (
        replace(ANSWER, timing=Timing(nan)),
        replace(ANSWER, transcript=Transcript("a", (Word("a", 0, 1, nan),))),
        asked_for_something_at(nan),
        replace(ANSWER, assessment=replace(ASSESSMENT, delivery=Delivery(1, 0, nan, None, None))),
    )
    for answer in faulty:
        with pytest.raises(ValueError, match=r"finite|JSON"):
            journal.keep(attempt, answer)
    assert journal.attempts()[0].answers == ()


def test_text_that_is_no_unicode_is_named(journal: SqliteJournal) -> None:
    """Typed bytes in a foreign encoding reach us as lone surrogates: a JournalError, nothing stored."""
    attempt = begin(journal)
    with pytest.raises(JournalError, match="no Unicode text; set the terminal to UTF-8"):
        journal.keep(attempt, replace(ANSWER, asked="caf\udce9"))
    assert journal.attempts()[0].answers == ()


def test_audio_outside_the_folder_is_refused(journal: SqliteJournal, tmp_path: Path) -> None:
    """A path that leaves the folder would be deleted with the attempt: it is not taken in."""
    attempt = begin(journal)
    for outside in (tmp_path / "song.wav", Path("..") / "song.wav"):
        with pytest.raises(JournalError, match=r"song\.wav lies outside"):
            journal.keep(attempt, replace(ANSWER, audio=outside))
    journal.keep(attempt, replace(ANSWER, audio=Path("recordings/1/0.wav")))
    assert journal.attempts()[0].answers[0].audio == tmp_path / "home" / "recordings" / "1" / "0.wav"


def test_ctrl_c_in_the_middle_of_keeping_stores_nothing_of_it(
    journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer is stored whole or not at all, and the journal goes on working."""
    attempt = begin(journal)

    def interrupted(_assessment: int, _found: Assessment) -> tuple[rows.Row, ...]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(rows, "finding_rows", interrupted)
        with pytest.raises(KeyboardInterrupt):
            journal.keep(attempt, ANSWER)
    assert journal.attempts()[0].answers == ()
    journal.keep(attempt, ANSWER)
    assert journal.attempts()[0].answers == (ANSWER,)


def test_the_database_is_set_to_lose_nothing_and_to_forget_for_good(journal: SqliteJournal) -> None:
    """Whatever this build of SQLite does by itself: commits reach the disk, deleted text becomes zeros."""

    def pragma(name: str) -> object:
        return journal._run(f"PRAGMA {name}").fetchone()[0]

    assert (pragma("journal_mode"), pragma("foreign_keys"), pragma("secure_delete")) == ("wal", 1, 1)
    assert pragma("synchronous") == 2  # FULL


def test_closing_twice_is_fine(folder: Path) -> None:
    """The second close does nothing."""
    opened = SqliteJournal(folder)
    opened.close()
    opened.close()


def test_two_windows_share_one_journal(folder: Path) -> None:
    """Attempts of two journals on one folder get different ids, and each sees both."""
    with closing(SqliteJournal(folder)) as one, closing(SqliteJournal(folder)) as two:
        ids = [begin(one), begin(two), begin(one)]
        recorded(one, ids[0])
        recorded(two, ids[1])
        assert ids == [1, 2, 3]
        assert one.attempts() == two.attempts()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_everything_in_the_folder_is_private(folder: Path) -> None:
    """Under a loose umask folders are 0700 and files 0600, SQLite's own too; a loose file is closed."""
    before = os.umask(0)
    try:
        with closing(SqliteJournal(folder)) as opened:
            recorded(opened, begin(opened))
            found = {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
    finally:
        os.umask(before)
    assert {path.name for path in found} >= {"journal.db", "journal.db-wal", "0.wav", "recordings"}
    assert all(mode == (0o700 if path.is_dir() else 0o600) for path, mode in found.items()), found
    (folder / DATABASE_FILE).chmod(0o644)
    with closing(SqliteJournal(folder)):
        assert stat.S_IMODE((folder / DATABASE_FILE).stat().st_mode) == 0o600


# ------------------------------------------------------------------------------ recovering


def states(journal: Journal) -> list[AnswerState]:
    """The states of all answers."""
    return [answer.state for attempt in journal.attempts() for answer in attempt.answers]


def test_an_answer_is_known_from_its_first_moment(either: Journal) -> None:
    """As soon as a recording is open the journal lists its answer, with the question and the audio."""
    attempt = begin(either)
    recording = either.record(attempt, 1, "And the threshold?", "threshold")
    (answer,) = either.attempts()[0].answers
    assert (answer.state, answer.asked, answer.probes) == (
        AnswerState.RECORDING,
        "And the threshold?",
        "threshold",
    )
    assert answer.audio == recording.path
    recording.close()


def test_what_a_lost_program_recorded_is_recovered(folder: Path) -> None:
    """The next start marks the answer interrupted, mends its audio, says what was kept, and only once."""
    lost = SqliteJournal(folder)
    attempt = begin(lost)
    recorded(lost, attempt)
    recording = lost.record(attempt, 1, "And?", None)
    recording.write(SECOND)
    lost.close()  # as the end of a process frees its locks; the recording is still open
    with recording.path.open("r+b") as file:
        file.write(b"RIFF\x00\x00\x00\x00")
        file.seek(0, os.SEEK_END)
        file.write(b"\x00")  # torn in the middle of a sample
    with closing(SqliteJournal(folder)) as next_start:
        assert next_start.recover() == (Recovered(attempt, 1, "nms-purpose", recording.path, 16_000),)
        assert next_start.recover() == ()
        answer = next_start.attempts()[0].answers[1]
    assert (answer.state, answer.ending, answer.n_samples) == (
        AnswerState.INTERRUPTED,
        Ending.INTERRUPTED,
        16_000,
    )
    assert recording.path.stat().st_size == HEADER_BYTES + 32_000
    np.testing.assert_array_equal(read_samples(recording.path), SECOND)
    recording.close()


def test_a_crash_in_memory_is_recovered_likewise() -> None:
    """The journal in memory plays a crash with the same outcome."""
    journal = MemoryJournal()
    attempt = begin(journal)
    recorded(journal, attempt)
    recording = journal.record(attempt, 1, "And?", None)
    recording.write(SECOND)
    assert journal.recover() == ()
    journal.crash()
    assert journal.recover() == (Recovered(attempt, 1, "nms-purpose", recording.path, 16_000),)
    assert journal.recover() == ()
    assert states(journal) == [AnswerState.CHECKED, AnswerState.INTERRUPTED]


def test_a_live_window_is_left_alone(folder: Path) -> None:
    """While one window records, and until it has kept the answer, another recovers and forgets nothing."""
    with closing(SqliteJournal(folder)) as live, closing(SqliteJournal(folder)) as other:
        attempt = begin(live)
        recording = live.record(attempt, 0, "?", None)
        assert other.recover() == live.recover() == ()
        recording.write(SECOND)
        recording.close()  # transcription goes on
        assert other.recover() == live.recover() == ()
        for window in (live, other):
            with pytest.raises(JournalError, match="is being recorded"):
                window.forget(attempt)
        assert states(other) == [AnswerState.RECORDING]
        live.keep(attempt, replace(ANSWER, audio=recording.path))
        assert states(other) == [AnswerState.CHECKED]
        other.forget(attempt)


def test_a_live_process_is_left_alone(folder: Path) -> None:
    """The same between processes: alive it is left alone, killed it is recovered."""
    code = (
        "import sys, time; from pathlib import Path; from datetime import datetime, UTC\n"
        "from voiceprep.engines.journal import SqliteJournal; from voiceprep.model import Level\n"
        "journal = SqliteJournal(Path(sys.argv[1]))\n"
        "recording = journal.record(journal.begin('q', Level.MID, 'r', datetime.now(UTC)), 0, '?', None)\n"
        "print('recording', flush=True); time.sleep(60)\n"
    )
    with (
        subprocess.Popen(
            [sys.executable, "-c", code, str(folder)],
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
            stdout=subprocess.PIPE,
            text=True,
        ) as child,
        closing(SqliteJournal(folder)) as journal,
    ):
        assert child.stdout is not None
        assert child.stdout.readline() == "recording\n"
        assert journal.recover() == ()
        child.kill()
        child.wait()
        assert [found.n_samples for found in journal.recover()] == [0]


def test_of_two_windows_that_recover_one_reports(folder: Path) -> None:
    """Where another window mended an answer first, this one neither changes nor reports it."""
    with closing(SqliteJournal(folder)) as lost:
        lost.record(begin(lost), 0, "?", None).close()
    with closing(SqliteJournal(folder)) as one, closing(SqliteJournal(folder)) as two:
        seen_by_two = two._run("SELECT *, question FROM answers JOIN attempts ON id = attempt").fetchone()
        assert len(one.recover()) == 1
        assert two._recover(seen_by_two) is None
        assert states(two) == [AnswerState.INTERRUPTED]


def test_a_recording_that_is_gone_is_recovered_as_nothing(folder: Path) -> None:
    """Where the file never reached the disk the answer says so instead of naming a file."""
    with closing(SqliteJournal(folder)) as lost:
        attempt = begin(lost)
        recording = lost.record(attempt, 0, "?", None)
        recording.close()
    recording.path.unlink()
    with closing(SqliteJournal(folder)) as journal:
        assert journal.recover() == (Recovered(attempt, 0, "nms-purpose", None, 0),)
        assert journal.attempts()[0].answers[0].audio is None


def test_a_foreign_file_in_the_place_of_a_recording_is_left(folder: Path) -> None:
    """What is not our recording is named, not mended; forgetting the attempt clears it away."""
    with closing(SqliteJournal(folder)) as lost:
        attempt = begin(lost)
        recording = lost.record(attempt, 0, "?", None)
        recording.close()
    recording.path.write_bytes(b"\x89PNG")
    with closing(SqliteJournal(folder)) as journal:
        for _ in range(2):  # no lock is left behind by the first try
            with pytest.raises(JournalError, match=r"not a recording of voiceprep.*voiceprep forget"):
                journal.recover()
        assert recording.path.read_bytes() == b"\x89PNG"
        journal.forget(attempt)
        assert journal.recover() == ()


def test_a_recording_that_cannot_begin_leaves_nothing(
    journal: SqliteJournal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the database refuses the row, no file and no lock stay behind."""
    attempt = begin(journal)
    with monkeypatch.context() as patched:
        patched.setattr(database, "BUSY_TIMEOUT_S", 0.0)
        with (
            closing(SqliteJournal(folder)) as hasty,
            closing(sqlite3.connect(folder / DATABASE_FILE)) as writer,
        ):
            writer.execute("BEGIN IMMEDIATE")
            with pytest.raises(JournalError, match="another voiceprep"):
                hasty.record(attempt, 0, "?", None)
    assert list((folder / "recordings").rglob("*")) == []
    recorded(journal, attempt)


def test_a_row_that_is_refused_takes_its_file_along(
    journal: SqliteJournal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the disk fills between the file and its row, neither is there, and the ordinal is free."""
    attempt = begin(journal)
    with monkeypatch.context() as patched:
        patched.setattr(journal, "_insert", full)
        with pytest.raises(DiskFull, match="begin a recording"):
            journal.record(attempt, 0, "?", None)
    assert list((folder / "recordings").rglob("*.wav")) == []
    recorded(journal, attempt)


def full(*_: object) -> None:
    """What SQLite does on a full disk."""
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    raise error


def test_a_file_that_a_crash_left_before_its_row_goes(folder: Path) -> None:
    """An empty recording, and its folder, that no row names go with the next start; audio never goes."""
    with closing(SqliteJournal(folder)) as journal:
        first, second = begin(journal), begin(journal)
        recorded(journal, first)
        begun, foreign = (folder / "recordings" / str(at) / "1.wav" for at in (first, second))
        foreign.parent.mkdir()
        for path in (begun, foreign.with_name("0.wav")):
            WavRecording(path).close()
        with closing(WavRecording(foreign)) as recording:
            recording.write(SECOND)
        assert journal.recover() == ()
        assert {path.relative_to(folder / "recordings").as_posix() for path in folder.rglob("*.wav")} == {
            f"{first}/0.wav",
            f"{second}/1.wav",
        }
        foreign.unlink()
        assert journal.recover() == ()
        assert not foreign.parent.exists()
        assert len(journal.attempts()) == 2


def test_findings_over_all_come_with_the_answer(either: Journal) -> None:
    """An answer and the verdict over all that it leads to are stored together, or neither is."""
    attempt = begin(either)
    either.keep(attempt, ANSWER, ANSWER.assessment)
    assert either.attempt(attempt).combined == ANSWER.assessment
    either.keep(attempt, replace(ANSWER, ordinal=1))
    assert either.attempt(attempt).combined == ANSWER.assessment


def test_what_was_cut_short_stays_unfinished_until_something_newer(either: Journal) -> None:
    """Interrupted answers of the newest attempt with audio are named at every start; others are not."""
    assert either.unfinished() == ()
    attempt = begin(either)
    answer = recorded(either, attempt)
    assert either.unfinished() == ()
    for ending, n_found in ((Ending.INTERRUPTED, 1), (Ending.MICROPHONE_LOST, 1), (Ending.COMMAND, 0)):
        either.keep(attempt, replace(answer, state=AnswerState.INTERRUPTED, ending=ending))
        assert len(either.unfinished()) == n_found
    either.keep(attempt, replace(answer, state=AnswerState.INTERRUPTED, ending=Ending.INTERRUPTED))
    (found,) = either.unfinished()
    assert (found.attempt, found.ordinal, found.audio, found.n_samples) == (
        attempt,
        0,
        answer.audio,
        answer.n_samples,
    )
    begin(either)
    assert either.unfinished() == ()


# ------------------------------------------------------------------------------ forgetting


def traces(folder: Path, phrase: str) -> list[str]:
    """The files under ``folder`` that hold ``phrase``."""
    return [
        path.name for path in folder.rglob("*") if path.is_file() and phrase.encode() in path.read_bytes()
    ]


def test_what_is_forgotten_leaves_no_trace(journal: SqliteJournal, folder: Path) -> None:
    """Text and audio are gone from every file at once, the log included; other attempts stay."""
    phrase = "zylophone quarry"
    kept, forgotten = begin(journal), begin(journal)
    answer = recorded(journal, kept)
    recorded(journal, forgotten)
    journal.keep(forgotten, replace(ANSWER, ordinal=1, transcript=Transcript(phrase * 900, ())))
    journal.conclude(forgotten, replace(ASSESSMENT, follow_up=FollowUp(phrase, "x")))
    (folder / "journal-version-0.db").write_text(f"a copy from before a migration with {phrase}")
    assert traces(folder, phrase)
    journal.forget(forgotten)
    assert traces(folder, phrase) == []
    assert not (folder / "recordings" / str(forgotten)).exists()
    (found,) = journal.attempts()
    assert found.answers == (answer,)
    assert answer.audio is not None
    assert answer.audio.is_file()


@pytest.mark.parametrize("gone", ["file", "attempt's folder", "all recordings"])
def test_an_attempt_whose_files_are_gone_can_be_forgotten(
    journal: SqliteJournal, folder: Path, gone: str
) -> None:
    """Files deleted by hand do not keep the rest from being forgotten."""
    attempt = begin(journal)
    recorded(journal, attempt, 0)
    audio = recorded(journal, attempt, 1).audio
    assert audio is not None
    if gone == "file":
        audio.unlink()
    else:
        shutil.rmtree(audio.parent if gone == "attempt's folder" else folder / "recordings")
    journal.forget(attempt)
    assert journal.attempts() == ()
    assert list(folder.rglob("*.wav")) == []


def test_an_id_is_never_given_twice(either: Journal) -> None:
    """The id of a forgotten attempt names nothing else later."""
    first = begin(either)
    either.forget(first)
    assert begin(either) == first + 1


def test_a_failed_forgetting_can_be_repeated(journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a file cannot be deleted the attempt stays listed, so that nothing is left behind unseen."""
    attempt = begin(journal)
    recorded(journal, attempt)

    def refuse(path: Path, *_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", refuse)
        with pytest.raises(JournalError, match=r"not allowed to delete the recordings at .*recordings"):
            journal.forget(attempt)
    assert [found.id for found in journal.attempts()] == [attempt]
    journal.forget(attempt)
    assert journal.attempts() == ()


def test_a_reader_that_holds_the_log_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another program still reads the old state the text cannot leave the log: forgetting says so."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.05)
    with (
        closing(SqliteJournal(folder)) as journal,
        closing(sqlite3.connect(folder / DATABASE_FILE)) as reader,
    ):
        attempt = begin(journal)
        journal.keep(attempt, ANSWER)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM answers").fetchall()
        with pytest.raises(JournalError, match=r"deleted, but its text stays in .*journal.db-wal until"):
            journal.forget(attempt)
        assert journal.attempts() == ()


def test_recordings_of_a_journal_that_was_moved_away_are_not_touched(folder: Path) -> None:
    """A new database beside old recordings begins behind their numbers."""
    with closing(SqliteJournal(folder)) as old:
        old_audio = recorded(old, begin(old)).audio
    (folder / DATABASE_FILE).rename(folder / "old.db")
    with closing(SqliteJournal(folder)) as new:
        attempt = begin(new)
        assert attempt == 2
        recorded(new, attempt)
        new.forget(attempt)
    assert old_audio is not None
    assert old_audio.is_file()


# ------------------------------------------------------------------------------ runs


def test_whatever_a_run_says_comes_back_exactly(either: Journal) -> None:
    """Every field survives, whatever the questions, role and round are called; it has not ended."""

    @settings(deadline=None, max_examples=60)
    @given(
        st.sampled_from(RunKind),
        tuples(texts),
        st.datetimes(timezones=st.just(UTC)),
        st.none() | texts,
        st.none() | texts,
        st.none() | counts,
    )
    def law(
        kind: RunKind,
        questions: tuple[str, ...],
        started: datetime,
        role: str | None,
        round_: str | None,
        minutes: int | None,
    ) -> None:
        run = either.begin_run(kind, questions, started, role=role, round_=round_, minutes=minutes)
        assert either.run(run) == Run(run, kind, started, None, questions, role, round_, minutes, ())

    law()


def test_a_run_survives_the_end_of_the_program(folder: Path) -> None:
    """What was planned, what was done and whether it ended is known to the next program."""
    with closing(SqliteJournal(folder)) as first:
        run = first.begin_run(RunKind.DRILL, ("a", "b", "a"), NOON, role="perception engineer")
        attempt = first.begin("a", Level.MID, "base.en", NOON, run)
    with closing(SqliteJournal(folder)) as second:
        kept = second.run(run)
        assert (kept.questions, kept.ended, kept.attempts) == (("a", "b", "a"), None, (attempt,))
        second.end_run(run, NOON + timedelta(hours=1))
    with closing(SqliteJournal(folder)) as third:
        assert third.run(run).ended == NOON + timedelta(hours=1)


def test_attempts_belong_to_their_run_alone(either: Journal) -> None:
    """In the order in which they were begun; what was practised between belongs to none."""
    one, two = (either.begin_run(RunKind.RAPID, ("a",), NOON) for _ in range(2))
    made = [either.begin("a", Level.MID, "r", NOON, run) for run in (one, two, None, one)]
    assert either.run(one).attempts == (made[0], made[3])
    assert either.run(two).attempts == (made[1],)
    assert [attempt.id for attempt in either.attempts()] == made[::-1]


def test_runs_come_newest_first_up_to_the_limit(either: Journal) -> None:
    """By their start; of the same start the later one first."""
    started = (NOON, NOON + timedelta(hours=1), NOON)
    ids = [either.begin_run(RunKind.DRILL, (), when) for when in started]
    assert [run.id for run in either.runs()] == [ids[1], ids[2], ids[0]]
    assert [run.id for run in either.runs(limit=1)] == [ids[1]]
    assert either.runs(limit=0) == ()
    with pytest.raises(ValueError, match="limit of -1"):
        either.runs(limit=-1)


def test_a_forgotten_attempt_leaves_its_run(either: Journal) -> None:
    """The run no longer names it; one that has ended goes with its last attempt, an open one stays."""
    ended, still_open = (either.begin_run(RunKind.DRILL, ("a", "b"), NOON) for _ in range(2))
    first, second = (either.begin(name, Level.MID, "r", NOON, ended) for name in "ab")
    third = either.begin("a", Level.MID, "r", NOON, still_open)
    either.end_run(ended, NOON)
    either.forget(first)
    assert either.run(ended).attempts == (second,)
    either.forget(second)
    either.forget(third)
    assert [(run.id, run.attempts) for run in either.runs()] == [(still_open, ())]
    either.end_run(still_open, NOON)
    assert either.begin_run(RunKind.DRILL, (), NOON) == still_open + 1


def test_an_unknown_run_is_named(either: Journal) -> None:
    """Nothing is opened, ended or read of a run that is not there, and the message says what begins one."""
    for act in (
        lambda: either.run(7),
        lambda: either.end_run(7, NOON),
        lambda: either.begin("a", Level.MID, "r", NOON, 7),
    ):
        with pytest.raises(JournalError, match=r"no run 7.*`voiceprep drill`"):
            act()
    assert either.attempts() == ()


def test_a_run_needs_the_hour_in_utc(either: Journal) -> None:
    """A time without zone is refused, another zone is converted."""
    with pytest.raises(ValueError, match="no time zone"):
        either.begin_run(RunKind.DRILL, (), datetime(2026, 5, 4, 12))  # noqa: DTZ001
    run = either.begin_run(RunKind.DRILL, (), NOON.astimezone(timezone(timedelta(hours=5))))
    with pytest.raises(ValueError, match="no time zone"):
        either.end_run(run, datetime(2026, 5, 4, 12))  # noqa: DTZ001
    assert either.run(run).started.utcoffset() == timedelta(0)
    assert either.run(run) == Run(run, RunKind.DRILL, NOON, None, (), None, None, None, ())


# ------------------------------------------------------------------------------ trouble


def refused(folder: Path, match: str) -> None:
    """Opening the journal raises JournalError and changes no byte of the database."""
    path = folder / DATABASE_FILE
    before = path.read_bytes()
    with pytest.raises(JournalError, match=match) as caught:
        SqliteJournal(folder)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before
    assert [name for name in folder.iterdir() if name.suffix not in {".db", ".db-wal", ".db-shm"}] == []


@pytest.mark.parametrize("content", [b"x", b"plain text, no database" * 300, b"\xff\xd8\xff\xe0" * 5_000])
def test_a_file_that_is_no_database_is_left(folder: Path, content: bytes) -> None:
    """Another file of that name is named and kept."""
    folder.mkdir()
    (folder / DATABASE_FILE).write_bytes(content)
    refused(folder, "no voiceprep journal and was left as it is; move it away")


def test_the_database_of_another_program_is_left(folder: Path) -> None:
    """A database without our mark is not ours to write to."""
    folder.mkdir()
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as other:
        other.execute("CREATE TABLE attempts (id INTEGER)")
    refused(folder, "another program")


def test_a_newer_database_is_left(folder: Path) -> None:
    """A journal that a newer version wrote is refused with the command that mends it."""
    with closing(SqliteJournal(folder)) as journal:
        journal._database.execute("PRAGMA user_version = 99")
    refused(folder, r"newer voiceprep \(version 99.*pip install --upgrade voiceprep")


def test_a_damaged_database_is_left(folder: Path) -> None:
    """Garbage within the pages is found at the start, before anything is written on top of it."""
    with closing(SqliteJournal(folder)) as journal:
        for _ in range(30):
            attempt = begin(journal)
            journal.keep(attempt, ANSWER)
    path = folder / DATABASE_FILE
    whole = path.read_bytes()
    for start in (4_096 + 100, len(whole) // 2, len(whole) - 4_096):
        path.write_bytes(whole[:start] + b"\xa5" * 4_000 + whole[start + 4_000 :])
        refused(folder, r"damaged|malformed")
    path.write_bytes(whole[: len(whole) // 2])
    refused(folder, r"damaged|malformed")
    path.write_bytes(whole)
    with closing(SqliteJournal(folder)) as journal:
        assert len(journal.attempts()) == 30


def damage(path: Path) -> None:
    """Overwrite the inside of a database."""
    whole = path.read_bytes()
    path.write_bytes(whole[:5_000] + b"\xa5" * (len(whole) - 5_000))


def grown_old(folder: Path) -> Path:
    """A journal with an attempt of the version before, whose copy lies beside it, and a second one since."""
    old_database(folder, len(MIGRATIONS) - 1)
    with closing(SqliteJournal(folder)) as journal:
        journal.keep(begin(journal), replace(ANSWER, transcript=Transcript("since then", ())))
    return folder / DATABASE_FILE


@pytest.mark.parametrize(
    "harm", [damage, lambda path: path.write_bytes(b"\0" * 20_000)], ids=["inside", "whole"]
)
def test_a_damaged_database_is_replaced_by_its_copy(folder: Path, harm: Callable[[Path], None]) -> None:
    """The refusal names the copy made before a migration and the command that puts it back; nothing goes."""
    path = grown_old(folder)
    harm(path)
    broken = path.read_bytes()
    (folder / "journal.db-wal").write_bytes(b"of the damaged one")
    name = f"journal-version-{len(MIGRATIONS) - 1}.db"
    with pytest.raises(JournalDamaged, match=rf"(?s)left as it is.*voiceprep restore.*{name}"):
        SqliteJournal(folder)
    assert path.read_bytes() == broken
    copy, aside = database.restore(path)
    assert (copy.name, aside.name) == (name, "journal-damaged-1.db")
    assert not (folder / "journal.db-wal").exists(), "it would be applied to the copy"
    assert aside.read_bytes() == broken
    with closing(SqliteJournal(folder)) as journal:
        assert [attempt.id for attempt in journal.attempts()] == [4]
        if sys.platform != "win32":
            assert {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("*.db")} == {0o600}
        journal.forget(4)
    assert [path.name for path in folder.glob("*.db*")] == [DATABASE_FILE]


def test_only_a_damaged_database_is_replaced(folder: Path) -> None:
    """Neither a whole one nor a newer one is, nor one without a copy: each is named and left as it is."""
    path = grown_old(folder)
    with pytest.raises(JournalError, match="is whole: there is nothing to restore"):
        database.restore(path)
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 99")
        with pytest.raises(JournalError, match="newer voiceprep"):
            database.restore(path)
        newer.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    assert not list(folder.glob("journal-damaged-*"))
    for copy in database.backups(path):
        copy.unlink()
    with pytest.raises(JournalError, match="is whole: there is nothing to restore"):
        database.restore(path)
    damage(path)
    with pytest.raises(JournalError, match=r"no copy of .*journal\.db to put back"):
        database.restore(path)
    with pytest.raises(JournalDamaged, match=r"recordings beside it are whole; rescue"):
        SqliteJournal(folder)


@pytest.mark.parametrize(
    ("left", "told"),
    [((), "`voiceprep practice` begins one"), (("copy",), "journal-version-1.db can be moved")],
)
def test_where_there_is_no_journal_nothing_is_restored(
    folder: Path, left: tuple[str, ...], told: str
) -> None:
    """Nothing is said of a file that is not there, but what can be done; and none is made."""
    folder.mkdir()
    path = folder / DATABASE_FILE
    copies = [path.with_name("journal-version-1.db") for _ in left]
    for copy in copies:
        connect(copy).close()
    there = sorted(folder.iterdir())
    with pytest.raises(JournalError, match=f"no journal at .* nothing to restore: .*{told}") as raised:
        database.restore(path)
    assert "left as it is" not in str(raised.value)
    assert sorted(folder.iterdir()) == there


def test_a_row_that_makes_no_sense_is_named(journal: SqliteJournal) -> None:
    """A value nothing here wrote is a JournalError, not a traceback and not a default."""
    attempt = begin(journal)
    journal.keep(attempt, ANSWER)
    for fault in (
        "UPDATE answers SET state = 'dreaming'",
        "UPDATE answers SET state = 'checked', words = '[[1]]'",
        "UPDATE answers SET words = '[]', asides = '[[NaN]]'",
        "UPDATE answers SET asides = '[1.5]'",
        "UPDATE answers SET asides = '[[1.5], [2.5]]'",
        "UPDATE answers SET asides = '[[\"now\"]]'",
        "UPDATE answers SET asides = '[[true]]'",
        "UPDATE answers SET asides = 1.5",
        "UPDATE answers SET asides = NULL, marks = '[]'",
        "UPDATE answers SET marks = NULL, words = 'no json'",
        "UPDATE answers SET words = NULL, text = NULL, repairs = '[1]'",
        "UPDATE answers SET repairs = '[0, 1, \"x\", 1]'",
        "UPDATE answers SET repairs = NULL, words = 'no json', text = ''",
        "UPDATE attempts SET started = 'yesterday'",
        "UPDATE attempts SET started = '2026-05-04T12:00:00'",
    ):
        journal._database.execute(fault)
        with pytest.raises(JournalError, match=r"journal\.db holds a row that makes no sense"):
            journal.attempts()
    with pytest.raises(JournalError, match="makes no sense"):
        journal.reviews()
    run = journal.begin_run(RunKind.DRILL, ("a",), NOON)
    for fault in (
        "UPDATE runs SET kind = 'walk'",
        "UPDATE runs SET kind = 'drill', started = 'yesterday'",
        "UPDATE runs SET started = '2026-05-04T12:00:00+00:00', questions = '\"abc\"'",
        "UPDATE runs SET questions = '[1]'",
        "UPDATE runs SET questions = 'no json'",
        "UPDATE runs SET questions = '[]', ended = 'never'",
        "UPDATE runs SET ended = NULL, minutes = 'many'",
    ):
        journal._database.execute(fault)
        for read in (journal.runs, lambda: journal.run(run)):
            with pytest.raises(JournalError, match=r"journal\.db holds a row that makes no sense"):
                read()


def test_a_folder_in_the_place_of_the_database_is_named(folder: Path) -> None:
    """What cannot be opened as a file is a JournalError with its path."""
    (folder / DATABASE_FILE).mkdir(parents=True)
    with pytest.raises(JournalError, match=r"open the journal at .*journal\.db"):
        SqliteJournal(folder)


def test_a_file_in_the_place_of_the_folder_is_named(folder: Path) -> None:
    """So is a home that is a file."""
    folder.touch()
    with pytest.raises(JournalError, match=r"create the folder at .*home"):
        SqliteJournal(folder)


def test_a_full_disk_keeps_what_was_stored(journal: SqliteJournal) -> None:
    """DiskFull says what to do, nothing of the answer is stored, and there is a way on when room is made."""
    attempt = begin(journal)
    journal.keep(attempt, ANSWER)
    n_pages = journal._database.execute("PRAGMA page_count").fetchone()[0]
    journal._database.execute(f"PRAGMA max_page_count = {n_pages}")
    long = replace(ANSWER, ordinal=1, transcript=Transcript("word " * 20_000, ()))
    with pytest.raises(
        DiskFull, match=r"no room left to store the answer in .*journal\.db.*voiceprep forget"
    ):
        journal.keep(attempt, long)
    assert journal.attempts()[0].answers == (ANSWER,)
    journal._database.execute("PRAGMA max_page_count = 100000")
    journal.keep(attempt, long)
    assert journal.attempts()[0].answers == (ANSWER, long)


def test_a_read_only_database_is_named(journal: SqliteJournal) -> None:
    """Where nothing can be written the message says so and how to go on; reading still works."""
    journal._database.execute("PRAGMA query_only = ON")
    with pytest.raises(
        JournalError, match=r"begin an attempt in .*journal\.db.*writable for you.*VOICEPREP_HOME"
    ):
        begin(journal)
    assert journal.attempts() == ()


def test_a_busy_database_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that does not end within the timeout is a JournalError that says what to close."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.05)
    with (
        closing(SqliteJournal(folder)) as journal,
        closing(sqlite3.connect(folder / DATABASE_FILE)) as writer,
    ):
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalError, match=r"locked.*another voiceprep is writing to it; close that one"):
            begin(journal)
        assert journal.attempts() == ()
        writer.execute("ROLLBACK")
        assert begin(journal) == 1


# ------------------------------------------------------------------------------ migrating

NEXT = (*MIGRATIONS, ("ALTER TABLE attempts ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'",))

# One attempt as each version wrote it. A released sample never changes.
VERSION_1 = """
    INSERT INTO attempts VALUES (4, 'nms-purpose', 'mid', '2026-05-04T12:00:00.000000+00:00', 'base.en');
    INSERT INTO answers VALUES (4, 0, 'What is NMS for?', NULL, 'checked', 'silence', 'they kind',
        '[["they",0,4,0.1,0.3,0.9],["kind",5,9,null,null,null]]', NULL, 24000, 1, 2.5, 0.01, NULL);
    INSERT INTO assessments VALUES
        (1, 4, 0, 'nms-purpose', 'partial', 2, 1, 1.5, 80, 0.25, 'And the threshold?', 'threshold');
    INSERT INTO findings VALUES
        (1, 'element', 0, 'duplicates', 'said', 0.5, NULL, 'removes duplicates', '[[0,4,"they",0.1,0.3]]'),
        (1, 'element', 1, 'threshold', 'missing', 0.0, NULL, 'an overlap threshold', '[]'),
        (1, 'move', 0, 'reason', 'missing', NULL, 1, NULL, '[]'),
        (1, 'vague', 0, 'hedge', NULL, NULL, NULL, 'no number follows', '[[5,9,"kind",null,null]]'),
        (1, 'pitfall', 0, 'trains', NULL, NULL, NULL, 'it runs after training', '[[0,4,"they",null,null]]');
    """

# Answers have marks.
VERSION_2 = VERSION_1.replace("2.5, 0.01, NULL);", "2.5, 0.01, NULL, NULL);")

# Attempts may belong to a run.
VERSION_3 = """
    INSERT INTO runs VALUES
        (2, 'drill', '2026-05-04T11:00:00.000000+00:00', NULL, '["nms-purpose"]', NULL, NULL, 20);
    """ + VERSION_2.replace("'base.en');", "'base.en', 2);")

VERSION_4 = VERSION_3.replace("'base.en', 2);", """'base.en', 2, '[["current awareness",0]]');""")
# Answers may be tries at saying a vague sentence again.
VERSION_5 = VERSION_4.replace("2.5, 0.01, NULL, NULL);", "2.5, 0.01, NULL, NULL, NULL);")

# Recordings come from files, and attempts have earlier readings.
READINGS = """
    INSERT INTO sources VALUES (4, 'ab12');
    INSERT INTO readings VALUES (4, 0, '2026-05-05T12:00:00.000000+00:00', '{"recogniser":"tiny.en",
        "answers":[{"attempt":4,"ordinal":0,"asked":"What is NMS for?","probes":null,"state":"checked",
        "ending":"silence","text":"day","words":"[]","audio":null,"n_samples":24000,"n_overflows":1,
        "last_speech_to_finished_s":null,"finished_to_flags_s":null,"recogniser_busy_s":null}],
        "assessments":[],"findings":[]}');
    """
VERSION_6 = f"{VERSION_5}{READINGS}"

# Answers know when their speaker turned to the program.
VERSION_7 = VERSION_6.replace("2.5, 0.01, NULL, NULL, NULL);", "2.5, 0.01, NULL, NULL, NULL, '[[0.75]]');")

# A loop whose rounds are as long as usual has no length of its own.
VERSION_8 = VERSION_7

SAMPLES = (VERSION_1, VERSION_2, VERSION_3, VERSION_4, VERSION_5, VERSION_6, VERSION_7, VERSION_8)


def old_database(folder: Path, version: int) -> None:
    """A journal as ``version`` left it, with that version's sample."""
    folder.mkdir()
    with closing(connect(folder / DATABASE_FILE, MIGRATIONS[:version])) as made:
        made.executescript(SAMPLES[version - 1])


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
def test_every_old_version_is_read(folder: Path, version: int) -> None:
    """A journal of any released version opens with all it held; a new version brings its sample here."""
    old_database(folder, version)
    with closing(SqliteJournal(folder)) as journal:
        again = NOON + timedelta(days=1) if version >= 6 else None
        answer = asked_for_something_at(0.75) if version >= 7 else ANSWER
        expected = Attempt(4, "nms-purpose", Level.MID, NOON, "base.en", (answer,), None, again)
        assert journal.attempts() == (expected,)
        assert [run.attempts for run in journal.runs()] == ([(4,)] if version >= 3 else [])
        noted = ((Signal.CURRENT_AWARENESS, False),) if version >= 4 else None
        assert [one.signals for one in journal.standings()] == [noted]
        said = journal.original(4).answers[0].transcript
        assert said == (Transcript("day", ()) if version >= 6 else ANSWER.transcript)
        assert begin(journal) == 5


def asked_for_something_at(seconds: float) -> Answer:
    assert ANSWER.transcript is not None
    return replace(ANSWER, transcript=replace(ANSWER.transcript, asides_s=(seconds,)))


def test_of_old_loops_only_those_of_the_usual_length_lose_it(folder: Path) -> None:
    """So that each round of them is as long as it would have been."""
    old_database(folder, 7)
    kept = (("mock", "a+b", 270), ("mock", "a+b", 100), ("mock", "coding", 270), ("drill", None, 270))
    with closing(connect(folder / DATABASE_FILE, MIGRATIONS[:7])) as old:
        for kind, round_, minutes in kept:
            old.execute(
                "INSERT INTO runs (kind, started, questions, round, minutes) VALUES (?, ?, '[]', ?, ?)",
                (kind, NOON.isoformat(), round_, minutes),
            )
    with closing(SqliteJournal(folder)) as journal:
        made = sorted(journal.runs(), key=lambda run: run.id)[1:]
    assert [(run.kind, run.round, run.minutes) for run in made] == [("mock", "a+b", None), *kept[1:]]


def test_a_fresh_database_carries_our_mark_and_version(folder: Path) -> None:
    """The file says whose it is and how new."""
    with closing(SqliteJournal(folder)) as journal:
        assert journal._database.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
        assert journal._database.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)


def test_a_migration_keeps_rows_and_makes_a_copy_first(folder: Path) -> None:
    """The step is applied to what was there, and the version before it lies beside, whole and private."""
    old_database(folder, len(MIGRATIONS))
    path = folder / DATABASE_FILE
    with closing(connect(path, NEXT)) as migrated:
        assert migrated.execute("SELECT id, mood FROM attempts").fetchall() == [(4, "calm")]
    (copy,) = database.backups(path)
    assert copy.name == f"journal-version-{len(MIGRATIONS)}.db"
    with closing(connect(copy)) as before:
        assert before.execute("SELECT count(*) FROM findings").fetchone() == (5,)
    if sys.platform != "win32":
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "fault",
    [
        "CREATE TABLE attempts (id)",
        "INSERT INTO findings VALUES (77, 'move', 0, 'x', NULL, NULL, NULL, NULL, '[]')",
    ],
    ids=["wrong SQL", "orphan"],
)
def test_a_migration_that_fails_changes_nothing(folder: Path, fault: str) -> None:
    """A step happens whole or not at all, also where its rows would point nowhere."""
    old_database(folder, len(MIGRATIONS))
    with pytest.raises(JournalError, match=str(folder / DATABASE_FILE)):
        connect(folder / DATABASE_FILE, (*MIGRATIONS, ("DROP INDEX attempts_by_question", fault)))
    with closing(SqliteJournal(folder)) as journal:
        assert [attempt.id for attempt in journal.attempts()] == [4]
        names = {row[0] for row in journal._database.execute("SELECT name FROM sqlite_master")}
        assert "attempts_by_question" in names


def test_two_windows_migrate_once(folder: Path) -> None:
    """The window that comes second finds the work done."""
    old_database(folder, len(MIGRATIONS))
    path = folder / DATABASE_FILE
    with closing(connect(path, NEXT)) as one, closing(connect(path, NEXT)) as two:
        assert (
            one.execute("SELECT mood FROM attempts").fetchall()
            == two.execute("SELECT mood FROM attempts").fetchall()
        )


def test_a_backup_that_cannot_be_made_stops_the_migration(folder: Path) -> None:
    """No copy, no step: the old database stays as it is."""
    old_database(folder, len(MIGRATIONS))
    path = folder / DATABASE_FILE
    (folder / f"journal-version-{len(MIGRATIONS)}.part").mkdir()
    with pytest.raises(JournalError, match="back up the journal"):
        connect(path, NEXT)
    with closing(SqliteJournal(folder)) as journal:
        assert len(journal.attempts()) == 1
