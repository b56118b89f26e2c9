"""``replay``, ``report``, ``export``: earlier answers, read and heard again."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from voiceprep.cli import assemble
from voiceprep.cli.assemble import Chosen
from voiceprep.cli.render import (
    Page,
    change_lines,
    gap_lines,
    plain,
    replay_lines,
    sentence_lines,
)
from voiceprep.cli.screen import Screen, page_for
from voiceprep.engines.home import Written, home, note_report
from voiceprep.engines.keys import TerminalKeys
from voiceprep.errors import AudioFileError, JournalError, UsageError
from voiceprep.model import RATE_HZ, Attempt, Bank, Question, Run, RunKind
from voiceprep.ports import Controls, Journal
from voiceprep.replay.told import clock

if TYPE_CHECKING:
    from voiceprep.engines.loudspeaker import Player, Sound
    from voiceprep.replay import page as pages
    from voiceprep.replay.marks import Replay, Sentence
    from voiceprep.replay.page import Chapter
    from voiceprep.replay.walk import Place

KEY_POLL_S = 0.03

MARGIN_S = 0.15
"""Played before and after a sentence: recognisers set the edges of words a little too tight."""


def stretch(audio: Path, span_s: tuple[float, float]) -> Sound:
    """A stretch of a recording between two seconds, with a small margin. Raises AudioFileError."""
    from voiceprep.engines.loudspeaker import Sound
    from voiceprep.engines.recording import read_samples

    begin_s, end_s = span_s
    samples = read_samples(audio)
    begin = max(0, round((begin_s - MARGIN_S) * RATE_HZ))
    return Sound(samples[begin : round((end_s + MARGIN_S) * RATE_HZ)], RATE_HZ)


def play_stretch(player: Player | None, keys: Controls, audio: Path, span_s: tuple[float, float]) -> None:
    """Play a stretch of a recording; any key stops it. Without a loudspeaker its place is named."""
    if player is None:
        at = f"{clock(span_s[0])} to {clock(span_s[1])}"
        typer.echo(f"There is no loudspeaker here. It is {at} of:\n  {plain(str(audio))}", err=True)
        return
    pressed: list[str] = []

    def stopped() -> bool:
        if (key := keys.poll()) is not None:
            pressed.append(key)
        return bool(pressed)

    player.play(stretch(audio, span_s), stopped)


def next_key(keys: Controls, sleep_s: Callable[[float], None] = time.sleep) -> str:
    """Wait for a key."""
    while (key := keys.poll()) is None:
        sleep_s(KEY_POLL_S)
    return key


def replay(
    attempt: Annotated[
        int | None, typer.Argument(help="Which attempt (voiceprep history); the latest if left out.")
    ] = None,
    recheck: Annotated[
        bool,
        typer.Option("--recheck", help="Check again with today's checks and show both; nothing is lost."),
    ] = False,
    original: Annotated[
        bool,
        typer.Option("--original", help="As read on the day, before voiceprep reread."),
    ] = False,
    loudspeaker: Annotated[str | None, typer.Option(help="Loudspeaker: number or part of its name.")] = None,
) -> None:
    """Go through an earlier answer: its words with every finding marked in place, and its sound.

    In a terminal, keys move by sentence or finding, the space bar plays what you stand at, c compares
    with your previous attempt at the question and with the sample answer. Without a terminal all of it
    is printed.
    """
    from voiceprep.replay import compare, marks

    page, screen = page_for(sys.stdout), Screen()
    with ExitStack() as stack:
        journal = assemble.open_journal(screen, stack)
        kept = chosen_attempt(journal, attempt, original=original)
        bank = assemble.load_bank()
        question = next((one for one in bank.questions if one.id == kept.question), None)
        earlier = previous(journal, kept)
        now = kept
        if recheck:
            if question is None:
                raise UsageError(
                    f"the question {kept.question} is no longer in the bank, so it cannot be checked again; "
                    f"see what was found then: voiceprep replay {kept.id}"
                )
            now = compare.rechecked(kept, question, bank)
        shown = marks.replay(now, question, bank)
        lines = replay_lines(shown, page)
        if recheck:
            lines += ["", *recheck_lines(kept, now, page)]
        typer.echo("\n".join(lines))
        compared = compare_lines(shown, earlier, question, bank, page)
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            typer.echo("\n".join(["", *compared]))
            return
        player = assemble.loudspeaker(assemble.merged(Chosen(loudspeaker=loudspeaker)))
        with TerminalKeys() as keys:
            Walker(shown, page, keys, player, compared).run()


MAX_EARLIER = 4
"""Earlier attempts that a page shows beside one; more columns are not taken in."""


def report(
    attempt: Annotated[
        int | None, typer.Argument(help="Which attempt (voiceprep history); the latest if left out.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="All attempts from this day on instead.")
    ] = None,
    mock: Annotated[
        int | None, typer.Option(help="A whole mock interview instead (voiceprep mock names its number).")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="The file to write; voiceprep-ATTEMPT.html here if left out.")
    ] = None,
    show: Annotated[bool, typer.Option("--open", help="Open it in your browser.")] = False,
    original: Annotated[
        bool,
        typer.Option("--original", help="As read on the day, before voiceprep reread."),
    ] = False,
) -> None:
    """Write an answer with its sound and every finding into one HTML file that needs nothing else.

    The file holds your voice: it is yours to keep, send or delete; voiceprep forget names it and leaves it.
    """
    from voiceprep import mock as mocks
    from voiceprep import profile as profiles
    from voiceprep import resources
    from voiceprep.replay import page as pages
    from voiceprep.replay.document import Look

    if sum(given is not None for given in (attempt, since, mock)) > 1:
        raise UsageError("ATTEMPT, --since and --mock each say what the report is about; use one")
    overview = None
    with ExitStack() as stack:
        journal = assemble.open_journal(Screen(), stack)
        if mock is not None:
            run = _mock(journal, mock)
            chosen = [journal.attempt(one) for one in run.attempts]
            name = f"voiceprep-mock-{run.id}.html"
        elif since is None:
            chosen = [chosen_attempt(journal, attempt, original=original)]
            name = f"voiceprep-{chosen[0].id}.html"
        else:
            begin = since.astimezone()  # a day of the user's own calendar
            read = journal.original if original else journal.attempt
            chosen = [read(one.attempt) for one in journal.reviews() if one.started >= begin]
            name = f"voiceprep-since-{since:%Y-%m-%d}.html"
        if not chosen:
            raise JournalError(f"nothing was answered since {since:%Y-%m-%d}; see: voiceprep history")
        bank = assemble.load_bank()
        if mock is None:
            chapters = [_chapter(kept, journal, bank) for kept in chosen]
        else:
            chapters = [_alone(kept, bank) for kept in chosen]
            signals = profiles.profile(profiles.of(chosen, bank), bank)
            overview = pages.Overview(run, mocks.summary(chosen), signals)
    look = Look(
        resources.PAGE_STYLE.read_text(encoding="utf-8"), resources.PAGE_SCRIPT.read_text(encoding="utf-8")
    )
    path = (output or Path(name)).absolute()
    write_file(path, pages.page(chapters, look, overview).encode(), "--output")
    shown = {kept.id for kept in (*chosen, *(earlier for one in chapters for earlier in one.earlier))}
    note_report(home(), Written(path, tuple(sorted(shown))))
    typer.echo(plain(str(path)))
    if show and typer.launch(path.as_uri()) != 0:
        typer.echo("voiceprep: no browser could be opened; open the file yourself", err=True)


def _mock(journal: Journal, mock: int) -> Run:
    """The mock interview of that number, of which something is kept. Raises JournalError, naming all."""
    from voiceprep.mock import mock_name

    mocks = {run.id: run for run in journal.runs() if run.kind is RunKind.MOCK and run.attempts}
    if mock in mocks:
        return mocks[mock]
    known = [f"{run.id} ({mock_name(run)})" for run in mocks.values()]
    there_are = f"there are {', '.join(known)}" if known else "hold one: voiceprep mock"
    raise JournalError(f"there is no mock interview {mock}; {there_are}")


def _alone(kept: Attempt, bank: Bank) -> Chapter:
    from voiceprep.replay import marks
    from voiceprep.replay.page import Chapter

    question = next((one for one in bank.questions if one.id == kept.question), None)
    sounds = tuple(_sound(answer.audio) for answer in kept.answers)
    return Chapter(marks.replay(kept, question, bank), sounds, ())


def _chapter(kept: Attempt, journal: Journal, bank: Bank) -> Chapter:
    before = [
        review.attempt
        for review in journal.reviews()
        if (review.started, review.attempt) < (kept.started, kept.id)
        and review.question == kept.question
        and review.verdict is not None
    ]
    earlier = tuple(journal.attempt(one) for one in reversed(before[:MAX_EARLIER]))
    return replace(_alone(kept, bank), earlier=earlier)


def _sound(audio: Path | None) -> pages.Sound | None:
    from voiceprep.engines import compress
    from voiceprep.engines.recording import read_samples
    from voiceprep.replay.page import N_PEAKS, Sound

    if audio is None:
        return None
    try:
        samples = read_samples(audio)
    except AudioFileError as exc:
        # The words and findings are worth showing all the same.
        typer.echo(f"voiceprep: without sound: {plain(str(exc))}", err=True)
        return None
    if not len(samples):
        return None
    return Sound(
        compress.opus(samples), compress.MIME, compress.peaks(samples, N_PEAKS), len(samples) / RATE_HZ
    )


def write_file(path: Path, data: bytes, option: str) -> None:
    """Write the file whole or not at all, readable by its owner alone. Raises UsageError."""
    with writing(path, option) as file:
        file.write(data)


@contextmanager
def writing(path: Path, option: str) -> Iterator[BinaryIO]:
    """A file that appears at ``path`` when it is whole, readable by its owner alone. Raises UsageError."""
    try:
        handle, part = tempfile.mkstemp(prefix=".voiceprep-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
            Path(part).replace(path)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
    except OSError as exc:
        raise UsageError(
            f"{path} cannot be written: {exc.strerror}; choose another file with {option}"
        ) from exc


class Form(StrEnum):
    """What an attempt is exported as."""

    MARKDOWN = "markdown"
    JSON = "json"
    CSV = "csv"
    SRT = "srt"
    VTT = "vtt"
    WAV = "wav"
    FLAC = "flac"
    ANKI = "anki"


OF_ONE_ANSWER = {
    Form.SRT: "the subtitles",
    Form.VTT: "the subtitles",
    Form.WAV: "the recording",
    Form.FLAC: "the recording",
}
"""Forms that hold a single answer, and what of it."""


def export(
    attempts: Annotated[
        list[int] | None, typer.Argument(help="Which attempts (voiceprep history); the latest if left out.")
    ] = None,
    form: Annotated[
        Form, typer.Option("--format", help="The form; subtitles and recordings are of one answer.")
    ] = Form.MARKDOWN,
    answer: Annotated[
        int, typer.Option(min=0, help="For subtitles and recordings: 0 the answer, 1 the follow-up's.")
    ] = 0,
    every: Annotated[bool, typer.Option("--all", help="All attempts.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(help="Write to this file; a recording goes to voiceprep-ATTEMPT.wav if left out."),
    ] = None,
) -> None:
    """Write attempts as Markdown, JSON (one object a line), CSV, subtitles, a recording or an Anki deck.

    An Anki deck has a card for each element that your latest of these attempts at a question left out: the
    question on the front; what it needed, and the sample answer's sentence, on the back. Import it in Anki by
    File > Import.
    """
    if attempts and every:
        raise UsageError("name the attempts to export, or use --all, not both")
    with ExitStack() as stack:
        journal = assemble.open_journal(Screen(), stack)
        named: list[int | None] = [*attempts] if attempts else [None]
        # Of no attempts at all the latest is missed.
        kept = list(journal.attempts()) if every else []
        kept = kept or [chosen_attempt(journal, one) for one in named]
    if form in OF_ONE_ANSWER and len(kept) != 1:
        raise UsageError(f"{form} holds {OF_ONE_ANSWER[form]} of one answer; name one attempt")
    if form in (Form.WAV, Form.FLAC):
        number = f"-{answer}" if answer else ""
        path = (output or Path(f"voiceprep-{kept[0].id}{number}.{form}")).absolute()
        _write_recording(kept[0], answer, path, form)
    else:
        text = plain(_exported(kept, form, answer))
        if output is None:
            typer.echo(text, nl=False)
            return
        path = output.absolute()
        write_file(path, text.encode(), "--output")
    note_report(home(), Written(path, tuple(sorted(one.id for one in kept))))
    typer.echo(plain(str(path)))


def _exported(kept: list[Attempt], form: Form, answer: int) -> str:
    from voiceprep.replay import export as exports
    from voiceprep.replay import marks

    if form is Form.JSON:
        return "".join(json.dumps(exports.to_object(one)) + "\n" for one in kept)
    if form is Form.CSV:
        return exports.table(kept)
    bank = assemble.load_bank()
    if form is Form.ANKI:
        text = exports.deck(kept, bank)
        if not text:
            raise JournalError("nothing is missing in these attempts, so there are no cards; try --all")
        return text
    known = {question.id: question for question in bank.questions}
    shown = [marks.replay(one, known.get(one.question), bank) for one in kept]
    if form is Form.MARKDOWN:
        return "\n".join(exports.markdown(one) for one in shown)
    return _subtitles(shown[0], answer, form)


def _write_recording(kept: Attempt, ordinal: int, path: Path, form: Form) -> None:
    from voiceprep.engines import compress
    from voiceprep.engines.audiofile import inspect_audio, read_audio

    audio = next((one.audio for one in kept.answers if one.ordinal == ordinal), None)
    if audio is None:
        raise JournalError(
            f"attempt {kept.id} has no recording of answer {ordinal}; see: voiceprep replay {kept.id}"
        )
    inspect_audio(audio)  # one that is gone or cut short is named before anything is written
    with writing(path, "--output") as file:
        if form is Form.FLAC:
            compress.flac(read_audio(audio), file)
        else:
            with audio.open("rb") as recording:
                shutil.copyfileobj(recording, file)


def _subtitles(shown: Replay, ordinal: int, form: Form) -> str:
    from voiceprep.replay import export as exports

    marked = next((one for one in shown.answers if one.answer.ordinal == ordinal), None)
    if marked is None or not any(sentence.t0_s is not None for sentence in marked.sentences):
        raise JournalError(
            f"attempt {shown.attempt.id} has no answer {ordinal} with times, so there are no subtitles; see: "
            f"voiceprep replay {shown.attempt.id}"
        )
    return exports.srt(marked) if form is Form.SRT else exports.vtt(marked)


def chosen_attempt(journal: Journal, attempt: int | None, *, original: bool = False) -> Attempt:
    """The attempt of that id, the latest for None, as read last or on the day.

    Raises JournalError where there is none.
    """
    read = journal.original if original else journal.attempt
    reviews = journal.reviews()
    if attempt is not None:
        if attempt not in {review.attempt for review in reviews}:
            raise JournalError(f"there is no attempt {attempt}; see them all with: voiceprep history")
        return read(attempt)
    if not reviews:
        raise JournalError("nothing has been answered yet; begin with: voiceprep practice")
    return read(reviews[0].attempt)


def previous(journal: Journal, attempt: Attempt) -> Attempt | None:
    """The latest attempt at the same question before ``attempt`` that has findings."""
    for review in journal.reviews():
        earlier = (review.started, review.attempt) < (attempt.started, attempt.id)
        if earlier and review.question == attempt.question and review.verdict is not None:
            return journal.attempt(review.attempt)
    return None


def recheck_lines(before: Attempt, after: Attempt, page: Page) -> list[str]:
    """What today's checks find otherwise than those of the day; the journal keeps what it has."""
    from voiceprep.replay import compare

    was, now = compare.judged(before), compare.judged(after)
    if was is None or now is None:
        return page.paragraph("Checked again: there is nothing to compare, no findings were kept.")
    lines = [page.bold(f"Checked again: then {was.verdict}, today {now.verdict} (the findings above)")]
    lines += change_lines(compare.rows((was, now)), ("the findings of the day", "today's findings"), page)
    lines += page.paragraph(f"Vague spots: then {len(was.vague)}, today {len(now.vague)}.", "  ")
    return [*lines, *page.paragraph("The journal keeps the findings of the day.", "  ")]


