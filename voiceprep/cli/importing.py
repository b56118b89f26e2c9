"""``import`` and ``reread``: recordings made elsewhere, and earlier ones heard again."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voiceprep.cli import assemble
from voiceprep.cli.render import assessment_lines, attempt_heading, change_lines, plain
from voiceprep.cli.replaying import chosen_attempt
from voiceprep.cli.screen import Screen, page_for, understands_cursor
from voiceprep.errors import AudioFileError, DiskFull, Interrupted, UsageError, VoiceprepError
from voiceprep.events import LevelMeasured
from voiceprep.model import RATE_HZ, Answer, AnswerState, Attempt, Bank, Level, Question
from voiceprep.ports import Journal

if TYPE_CHECKING:
    from voiceprep.events import Event
    from voiceprep.hearing import Heard
    from voiceprep.rehearing import Listener

SUFFIXES = frozenset({
    ".3gp", ".aac", ".ac3", ".aif", ".aifc", ".aiff", ".amr", ".au", ".caf", ".flac", ".m4a", ".m4b", ".m4v",
    ".mka", ".mkv", ".mov", ".mp2", ".mp3", ".mp4", ".oga", ".ogg", ".opus", ".w64", ".wav", ".wave", ".weba",
    ".webm", ".wma", ".wv",
})  # fmt: skip
"""Endings of the files that are taken from a folder; a file that is named itself may end as it likes."""

COPY_SAMPLES = 60 * RATE_HZ
"""Samples of a file copied at a time (4 MB): each write is synced, and that costs more than decoding."""

UNKNOWN_S = 60.0
"""What a recording counts for in the progress bar whose file does not tell how long it is."""


ENOUGH = 0.9
"""Share of the promised length that raises no doubt: MP3 files without an index only guess theirs."""


def import_recordings(
    recordings: Annotated[
        list[Path],
        typer.Argument(metavar="FILE|FOLDER...", help="Recordings of any kind, or folders."),
    ],
    question: Annotated[
        str | None, typer.Option(help="The question they answer; by the file's name if left out.")
    ] = None,
    level: Annotated[Level | None, typer.Option(help="Demand another level than the question's own.")] = None,
    model: Annotated[str | None, typer.Option(help="Speech model: a name or a folder.")] = None,
) -> None:
    """Take recordings made elsewhere in as attempts: transcribed, checked, and replayed like any other.

    The question is --question, else what the file's name begins with: nms-purpose.m4a, nms-purpose-2.wav,
    "nms-purpose take 3.mp3". A recording that is here already is left out, so that the same command goes on
    after Ctrl-C. The file itself is only read.
    """
    from voiceprep import bank as banks

    bank = assemble.load_bank()
    wanted = None if question is None else banks.find(bank, question)
    with ExitStack() as stack:
        journal = assemble.open_journal(Screen(), stack)
        report = _Report(journal, bank)
        files: list[Path] = []
        for given in recordings:
            with report.attending(str(given)):
                files += _files(given)
        due: list[_Due] = []
        for path in files:
            with report.attending(str(path)):
                found = _due(path, wanted, level, report)
                due += [] if found is None else [found]
        if due:
            listener = _listener(model, stack)
            report.begin_bar([one.weight_s for one in due], stack)
            for one in due:
                with report.attending(str(one.path), one.weight_s):
                    _import(one, listener, report)
    if report.shown:
        typer.echo(f"Replay one with: voiceprep replay {report.shown[-1]}", err=True)
    report.finish("imported")


def reread(
    attempts: Annotated[
        list[int] | None, typer.Argument(help="Which attempts (voiceprep history); the latest if left out.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="All attempts; what this model has heard is only checked again.")
    ] = False,
    model: Annotated[
        str | None, typer.Option(help="Speech model, perhaps a larger one: a name or a folder.")
    ] = None,
) -> None:
    """Hear the recordings of attempts again: transcribe them anew and check them by today's checks.

    Also finishes an answer that a crash or Ctrl-C cut short. What was read before is kept: voiceprep replay
    ATTEMPT --original shows what was read on the day.
    """
    if attempts and every:
        raise UsageError("name the attempts to read again, or use --all, not both")
    with ExitStack() as stack:
        journal = assemble.open_journal(Screen(), stack)
        named: list[int | None] = [*dict.fromkeys(attempts)] if attempts else [None]
        # Of no attempts at all the latest is missed.
        kept = list(journal.attempts()) if every else []
        kept = kept or [chosen_attempt(journal, one) for one in named]
        report = _Report(journal, assemble.load_bank())
        listener = _listener(model, stack)
        seconds = [_audio_s(one) if _is_due(one, listener, every=every) else 0.0 for one in kept]
        report.begin_bar(seconds, stack)
        for one, its_s in zip(kept, seconds, strict=True):
            with report.attending(f"attempt {one.id}", its_s):
                _reread(one, listener, report, hear=bool(its_s), alone=len(kept) == 1)
    report.finish("read again")


# ------------------------------------------------------------------------------ one recording


@dataclass(frozen=True, slots=True)
class _Due:
    """A recording that is to be imported; ``attempt`` is there where an earlier run has copied it."""

    path: Path
    question: Question
    level: Level
    started: datetime
    is_tagged: bool
    digest: str
    promised_s: float  # by its header, 0.0 where that does not tell
    attempt: Attempt | None

    @property
    def weight_s(self) -> float:
        """What it counts for in the progress bar."""
        return self.promised_s or UNKNOWN_S


def _files(given: Path) -> list[Path]:
    """The recordings that ``given`` names: itself, or what is in it, less what is hidden."""
    if not given.is_dir():
        return [given]
    try:
        inside = sorted(given.iterdir())
    except OSError as exc:
        raise AudioFileError(f"{given} cannot be read: {exc.strerror}") from exc
    found = [
        one
        for one in inside
        if one.suffix.lower() in SUFFIXES and not one.name.startswith(".") and not one.is_dir()
    ]
    if not found:
        raise AudioFileError(f"{given} holds no recordings (.wav, .m4a, .mp3, ...); name another folder")
    return found


def _due(path: Path, wanted: Question | None, level: Level | None, report: _Report) -> _Due | None:
    """What is to be done about ``path``; None where its recording is here already."""
    from voiceprep import bank as banks
    from voiceprep.engines import audiofile

    about = audiofile.inspect_audio(path)
    digest = audiofile.digest(path)
    same = report.digests.setdefault(digest, path)
    if same != path:
        report.skip(path, f"is the same recording as {same.name}")
        return None
    before = report.journal.imported(digest)
    attempt = None if before is None else report.journal.attempt(before)
    if attempt is not None and not attempt.answers:
        report.journal.abandon(attempt.id)  # a crash came before the first sample
        attempt = None
    if attempt is not None:
        state = attempt.answers[0].state
        if state is AnswerState.RECORDING:
            raise AudioFileError(f"another voiceprep is importing it as attempt {attempt.id}")
        if state is not AnswerState.INTERRUPTED:
            report.skip(path, f"is attempt {attempt.id} ({attempt.question}) already")
            return None
        question = banks.find(report.bank, attempt.question)
    else:
        question = wanted or banks.named(report.bank, path.stem)
    now = datetime.now(UTC)
    return _Due(
        path=path,
        question=question,
        level=level or question.level,
        started=about.recorded or audiofile.modified(path, now),
        is_tagged=about.recorded is not None,
        digest=digest,
        promised_s=about.duration_s or 0.0,
        attempt=attempt,
    )


def _import(due: _Due, listener: Listener, report: _Report) -> None:
    from voiceprep.engines.audiofile import read_audio
    from voiceprep.rehearing import Arrival, take_in

    attempt = due.attempt
    if attempt is None:
        arrival = Arrival(due.question, due.level, due.started, due.digest)
        name = listener.ears.recogniser.name
        attempt = take_in(report.journal, arrival, name, read_audio(due.path, COPY_SAMPLES))
        there_s = _audio_s(attempt)
        if there_s < ENOUGH * due.promised_s:
            report.say(
                [
                    plain(
                        f"{due.path} may be cut short: its header promises {due.promised_s:.0f} s, "
                        f"{there_s:.0f} s are there"
                    )
                ],
                err=True,
            )
    try:
        heard = _heard(attempt, due.question, listener, report)
    except Interrupted:
        raise
    except VoiceprepError as exc:
        raise type(exc)(f"{exc}\nIt is kept; try again with: voiceprep reread {attempt.id}") from exc
    when = attempt.started.astimezone().strftime("%Y-%m-%d %H:%M")
    source = "by its tags" if due.is_tagged else "by the file's date"
    report.done(heard, f"{_verdict(heard)}  {due.path.name}, recorded {when} {source}")


def _reread(kept: Attempt, listener: Listener, report: _Report, *, hear: bool, alone: bool) -> None:
    from voiceprep.rehearing import is_unchecked
    from voiceprep.replay import compare

    question = next((one for one in report.bank.questions if one.id == kept.question), None)
    if question is None:
        raise UsageError(
            f"the question {kept.question} is no longer in the bank, so nothing can be checked; see what was "
            f"found then: voiceprep replay {kept.id}"
        )
    if alone and not hear and not any(is_unchecked(answer) for answer in kept.replies):
        raise UsageError(
            "nothing of it was spoken, so there is nothing to hear; check its words with: "
            f"voiceprep replay {kept.id} --recheck"
        )
    now = _heard(kept, question, listener, report) if hear else _checked(kept, question, report)
    was, found = compare.judged(kept), compare.judged(now)
    if not alone:
        report.done(now, _verdict(now) if was is None else f"{_verdict(kept)} -> {_verdict(now)}")
        return
    page = page_for(sys.stdout)
    lines = attempt_heading(now, page)
    if found is None:
        lines += ["Nothing said: no words were heard."]
    else:
        lines += ["", *assessment_lines(found, page)]
    if was is not None and found is not None:
        lines += ["", page.bold(f"Beside the earlier reading: {was.verdict} then, {found.verdict} now")]
        lines += change_lines(compare.rows((was, found)), ("the earlier reading", "this one"), page)
    report.say(lines)


def _heard(attempt: Attempt, question: Question, listener: Listener, report: _Report) -> Attempt:
    """``attempt`` transcribed and checked anew, and stored."""
    from voiceprep.engines.audiofile import AudioFileMicrophone, Pace
    from voiceprep.rehearing import heard_again, options_for

    before_s = 0.0

    def hear(answer: Answer) -> Heard:
        nonlocal before_s
        audio = answer.audio
        assert audio is not None  # noqa: S101 - only recordings are heard

        def tell(event: Event) -> None:
            if isinstance(event, LevelMeasured):
                report.move(before_s + event.heard_s, _audio_s(attempt))

        heard = listener.hear(
            lambda: AudioFileMicrophone(audio, Pace.AT_ONCE), options_for(answer, report.bank), tell
        )
        before_s += answer.n_samples / RATE_HZ
        return heard

    now = heard_again(attempt, question, report.bank, hear)
    now = replace(now, recogniser=listener.ears.recogniser.name)
    when = datetime.now(UTC)
    report.journal.read_again(now, when)
    return report.journal.attempt(attempt.id)


def _checked(attempt: Attempt, question: Question, report: _Report) -> Attempt:
    """``attempt`` with today's findings about its words, stored where they differ."""
    from voiceprep.rehearing import heard_again

    now = heard_again(attempt, question, report.bank, None)
    if now != attempt:
        report.journal.read_again(now, datetime.now(UTC))
    return now


