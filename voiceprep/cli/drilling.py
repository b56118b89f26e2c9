"""``drill``: questions in a row by voice alone."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from voiceprep.cli import assemble, options
from voiceprep.cli.assemble import AtHand, Chosen, Room
from voiceprep.cli.screen import Screen
from voiceprep.errors import UsageError, VoiceprepError
from voiceprep.model import Bank, Kind, Run, RunKind
from voiceprep.ports import Journal

if TYPE_CHECKING:
    from voiceprep.drill import Manner
    from voiceprep.feedback import Debrief
    from voiceprep.schedule import Pick, Wish
    from voiceprep.session import Session

N_QUESTIONS = 10
"""Of a drill where neither a number nor a time is asked for: some twenty minutes with follow-ups."""

PER_MINUTE: Mapping[RunKind, int] = {RunKind.DRILL: 1, RunKind.RAPID: 4}
"""Questions planned for a minute where a time is asked for: more than anybody gets through."""

GO_ON = "voiceprep drill --resume"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command line says of the questions; ``n_questions`` None: as many as fit the time, or ten."""

    kind: RunKind
    every: bool
    n_questions: int | None
    minutes: int | None


def drill(
    topic: options.Topic = None,
    level: Annotated[
        options.AnyLevel | None,
        typer.Option(help="Choose questions of this level, and demand it (any: each its own); remembered."),
    ] = None,
    kind: options.OfKind = None,
    role: options.OfRole = None,
    round_: Annotated[
        options.Round | None, typer.Option("--round", help="Choose among questions asked in this round.")
    ] = None,
    rapid: Annotated[
        bool, typer.Option("--rapid", help="Short definitions in quick succession, without follow-ups.")
    ] = False,
    sections: Annotated[bool, typer.Option("--sections", help="One question from each topic.")] = False,
    every: Annotated[
        bool,
        typer.Option("--all", help="All questions that fit, straight through, in the order of the list."),
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the last drill stopped.")] = False,
    questions: Annotated[
        int | None, typer.Option(min=1, max=1000, help=f"So many questions; {N_QUESTIONS} if left out.")
    ] = None,
    minutes: Annotated[
        int | None, typer.Option(min=1, max=600, help="Begin no question after so many minutes.")
    ] = None,
    follow_ups: Annotated[
        int | None, typer.Option(min=0, max=5, help="Follow-ups asked at most; 1 if left out.")
    ] = None,
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
    """Answer questions in a row by voice alone: no key and no screen needed.

    What is due comes first: what you left out, what you have not been asked for long, and questions that
    call for what you keep leaving out. After each answer you hear one strength and one gap in at most 20
    seconds, then a follow-up; at the end what to do next and what comes back when.

    Say, as an utterance of its own: skip, next, pass, retry, repeat, hint, pause, resume, mark this, what did
    I miss, read the sample answer, stop. After the feedback three seconds are left for that. Where nobody
    answers it pauses, waits ten minutes for "resume" or any key, and ends; silence is not scored.

    A drill that stopped early, by "stop", Ctrl-C or a power cut, goes on with --resume.
    """
    from voiceprep import schedule
    from voiceprep.session import Session, SessionOptions

    chosen_kind = _kind(rapid=rapid, sections=sections, every=every)
    if resume and (
        chosen_kind is not RunKind.DRILL or every or topic or kind or round_ or questions or minutes
    ):
        raise UsageError("--resume goes on with the questions of the last drill; choose none beside it")
    screen = Screen()
    with ExitStack() as stack:
        stack.callback(screen.clear)
        bank = assemble.load_bank()
        heard = Chosen(
            microphone, loudspeaker, model, voice, rate, silence, pace, headphones, tones, role, level
        )
        way = assemble.Way(text, tuple(audio or ()), mute)
        at_hand, run = AtHand(), None
        if resume:
            # Where there is nothing to go on with, no microphone is missed.
            journal = assemble.open_journal(screen, stack)
            at_hand, run = AtHand(journal), _latest(journal)
        room = assemble.furnished(heard, way, bank, screen, stack, at_hand)
        wish = schedule.Wish(
            topic,
            room.level,
            kind or (Kind.DEFINE if rapid else None),
            round_.value if round_ else None,
            room.role,
        )
        if run is not None:
            picks = _rest(room, run, wish)
        else:
            run, picks = _begun(room, wish, _Asked(chosen_kind, every, questions, minutes))
        n_follow_ups = 0 if run.kind is RunKind.RAPID else 1
        wanted = SessionOptions(
            wish.level,
            n_follow_ups if follow_ups is None else follow_ups,
            headphones=room.headphones,
            debrief=_debrief(run.kind, bank),
        )
        with Session(room.parts, bank, wanted, screen.tell) as session:
            try:
                _go(room, session, run, picks)
            except (VoiceprepError, KeyboardInterrupt):
                # A lost microphone breaks a drill off as Ctrl-C does.
                screen.note("The drill goes on with:", GO_ON)
                raise


def _kind(*, rapid: bool, sections: bool, every: bool) -> RunKind:
    if rapid + sections + every > 1:
        raise UsageError("--rapid, --sections and --all each say which questions are asked; use one")
    return RunKind.RAPID if rapid else RunKind.SECTIONS if sections else RunKind.DRILL


def _debrief(kind: RunKind, bank: Bank) -> Debrief:
    from voiceprep import feedback

    made = feedback.one_breath if kind is RunKind.RAPID else feedback.brief_debrief
    return partial(made, bank.glossary)


def _manner(run: Run) -> Manner:
    from voiceprep.drill import Manner, unannounced

    limit_s = None if run.minutes is None else 60.0 * run.minutes
    if run.kind is RunKind.RAPID:
        return Manner(introduce=unannounced, gap_s=1.0, limit_s=limit_s)
    return Manner(limit_s=limit_s)


def _begun(room: Room, wish: Wish, asked: _Asked) -> tuple[Run, tuple[Pick, ...]]:
    """A new run, planned from the history."""
    from voiceprep import schedule

    journal, now = room.parts.journal, room.parts.clock.now()
    history = journal.reviews()
    if asked.every:
        memory = schedule.remember(history, now)
        fitting = schedule.demanded(room.bank.questions, wish)
        picks = tuple(schedule.Pick(one, schedule.reason(one, memory, now, wish.level)) for one in fitting)[
            : asked.n_questions
        ]
    elif asked.kind is RunKind.SECTIONS:
        picks = schedule.sections(room.bank.questions, history, now, wish)[: asked.n_questions]
    else:
        in_time = N_QUESTIONS if asked.minutes is None else asked.minutes * PER_MINUTE[asked.kind]
        picks = schedule.plan(room.bank.questions, history, now, wish, asked.n_questions or in_time)
    if room.level is None and (room.role is None or room.role.id == schedule.ANY_ROLE):
        room.screen.note("Choose --level and --role once, and they are remembered.")
    run = journal.begin_run(
        asked.kind,
        tuple(pick.question.id for pick in picks),
        now,
        role=room.role.id if room.role else None,
        round_=wish.round,
        minutes=asked.minutes,
    )
    return journal.run(run), picks


def _latest(journal: Journal) -> Run:
    """The newest drill that has not ended. Raises UsageError where there is none."""
    for run in journal.runs():
        if run.ended is None and run.kind is not RunKind.MOCK:
            return run
    raise UsageError("there is no drill to go on with: begin one with `voiceprep drill`.")


def _rest(room: Room, run: Run, wish: Wish) -> tuple[Pick, ...]:
    """What is left of ``run``."""
    from voiceprep import schedule
    from voiceprep.drill import done

    journal, now = room.parts.journal, room.parts.clock.now()
    gone_through = done([journal.attempt(attempt) for attempt in run.attempts])
    known = {question.id: question for question in room.bank.questions}
    left = [id_ for id_ in run.questions if id_ not in gone_through]
    missing = [id_ for id_ in left if id_ not in known]
    if missing:
        room.screen.note(f"No longer in the bank, and left out: {', '.join(missing)}.")
    memory = schedule.remember(journal.reviews(), now)
    return tuple(
        schedule.Pick(known[id_], schedule.reason(known[id_], memory, now, wish.level))
        for id_ in left
        if id_ in known
    )


def _go(room: Room, session: Session, run: Run, picks: tuple[Pick, ...]) -> None:
    """The run, and what is said at its end."""
    from voiceprep import drill as drills
    from voiceprep import schedule

    outcome = drills.Drill(session, room.parts, run, _manner(run), room.between).go(picks, room.answers)
    journal, now = room.parts.journal, room.parts.clock.now()
    made = frozenset(journal.run(run.id).attempts)
    history = journal.reviews()
    said = drills.summary(
        room.bank, [one for one in history if one.attempt in made], schedule.remember(history, now), now
    )
    if outcome is drills.Outcome.AWAY:
        room.screen.note("Nobody came back.")
        room.screen.note(said)
    else:
        session.announce(said)
    if outcome not in drills.ENDED:
        room.screen.note("The drill goes on with:", GO_ON)