def compare_lines(
    shown: Replay, earlier: Attempt | None, question: Question | None, bank: Bank, page: Page
) -> list[str]:
    """The attempt beside the previous one at its question, and beside the sample answer."""
    from voiceprep.replay import compare

    now = shown.judged
    if now is None:
        return ["Nothing was checked here, so there is nothing to compare."]
    lines: list[str] = []
    was = compare.judged(earlier) if earlier is not None else None
    if earlier is not None and was is not None:
        lines += [page.bold(f"Beside attempt {earlier.id}: {was.verdict} then, {now.verdict} in this one")]
        lines += change_lines(compare.rows((was, now)), (f"attempt {earlier.id}", "this one"), page)
    else:
        lines += ["This is the first attempt at this question that was checked."]
    if question is not None:
        best = compare.sample(question, shown.attempt, bank)
        lines += ["", page.bold("Beside the sample answer")]
        lines += change_lines(compare.rows((best, now)), ("the sample answer", "this one"), page)
        lines += [
            "",
            page.bold("The sample answer"),
            *page.paragraph(" ".join(question.strong.split()), "  "),
        ]
    return lines


@dataclass
class Walker:
    """The interactive part: shows where one stands, plays it, compares."""

    shown: Replay
    page: Page
    keys: Controls
    player: Player | None
    compared: list[str]
    sleep_s: Callable[[float], None] = time.sleep

    def run(self) -> None:
        """Follow keys until q."""
        from voiceprep.replay import walk

        place = walk.Place()
        self._menu()
        while (key := self._key()) != "q":
            if key == "c":
                typer.echo("\n".join(["", *self.compared]))
            elif key == "space":
                self._play(walk.sentence_at(place, self.shown))
            elif key in walk.KEYS or key == "enter":
                moved = walk.step(place, key, self.shown)
                if moved == place:
                    typer.echo("(no further)", err=True)
                else:
                    place = moved
                    self._show(place, by_finding=key in ("f", "d"))
            else:
                self._menu()

    def _key(self) -> str:
        return next_key(self.keys, self.sleep_s)

    def _menu(self) -> None:
        from voiceprep.replay import walk

        text = "   ".join(f"{key}: {meaning}" for key, meaning in walk.KEYS.items())
        typer.echo("\n".join(["", *self.page.paragraph(text)]), err=True)

    def _show(self, place: Place, *, by_finding: bool) -> None:
        from voiceprep.replay import walk
        from voiceprep.replay.marks import Gap

        lines = [""]
        finding = walk.stops(self.shown)[place.stop].finding if by_finding else None
        if isinstance(finding, Gap):
            lines += gap_lines(finding, self.page)
        elif finding is not None:
            lines += [f"  finding {place.stop + 1} of {len(walk.stops(self.shown))}"]
        sentence = walk.sentence_at(place, self.shown)
        if sentence is not None:
            lines += sentence_lines(sentence, self.shown, self.page)
        typer.echo("\n".join(lines))

    def _play(self, sentence: Sentence | None) -> None:
        if sentence is None:
            typer.echo("(j goes to the first sentence)", err=True)
            return
        audio = next(one.answer.audio for one in self.shown.answers if sentence in one.sentences)
        if audio is None or sentence.t0_s is None or sentence.t1_s is None:
            typer.echo("Nothing to play: this answer was typed.", err=True)
            return
        play_stretch(self.player, self.keys, audio, (sentence.t0_s, sentence.t1_s))
