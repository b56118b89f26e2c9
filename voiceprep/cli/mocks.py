"""``mock``: timed interview rounds without help, alone or as a whole loop."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from voiceprep.cli import assemble, options
from voiceprep.cli.assemble import Chosen, Room
from voiceprep.cli.render import Page, plain, signal_lines
from voiceprep.cli.screen import Screen, page_for
from voiceprep.errors import UsageError
from voiceprep.events import Checked, Event, Kept, NothingSaid
from voiceprep.model import Run, RunKind

if TYPE_CHECKING:
    from voiceprep.mock import Round, Summary

KEY_POLL_S = 0.05
FINISH_KEYS = ("enter", "space")
GO_ON = "voiceprep mock --loop"
FIRST_ROUND = options.Round.PHONE_SCREEN


def mock(
    round_: Annotated[
        options.Round | None,
        typer.Option("--round", help=f"Which round; {FIRST_ROUND.value} if left out."),
    ] = None,
    role: options.OfRole = None,
    level: Annotated[
        options.AnyLevel | None,
        typer.Option(help="Demand this level; a junior is not asked what is for seniors; remembered."),
    ] = None,
    minutes: Annotated[
        int | None,
        typer.Option(
            min=1, max=240, help="How long a round is; 45 or 60 by its kind if left out; a loop remembers it."
        ),
    ] = None,
    loop: Annotated[
        bool, typer.Option("--loop", help="A whole loop of five rounds; goes on with one that is not over.")
    ] = False,
    new: Annotated[bool, typer.Option("--new", help="Begin another loop instead.")] = False,
    model: options.Model = None,
    microphone: options.Microphone = None,
    loudspeaker: options.Loudspeaker = None,
    voice: options.Voice = None,
    rate: options.Rate = None,
    pace: options.Pace = None,
    silence: options.Silence = None,
    headphones: options.Headphones = None,
    tones: options.Tones = None,
    audio: options.Audio = None,
    text: options.Text = False,
    mute: options.Mute = False,
) -> None:
    """Go through an interview round against the clock: probes that press, no hints, one report at the end.

    Each answer is followed up two or three times, by the gap it left, by a changed constraint, by a doubt.
    Nothing tells how it goes until the round is over. You can say: pass, skip, repeat, slower, pause, resume,
    stop; a pause does not stop the clock. Hints, the sample answer, what you missed and retries are refused.

    A loop is five rounds: phone screen, coding, deep dive, system design, behavioral. Between two rounds you
    may leave and go on another day.
    """
    from voiceprep import mock as mocks

    if loop and round_ is not None:
        raise UsageError("--loop holds all rounds and --round one of them; use one")
    if new and not loop:
        raise UsageError("--new begins another loop; use it with --loop")
    screen = Screen()
    with ExitStack() as stack:
        stack.callback(screen.clear)
        bank = assemble.load_bank()
        heard = Chosen(
            microphone, loudspeaker, model, voice, rate, silence, pace, headphones, tones, role, level
        )
        room = assemble.furnished(heard, assemble.Way(text, tuple(audio or ()), mute), bank, screen, stack)
        journal = room.parts.journal
        run = _open_loop(room) if loop else None
        if run is not None and new:
            journal.end_run(run.id, room.parts.clock.now())
            run = None
        elif run is not None:
            screen.note(f"Going on with the loop of {_day(run)}; --new begins another.")
        names = mocks.LOOP if loop else ((round_ or FIRST_ROUND).value,)
        run = run or _begun(room, names, minutes)
        try:
            left, is_first = _left(room, run), True
            while left:
                length = minutes or mocks.minutes_of(run, left[0])
                if not (is_first or (loop and _agreed(room, run, left[0], length))):
                    break
                _hold(room, run, left[0], length)
                left, is_first = _left(room, run), False
        finally:
            # A single round that was begun is over, however it ended; a loop when no round is left.
            left = _left(room, run) if loop else ()
            over = not left if loop else bool(journal.run(run.id).attempts)
            if over:
                journal.end_run(run.id, room.parts.clock.now())
                typer.echo("\n".join(run_lines(journal.run(run.id), room, page_for(sys.stdout))))
            elif loop:
                # What was asked for this time alone is not remembered.
                is_usual = minutes in (None, mocks.minutes_of(run, left[0]))
                screen.note("The loop goes on with:", GO_ON if is_usual else f"{GO_ON} --minutes {minutes}")


def _open_loop(room: Room) -> Run | None:
    """The newest loop that is not over."""
    from voiceprep import mock as mocks

    return next((run for run in room.parts.journal.runs() if mocks.is_loop(run) and run.ended is None), None)


def _begun(room: Room, names: Sequence[str], minutes: int | None) -> Run:
    """A new run with the questions of those rounds."""
    from voiceprep import mock as mocks

    journal, now = room.parts.journal, room.parts.clock.now()
    suited = mocks.suited(room.bank.questions, room.level)
    rounds = mocks.questions_for(suited, journal.reviews(), now, names, room.role)
    run = journal.begin_run(
        RunKind.MOCK,
        tuple(question.id for questions in rounds for question in questions),
        now,
        role=room.role.id if room.role else None,
        round_=mocks.JOINED.join(names),
        minutes=minutes * len(names) if minutes else None,
    )
    return journal.run(run)


def _left(room: Room, run: Run) -> tuple[Round, ...]:
    """The rounds of ``run`` that have not begun."""
    from voiceprep import mock as mocks

    journal = room.parts.journal
    return mocks.rounds_left(run, map(journal.attempt, journal.run(run.id).attempts))


def _agreed(room: Room, run: Run, one: Round, minutes: int) -> bool:
    """Whether the next round of a loop comes now; where nobody is there to ask, it waits."""
    from voiceprep import mock as mocks

    n_rounds = len(mocks.rounds_of(run))
    length = mocks.lasting(minutes)
    room.screen.note(f"Next is round {one.number} of {n_rounds}: {mocks.titled(one.name)}, {length}.")
    if sys.stdin.isatty() and room.between is None:
        return typer.confirm("Go on now?", default=True, err=True)
    if not sys.stdin.isatty():
        return False
    room.screen.note("Enter: go on now   q: another day")
    while (key := room.parts.controls.poll()) not in (*FINISH_KEYS, "q"):
        time.sleep(KEY_POLL_S)
    return key != "q"


def _hold(room: Room, run: Run, one: Round, minutes: int) -> None:
    """One round, without a word on how it goes."""
    from voiceprep import interview

    def tell(event: Event) -> None:
        if not isinstance(event, Checked | Kept | NothingSaid):
            room.screen.tell(event)

    known = {question.id: question for question in room.bank.questions}
    sitting = interview.Sitting(
        run.id,
        one.name,
        tuple(known[id_] for id_ in one.questions if id_ in known),
        minutes,
        room.level,
        headphones=room.headphones,
    )
    interview.hold(room.parts, room.bank, sitting, room.answers, tell)


def _day(run: Run) -> str:
    return run.started.astimezone().strftime("%Y-%m-%d")


# ------------------------------------------------------------------------------ the report


def run_lines(run: Run, room: Room, page: Page) -> list[str]:
    """What a mock showed: every question, readiness, signals, what to do next."""
    from voiceprep import mock as mocks
    from voiceprep import profile as profiles

    attempts = [room.parts.journal.attempt(attempt) for attempt in run.attempts]
    found = mocks.summary(attempts)
    shown = profiles.profile(profiles.of(attempts, room.bank), room.bank)
    lines = ["", *summary_lines(run, found, page)]
    if shown.n_answers:
        lines += ["", page.bold("What it signals"), *signal_lines(shown, page)]
    lines += next_lines(found, page)
    return [*lines, "", "All of it on one page:", f"  voiceprep report --mock {run.id}"]


def summary_lines(run: Run, found: Summary, page: Page) -> list[str]:
    """The questions of a mock, how each went, and how many were ready."""
    from voiceprep.mock import mock_name, ready, told

    lines = [page.bold(plain(f"Mock interview {run.id}: {mock_name(run)}, {_day(run)}"))]
    for one in found.outcomes:
        lines += page.paragraph(f"{one.question}: {told(one)}", "  ", "    ")
    lines += ["", *page.paragraph(ready(found))]
    return lines


def next_lines(found: Summary, page: Page) -> list[str]:
    """One or two things to do next, the command last."""
    if not found.steps:
        return []
    lines = ["", page.bold("Do next")]
    for number, step in enumerate(found.steps, 1):
        lines += page.paragraph(step, f"  {number}. ", "     ")
    if found.practise is not None:
        lines.append(plain(f"     voiceprep practice {found.practise}"))
    return lines