def _is_due(attempt: Attempt, listener: Listener, *, every: bool) -> bool:
    """Whether its recordings are to be heard; of all attempts those that this model has not heard in full."""
    from voiceprep.rehearing import is_unheard

    known = attempt.recogniser == listener.ears.recogniser.name
    return not (every and known) or any(is_unheard(answer) for answer in attempt.replies)


def _audio_s(attempt: Attempt) -> float:
    """How long the attempt's recordings are together; 0.0 where nothing was spoken."""
    return sum(answer.n_samples for answer in attempt.replies if answer.audio is not None) / RATE_HZ


def _verdict(attempt: Attempt) -> str:
    from voiceprep.replay import compare

    found = compare.judged(attempt)
    return "nothing said" if found is None else str(found.verdict)


def _listener(model: str | None, stack: ExitStack) -> Listener:
    """The recogniser, loaded, so that one that cannot be used is named once and not at every recording."""
    listener = assemble.listener(assemble.merged(assemble.Chosen(model=model)).model, stack)
    listener.ears.recogniser.warm()
    return listener


# ------------------------------------------------------------------------------ many recordings


class _Report:
    """What became of each of many recordings: a line each, and one bar over all of them."""

    def __init__(self, journal: Journal, bank: Bank) -> None:
        self.journal = journal
        self.bank = bank
        self.digests: dict[str, Path] = {}
        self.shown: list[int] = []
        self._n_failed = 0
        self._total_s = 0.0
        self._done_s = 0.0
        self._its_s = 0.0
        self._bar: Any = None

    def begin_bar(self, seconds: Sequence[float], stack: ExitStack) -> None:
        """Show how much of that many seconds of audio is done, where the terminal can."""
        self._total_s = sum(seconds)
        if self._total_s and understands_cursor(sys.stderr):
            self._bar = stack.enter_context(
                typer.progressbar(length=max(1, round(self._total_s)), label="hearing", file=sys.stderr)
            )

    @contextmanager
    def attending(self, name: str, seconds: float = 0.0) -> Iterator[None]:
        """While one recording of that many seconds is dealt with; its failure is told and the next may come.

        Raises Interrupted, DiskFull.
        """
        self._its_s = seconds
        try:
            yield
        except (KeyboardInterrupt, Interrupted) as exc:
            raise Interrupted(
                "interrupted; what was finished before is kept, and the same command goes on from there"
            ) from exc
        except DiskFull:
            raise
        except VoiceprepError as exc:
            self.fail(name, exc)
        self.move(1.0, 1.0)
        self._done_s += seconds

    def move(self, heard_s: float, of_s: float) -> None:
        """So much of the present recording, which is ``of_s`` long, is heard."""
        if self._bar is not None:
            at = round(self._done_s + self._its_s * min(1.0, heard_s / of_s if of_s else 1.0))
            if at > self._bar.pos:
                self._bar.update(at - self._bar.pos)

    def done(self, attempt: Attempt, told: str) -> None:
        """A line about an attempt."""
        self.shown.append(attempt.id)
        self.say([plain(f"attempt {attempt.id}  {attempt.question}  {told}")])

    def skip(self, path: Path, why: str) -> None:
        """A recording is left out."""
        self.say([plain(f"skipped {path}: it {why}")], err=True)

    def fail(self, name: str, exc: VoiceprepError) -> None:
        """A recording could not be dealt with."""
        self._n_failed += 1
        message = str(exc)
        self.say([plain(f"voiceprep: {message if name in message else f'{name}: {message}'}")], err=True)

    def say(self, lines: Sequence[str], *, err: bool = False) -> None:
        """Lines of output; the bar makes way for them."""
        if self._bar is not None:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
        typer.echo("\n".join(lines), err=err)
        if self._bar is not None:
            self._bar.render_progress()

    def finish(self, doing: str) -> None:
        """Exit with 1 where something failed."""
        if self._n_failed:
            n = self._n_failed
            typer.echo(f"voiceprep: {n} recording{'s' if n > 1 else ''} could not be {doing}", err=True)
            raise typer.Exit(1)
