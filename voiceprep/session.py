"""The loop: ask, listen, transcribe, check, say, follow up, store."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from voiceprep import between, checks, feedback, keeping, profile, text
from voiceprep.commands import ASIDES, LEAVING, alone
from voiceprep.errors import Interrupted, JournalError, VoiceprepError
from voiceprep.events import (
    Asking,
    Checked,
    Event,
    Kept,
    NothingSaid,
    Obeyed,
    Phase,
    PhaseChanged,
    Reopened,
    Said,
    Saying,
    Tell,
)
from voiceprep.feedback import Debrief
from voiceprep.hearing import (
    REOPEN_KEY,
    Ears,
    Heard,
    Hearing,
    Interjection,
    Line,
    Source,
    Unrecorded,
    record_rest,
)
from voiceprep.interrupts import UNINTERRUPTED
from voiceprep.keeping import Asked
from voiceprep.listen import ListenOptions
from voiceprep.model import (
    RATE_HZ,
    Answer,
    AnswerState,
    Assessment,
    Attempt,
    Bank,
    Block,
    Command,
    Ending,
    FollowUp,
    Level,
    Question,
    Tone,
)
from voiceprep.patience import FOLLOW_UP_WORDS, N_RECENT_PAUSES, USUAL_WORDS, Pause
from voiceprep.ports import Clock, Controls, Journal, Microphone, Recording, Speaker, Tones

TYPED = "typed"
"""Stands in an attempt for the recogniser's name where nothing was spoken."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The real or fake parts a session runs on; whoever made them closes them.

    ``ears`` may be None where every answer is typed, ``tones`` where none are wanted.
    """

    speaker: Speaker
    journal: Journal
    controls: Controls
    clock: Clock
    ears: Ears | None
    tones: Tones | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """An answer to be heard: how to open its microphone, and how patiently to listen."""

    open: Callable[[], Microphone]
    options: ListenOptions


@dataclass(frozen=True, slots=True)
class Typed:
    """An answer to be typed; ``read`` blocks until it is there, ``entered`` tells what there is of it."""

    read: Callable[[], str]
    entered: Callable[[], str] = str


AnswerSource = Spoken | Typed


@dataclass(frozen=True, slots=True)
class Interview:
    """How somebody asks who helps with nothing: no debrief, no hint, no sample, no second try.

    ``probe`` chooses the next follow-up from the findings so far (None: on to the next question); ``notice``
    makes what is said about the time before something is asked, "" for nothing.
    """

    probe: Callable[[Question, Assessment, Attempt], FollowUp | None]
    notice: Callable[[], str]
    refusal: str


REFUSED = frozenset({Command.HINT, Command.SAMPLE, Command.MISSED, Command.RETRY})
"""Commands that an interviewer does not obey."""


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """How a question is gone through.

    ``level`` overrides the question's own; ``n_follow_ups`` are asked at most; ``headphones``
    declares that the microphone cannot hear the loudspeaker, so speaking may cut the question short;
    ``debrief`` makes the feedback, where no ``interview`` is held.
    """

    level: Level | None = None
    n_follow_ups: int = 1
    headphones: bool = False
    debrief: Debrief = feedback.spoken_debrief
    interview: Interview | None = None


@dataclass(slots=True)
class _Turn:
    """An answer that was heard, and what is needed to go on with it (nothing of that where it was typed)."""

    attempt: int
    asked: Asked
    answer: Answer
    finished_at_s: float
    command: Command | None = None
    hearing: Hearing | None = None
    line: Line | None = None
    rest: tuple[Block, ...] = ()  # heard already of what comes next


class Session:
    """Goes through questions one at a time, telling ``tell`` what happens.

    A context manager: on leaving, the worker has ended. ``asked_for`` is the command that ended the latest
    question before its time, None where it went through.
    """

    def __init__(self, parts: Parts, bank: Bank, options: SessionOptions, tell: Tell) -> None:
        self._parts = parts
        self._bank = bank
        self._options = options
        self._tell = tell
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="recogniser")
        self._warming: Future[None] = Future()
        self._pauses: tuple[Pause, ...] = ()  # of this speaker, in all answers so far
        self._last: _Turn | None = None
        self._line: Line | None = None  # the one that may be open
        self._follow_up: FollowUp | None = None
        self._stopped_by: str | None = None
        self.asked_for: Command | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._worker.shutdown(cancel_futures=True)

    def practise(
        self, question: Question, answers: Iterator[AnswerSource], run: int | None = None
    ) -> Attempt:
        """Ask ``question``, hear its answer, flag what is missing, follow up, and keep it all (in ``run``).

        Ends early when ``answers`` runs out, and by the command that is then in ``asked_for``. Raises the
        error that stopped it, Interrupted on Ctrl-C; whatever was said until then is in the journal and
        named in the message.
        """
        journal = self._parts.journal
        level = self._options.level or question.level
        started = self._parts.clock.now()
        hearer = self._parts.ears.recogniser.name if self._parts.ears else TYPED
        attempt = Attempt(
            id=journal.begin(question.id, level, hearer, started, run),
            question=question.id,
            level=level,
            started=started,
            recogniser=hearer,
            answers=(),
            combined=None,
        )
        self._last = None
        return self._followed(question, attempt, self._rounds(question, attempt, answers))

    def go_on(
        self, question: Question, attempt: Attempt, answers: Iterator[AnswerSource] | None = None
    ) -> Attempt:
        """Reopen the latest answer of ``attempt``, hear the rest, judge it anew.

        Follow-ups that are still due come from ``answers``; None: none is asked. Raises ValueError where that
        answer was not spoken in this session's latest attempt, else as
        :meth:`practise`.
        """
        if self._last is None or attempt.id != self._last.attempt:
            raise ValueError("only the answer heard last can be gone on with")
        rounds = self._rounds(question, attempt, answers or iter(()), self._last)
        return self._followed(question, attempt, rounds)

    def announce(self, said: str) -> None:
        """Show and say something; any key cuts it short."""
        self._tell(Saying(said))
        self._say(said, self._key_pressed)

    def _followed(self, question: Question, attempt: Attempt, rounds: Iterator[Attempt]) -> Attempt:
        """The last of ``rounds``; the attempt is concluded however they end."""
        journal = self._parts.journal
        self.asked_for = None
        try:
            for latest in rounds:
                attempt = latest
        except BaseException as exc:
            # A full disk fails here again; what stopped us says so already, and the next start recovers.
            with suppress(JournalError):
                # Not ours: the verdict may be kept and the attempt that holds it not yet handed over.
                journal.conclude(attempt.id, journal.attempt(attempt.id).combined)
            if isinstance(exc, VoiceprepError) and not isinstance(exc, Interrupted):
                self._tone(Tone.ERROR)
            if isinstance(exc, KeyboardInterrupt):
                raise Interrupted(f"interrupted; what was said is kept as attempt {attempt.id}") from exc
            raise
        finally:
            if self._line is not None:
                self._line.close()
        journal.conclude(attempt.id, attempt.combined)
        if attempt.combined is not None:
            # The patterns of the question are still at hand; who looks back later would compile them anew.
            journal.note_signals(attempt.id, profile.noted(question, attempt, self._bank))
        self._tell(PhaseChanged(Phase.DONE))
        self._tell(Kept(attempt.id, tuple(answer.audio for answer in attempt.answers if answer.audio)))
        return attempt

    def _rounds(
        self,
        question: Question,
        attempt: Attempt,
        answers: Iterator[AnswerSource],
        reopened: _Turn | None = None,
    ) -> Iterator[Attempt]:
        """The attempt after each of its answers, beginning with the rest of a reopened one."""
        asked = Asked(0, question.ask, None, question.kind)
        n_left = 1 + self._options.n_follow_ups - len(attempt.answers)
        if reopened is not None:
            for latest in self._judged(question, attempt, reopened, reopen=True, is_last=n_left <= 0):
                attempt = latest
                yield attempt
            if self.asked_for is not None or self._follow_up is None:
                return
            asked = Asked(len(attempt.answers), self._follow_up.ask, self._follow_up.probes, question.kind)
        while n_left > 0:
            source = next(answers, None)
            if source is None:
                return
            turn = self._asked(question, attempt, source, asked)
            attempt = keeping.with_answer(attempt, turn.answer)
            yield attempt
            if turn.command is Command.NOT_DONE and self._last is not None:
                # About the answer before: it goes on by the same microphone, and this one holds no words.
                before = replace(self._last, line=turn.line, rest=turn.rest)
                judging = self._judged(question, attempt, before, reopen=True)
            else:
                n_left -= 1
                judging = self._judged(question, attempt, turn, reopen=False, is_last=not n_left)
            for latest in judging:
                attempt = latest
                yield attempt
            if self.asked_for is not None or self._follow_up is None:
                return
            ordinal = len(attempt.answers)
            asked = Asked(ordinal, self._follow_up.ask, self._follow_up.probes, question.kind)

    def _judged(
        self, question: Question, attempt: Attempt, turn: _Turn, *, reopen: bool, is_last: bool = False
    ) -> Iterator[Attempt]:
        """The attempt after each judging of one answer, which its speaker may reopen any number of times.

        Leaves what to follow up by, None where the question ends here.
        """
        self._follow_up = None
        while True:
            if reopen:
                turn = self._reopened(question, attempt, turn)
                attempt = keeping.with_answer(attempt, turn.answer)
                yield attempt
            if turn.command in LEAVING:
                yield self._left(question, attempt, turn)
                return
            self._last = turn if turn.line is not None else None
            if turn.answer.state is AnswerState.NOTHING_SAID:
                self._tell(NothingSaid(turn.answer.audio))
                if turn.command is Command.SAMPLE:
                    self.announce(feedback.sample(question))
                return
            attempt, found, gained = self._check(question, attempt, turn)
            yield attempt
            interview = self._options.interview
            probe = found.follow_up if interview is None else interview.probe(question, found, attempt)
            self._follow_up = probe
            follow_up = None if is_last else probe
            said = ""
            if interview is None:
                said = gained or self._options.debrief(question, found, follow_up)
            if turn.command is Command.MISSED:
                said = feedback.all_missed(found)
            elif turn.command is Command.SAMPLE:
                said = feedback.sample(question)
            reopen = self._debrief(said, follow_up, turn)
            if not reopen:
                return

    def _left(self, question: Question, attempt: Attempt, turn: _Turn) -> Attempt:
        """The speaker wants to hear no judgement of this answer but something else."""
        if turn.answer.state is AnswerState.CHECKED:  # was judged before: it is again, with what was added
            attempt, _, _ = self._check(question, attempt, turn)
        self.asked_for = turn.command
        if turn.command is Command.PASS and self._options.interview is None:
            self.announce(feedback.sample(question))
        return attempt

    # -------------------------------------------------------------------------- one answer

    def _asked(self, question: Question, attempt: Attempt, source: AnswerSource, asked: Asked) -> _Turn:
        """Ask, and hear the answer, which is kept. Raises what went wrong, after keeping it."""
        interview = self._options.interview
        if interview is not None and (notice := interview.notice()):
            self.announce(notice)
        self._tell(Asking(question, asked.text, asked.ordinal, asked.repairs is not None))
        if isinstance(source, Typed):
            self._put(asked, None)
            self._tell(PhaseChanged(Phase.LISTENING, "keyboard"))
            said = self._read(attempt, asked, source)
            while (command := alone(said, self._bank.commands)) and self._refuses(command):
                self._refuse()
                said = self._read(attempt, asked, source)
            command = command if command in LEAVING else None
            answer = keeping.typed(asked, text.transcript("" if command else said))
            if command is not None:
                answer = replace(answer, ending=Ending.COMMAND)
            self._tell(PhaseChanged(Phase.THINKING))
            # Until it is checked it is what it would be after a crash: words, and no findings about them.
            self._parts.journal.keep(attempt.id, keeping.unchecked(answer, AnswerState.INTERRUPTED))
            return _Turn(attempt.id, asked, answer, self._parts.clock.monotonic_s(), command)
        ears = self._parts.ears
        if ears is None:
            raise ValueError("a spoken answer needs ears")
        if not attempt.answers:
            self._warming = self._worker.submit(self._warm, ears, question)
        line = self._opened(source)
        before = self._put(asked, line)
        if self._warming.done():
            self._warming.result()  # a model that does not load is said before anybody speaks in vain
        self._forget_keys()
        parts = self._parts
        options = self._fitted(source.options, asked)
        hearing = Hearing(ears, parts.controls, parts.clock, self._worker, options, self._tell)
        # Before the microphone is open, so that what it delivers always has a place to go to.
        recording = parts.journal.record(attempt.id, asked.ordinal, asked.text, asked.probes, asked.repairs)
        try:
            self._tone(Tone.LISTENING)
            heard_from = line.source(before)
            self._tell(PhaseChanged(Phase.LISTENING, heard_from.name))
            heard = self._heard(question, (asked, hearing, line), heard_from, recording)
        except BaseException:
            self._break_off(attempt, keeping.unheard(asked, recording), line, recording)
            raise
        return self._kept(attempt, (asked, hearing, line), heard, recording)

    def _read(self, attempt: Attempt, asked: Asked, source: Typed) -> str:
        """The typed answer; what was entered of one that is broken off is kept."""
        try:
            return source.read()
        except BaseException:
            if entered := source.entered():
                answer = keeping.typed(asked, text.transcript(entered))
                cut = replace(answer, state=AnswerState.INTERRUPTED, ending=Ending.INTERRUPTED)
                with UNINTERRUPTED, suppress(JournalError):  # the first failure is the one to name
                    self._parts.journal.keep(attempt.id, cut)
            raise

    def _break_off(self, attempt: Attempt, answer: Answer, line: Line, recording: Recording) -> None:
        """Keep what there is of an answer whose hearing did not come to an end of its own."""
        with UNINTERRUPTED:
            with suppress(VoiceprepError), closing(recording):  # the first failure is the one to name
                record_rest(line.waiting, recording)
            with suppress(JournalError):
                self._parts.journal.keep(attempt.id, replace(answer, n_samples=recording.n_samples))

    def _opened(self, source: Spoken) -> Line:
        """A new line; the one before it is closed, since a device may not be opened twice."""
        if self._line is not None:
            self._line.close()
        self._line = Line(source.open, stays_open=self._options.headphones)
        return self._line

    def _reopened(self, question: Question, attempt: Attempt, turn: _Turn) -> _Turn:
        """The rest of an answer, joined to what there is of it. Raises as above."""
        if turn.hearing is None or turn.line is None:
            raise ValueError("a typed answer cannot be reopened")
        self._line = turn.line
        on = (turn.asked, turn.hearing, turn.line)
        recording = self._parts.journal.reopen(attempt.id, turn.asked.ordinal)
        try:
            if not turn.rest:  # else somebody is speaking already
                self._tone(Tone.LISTENING)
            source = turn.line.source(turn.rest)
            self._forget_keys()
            said = turn.answer.transcript
            self._tell(Reopened(turn.asked.text, said.text if said else ""))
            self._tell(PhaseChanged(Phase.LISTENING, source.name))
            heard = self._heard(question, on, source, recording)
        except BaseException:
            cut = replace(turn.answer, state=AnswerState.INTERRUPTED, ending=Ending.INTERRUPTED)
            self._break_off(attempt, cut, turn.line, recording)
            raise
        return self._kept(attempt, on, heard, recording)

    def _heard(
        self, question: Question, on: tuple[Asked, Hearing, Line], source: Source, recording: Recording
    ) -> Heard:
        """Listen until the answer is finished, replying to what is asked meanwhile."""
        asked, hearing, line = on
        heard = hearing.hear(source, recording)
        while heard.failure is None:
            if heard.command is Command.NOT_DONE and self._last is None:
                heard = hearing.hear(source, recording)  # there is no answer it could be about
                continue
            refused = self._refuses(heard.command)
            if heard.command not in ASIDES and not refused:
                break
            line.hush()
            before = () if refused else self._aside(question, asked, heard.command, line)
            if refused:
                self._refuse()
            self._tone(Tone.LISTENING)
            source = line.source(before)
            self._tell(PhaseChanged(Phase.LISTENING, source.name))
            heard = hearing.hear(source, recording)
        recording.close()
        return heard

    def _kept(
        self,
        attempt: Attempt,
        on: tuple[Asked, Hearing, Line],
        heard: Heard,
        recording: Recording,
    ) -> _Turn:
        """The answer as heard, kept. Raises what broke it off."""
        asked, hearing, line = on
        self._tell(PhaseChanged(Phase.THINKING))
        self._pauses = (*self._pauses, *heard.pauses)[-N_RECENT_PAUSES:]
        answer = keeping.spoken(asked, heard, recording.path)
        # Whoever says "next" over the feedback takes nothing back.
        was_judged = any(one.ordinal == asked.ordinal and one.assessment for one in attempt.answers)
        if heard.command in LEAVING and answer.state is AnswerState.CHECKED and not was_judged:
            answer = replace(answer, state=AnswerState.INTERRUPTED)
        if heard.failure is not None:
            with suppress(JournalError):  # the first failure is the one to name
                self._parts.journal.keep(attempt.id, answer)
            told = keeping.located(heard, attempt, asked, recording.path)
            raise type(heard.failure)(f"{heard.failure}\n{told}") from heard.failure
        # A crash before it is checked leaves it to be recovered like one in mid-answer.
        self._parts.journal.keep(attempt.id, keeping.unchecked(answer, AnswerState.RECORDING))
        rest: tuple[Block, ...] = ()
        if heard.command is Command.NOT_DONE and heard.rest is not None:
            rest = (Block(heard.rest),)
        else:
            line.hush()
            self._tone(Tone.THINKING)
        if heard.ending is Ending.LIMIT:
            self.announce(feedback.stopped_at(heard.n_samples / RATE_HZ))
        return _Turn(attempt.id, asked, answer, heard.finished_at_s, heard.command, hearing, line, rest)

    def _aside(
        self, question: Question, asked: Asked, command: Command | None, line: Line
    ) -> tuple[Block, ...]:
        """Say what was asked for in mid-answer; what was said over it comes back."""
        if command is Command.SLOWER:
            self._parts.speaker.slow_down()
        if command is Command.HINT:
            self._tell(Saying(question.hint))
            before = self._say_over(question.hint, line)
        else:
            self._tell(Saying(asked.text))
            before = self._put(asked, line)
        self._forget_keys()
        return before

    def _put(self, asked: Asked, line: Line | None) -> tuple[Block, ...]:
        """Say what is asked (``line`` is None where the reply is typed); what was said over it comes back."""
        if line is not None:
            return self._say_over(asked.text, line)
        self._say(asked.text, self._key_pressed)
        return ()

    def _refuses(self, command: Command | None) -> bool:
        return self._options.interview is not None and command in REFUSED

    def _refuse(self) -> None:
        """Say calmly that there is no such help; the answer goes on."""
        if self._options.interview is not None:
            self.announce(self._options.interview.refusal)
        self._forget_keys()

    def _fitted(self, options: ListenOptions, asked: Asked) -> ListenOptions:
        """``options`` for what is asked and for who is speaking."""
        usual = USUAL_WORDS[asked.kind] if asked.ordinal == 0 else FOLLOW_UP_WORDS
        known = self._bank.commands if options.commands and self._bank.commands else options.commands
        return replace(options, kind=asked.kind, usual_words=usual, pauses=self._pauses, commands=known)

    def _say_over(self, said: str, line: Line) -> tuple[Block, ...]:
        """Say something; with headphones, speech over it cuts it short and comes back, and some before it.

        Over an answer that was begun it comes with all that was heard since: who goes on had not ended.
        """
        ears = self._parts.ears
        if not self._options.headphones or ears is None:
            self._say(said, self._key_pressed)
            return ()
        kept_s = math.inf if line.begun else Interjection.KEPT_S
        interjection = Interjection(ears.detector, line.blocks(), kept_s)
        self._say(said, lambda: interjection.heard() or self._key_pressed())
        return tuple(interjection.kept) if interjection.noticed else ()

    def _forget_keys(self) -> None:
        """Keys meant for what was said must not end the answer."""
        while self._parts.controls.poll() is not None:
            pass

    def _warm(self, ears: Ears, question: Question) -> None:
        """Load what the flags will need while the question is read: the model, the patterns."""
        ears.recogniser.warm()
        checks.assess(question, (text.transcript(question.strong),), self._bank, None)

    def _key_pressed(self) -> bool:
        key = self._parts.controls.poll()
        self._stopped_by = key or self._stopped_by
        return key is not None

    def _say(self, said: str, should_stop: Callable[[], bool]) -> None:
        self._tell(PhaseChanged(Phase.SPEAKING))
        where = self._parts.speaker.say(text.spoken(said, self._bank.glossary), should_stop)
        self._tell(Said(where))

    def _tone(self, tone: Tone) -> None:
        if self._parts.tones is not None:
            self._parts.tones.tone(tone)

    # -------------------------------------------------------------------------- between questions

    def hear_wish(
        self, question: Question, attempt: Attempt, source: Spoken, keys: frozenset[str]
    ) -> Command | str:
        """As :meth:`hear_soon`, without end; STOP where the audio ends."""
        endless_s = between.OPTIONS.start_patience_s
        return self.hear_soon(question, attempt, source, keys, endless_s) or Command.STOP

    def hear_soon(
        self,
        question: Question,
        attempt: Attempt,
        source: Spoken,
        keys: frozenset[str],
        patience_s: float,
    ) -> Command | str | None:
        """After the feedback on ``attempt``: the command or the one of ``keys`` that says what comes next.

        Replies to what can be replied to at once. None where nothing of the kind is heard for ``patience_s``.
        What is said here is no answer and is not kept.
        """
        line = self._opened(source)
        waiting = between.Waiting(line, keys, self._bank.commands or between.OPTIONS.commands, patience_s)
        line.blocks()  # who sees that it listens may speak: the microphone is open
        self._tell(PhaseChanged(Phase.LISTENING, between.COMMANDS_ONLY))
        while True:
            heard = self._hear_between(waiting)
            if not isinstance(heard, Heard):
                line.close()
                return heard
            command = heard.command
            if command is Command.NOT_DONE and self._last is not None and heard.rest is not None:
                self._last = replace(self._last, line=line, rest=(Block(heard.rest),))
                return command
            if command in LEAVING:
                line.close()
                return command
            said = between.reply(question, attempt, command, self._options.debrief)
            if said:
                line.hush()
                if command is Command.SLOWER:
                    self._parts.speaker.slow_down()
                self.announce(said)

    def await_return(self, source: Spoken, patience_s: float) -> Command | None:
        """Somebody has gone: wait for "resume" or any key (RETRY), or another command that leads on.

        None where nobody comes back within ``patience_s``. Whatever else is heard is let go of.
        """
        line = self._opened(source)
        waiting = between.Waiting(line, None, between.resuming(self._bank.commands), patience_s)
        try:
            line.blocks()
            self._tell(PhaseChanged(Phase.PAUSED))
            while True:
                heard = self._hear_between(waiting)
                if not isinstance(heard, Heard):
                    return None if heard is None else Command.RETRY
                if heard.command in LEAVING:
                    return heard.command
        finally:
            line.close()

    def _hear_between(self, waiting: between.Waiting) -> Heard | str | None:
        """What is heard next while nothing is asked: an utterance or a key; None where patience ran out."""
        ears = self._parts.ears
        if ears is None:
            raise ValueError("hearing needs ears")
        clock = self._parts.clock
        if waiting.until_s is None:
            waiting.until_s = clock.monotonic_s() + waiting.patience_s
        left_s = waiting.until_s - clock.monotonic_s()
        noting = between.NotingKeys(self._parts.controls, waiting.keys)
        options = replace(between.OPTIONS, commands=waiting.commands, start_patience_s=max(0.0, left_s))
        hearing = Hearing(ears, noting, clock, self._worker, options, self._tell_commands)
        heard = hearing.hear(waiting.line.source(()), Unrecorded(Path("nowhere")))
        if heard.failure is not None:
            raise between.failed(heard.failure)
        if noting.pressed is not None:
            return noting.pressed
        is_over = heard.ending is Ending.SILENCE and not heard.transcript.words and heard.command is None
        return None if is_over or heard.ending is Ending.END_OF_AUDIO else heard

    def _tell_commands(self, event: Event) -> None:
        """Of what is heard between questions only commands are told: the rest is nobody's business."""
        if isinstance(event, Obeyed | PhaseChanged):
            self._tell(event)

    # -------------------------------------------------------------------------- findings

    def _check(self, question: Question, attempt: Attempt, turn: _Turn) -> tuple[Attempt, Assessment, str]:
        """The attempt with findings on that answer, and the findings on all its answers together.

        With them what to say of what a further answer added, "" for the first.
        """
        answer = turn.answer
        said = [a.transcript for a in attempt.answers if a.state is AnswerState.CHECKED and a.transcript]
        assessment = checks.assess(
            question, (answer.transcript,) if answer.transcript else (), self._bank, attempt.level
        )
        before: Assessment | None = None
        combined: Assessment | None = None
        gained = ""
        if len(said) > 1:
            earlier = tuple(one for one in said if one is not answer.transcript)
            before = checks.assess(question, earlier, self._bank, attempt.level)
            combined = checks.assess(question, tuple(said), self._bank, attempt.level)
            if self._options.debrief is feedback.spoken_debrief:  # a drill's is brief after any answer
                gained = feedback.spoken_gain(question, before, combined, assessment)
        flags_s = self._parts.clock.monotonic_s() - turn.finished_at_s
        answer = replace(
            answer, assessment=assessment, timing=replace(answer.timing, finished_to_flags_s=flags_s)
        )
        self._parts.journal.keep(attempt.id, answer, combined or assessment)
        self._tell(Checked(answer, assessment, combined, before))
        found = combined or assessment
        return replace(keeping.with_answer(attempt, answer), combined=found), found, gained

    def _debrief(self, said: str, follow_up: FollowUp | None, turn: _Turn) -> bool:
        """Say what was found; whether the speaker wants to go on with the answer instead."""
        if follow_up is not None:
            self._parts.speaker.prepare(text.spoken(follow_up.ask, self._bank.glossary))
        if not said:
            return False
        self._tell(Saying(said))
        self._stopped_by = None
        if turn.line is None:
            self._say(said, self._key_pressed)
            return False
        turn.rest = self._say_over(said, turn.line)
        return bool(turn.rest) or self._stopped_by == REOPEN_KEY
