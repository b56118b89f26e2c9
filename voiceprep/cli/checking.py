"""``check``, ``score`` and ``transcribe``: findings and words from text and recordings made anywhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from voiceprep.cli import assemble
from voiceprep.cli.assemble import MAX_TEXT_BYTES
from voiceprep.cli.render import assessment_lines, plain, scored_lines
from voiceprep.cli.screen import page_for, understands_cursor
from voiceprep.errors import AudioFileError, UsageError, VoiceprepError
from voiceprep.model import Assessment, Bank, Level, Transcript

if TYPE_CHECKING:
    from voiceprep.events import Event
    from voiceprep.scoring import Scored, WordTable

MAX_LINE_BYTES = 8 * MAX_TEXT_BYTES
"""Longest line of a batch: the largest text, all of it written as escapes, and what else belongs to it."""


def check(
    question: Annotated[
        str | None, typer.Argument(help="The question's id (voiceprep questions list).")
    ] = None,
    text: Annotated[str | None, typer.Option(help="The answer.")] = None,
    file: Annotated[Path | None, typer.Option(help="A text file that holds the answer.")] = None,
    audio: Annotated[Path | None, typer.Option(help="A recording of the answer.")] = None,
    batch: Annotated[
        Path | None,
        typer.Option(help='Answers, one JSON object a line: {"id", "question", "text"}; - is stdin.'),
    ] = None,
    level: Annotated[Level | None, typer.Option(help="Demand another level than the question's own.")] = None,
    model: Annotated[str | None, typer.Option(help="Speech model for --audio: a name or a folder.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line and nothing else.")] = False,
) -> None:
    """Check one answer, or a batch of them, and say what is missing or vague.

    A batch gives one JSON object a line, in order and with the id of its line; a line that cannot be
    checked gives {"id", "error"}, and the exit status is 1 at the end.
    """
    from voiceprep import bank as banks
    from voiceprep import checks, report
    from voiceprep import text as texts

    given = [
        name for name, value in (("--text", text), ("--file", file), ("--audio", audio)) if value is not None
    ]
    if batch is not None:
        if question is not None or given:
            raise UsageError("--batch names questions and answers in its own lines; give nothing else")
        bank = assemble.load_bank()
        _answer_batch(batch, lambda entry: report.to_object(_assess_entry(entry, level, bank)))
        return
    if question is None or len(given) != 1:
        raise UsageError("give a QUESTION and one of --text, --file, --audio (or --batch FILE)")
    bank = assemble.load_bank()
    found = banks.find(bank, question)
    if audio is not None:
        transcript = transcribed(audio, model)
        if not texts.words(transcript.text):
            raise AudioFileError(
                f"nothing said: no words were heard in {audio}, so there is nothing to check"
            )
    else:
        transcript = texts.transcript(text if text is not None else read_text(file))
    assessment = checks.assess(found, (transcript,), bank, level)
    if as_json:
        _write_json({"id": None, **report.to_object(assessment)})
    else:
        page = page_for(sys.stdout)
        lines = [*page.paragraph(f"Question: {found.ask}"), "", *assessment_lines(assessment, page)]
        lines += ["", *page.paragraph(f"Follow-up: {assessment.follow_up.ask}")]
        typer.echo("\n".join(lines))


def score(
    reference: Annotated[str | None, typer.Option(help="The answer that is to be reached.")] = None,
    text: Annotated[str | None, typer.Option(help="The answer.")] = None,
    question: Annotated[str, typer.Option(help="The question; its own words earn nothing.")] = "",
    batch: Annotated[
        Path | None,
        typer.Option(
            help='Answers, one JSON object a line: {"id", "reference", "text", "question"}; - is stdin.'
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line and nothing else.")] = False,
) -> None:
    """Score an answer against a reference answer of your own, 0.0 to 1.0, and say what it leaves out.

    A batch gives one JSON object a line, in order and with the id of its line; a line that cannot be
    scored gives {"id", "error"}, and the exit status is 1 at the end.
    """
    from voiceprep import report, scoring
    from voiceprep import text as texts

    if batch is not None:
        if question or reference is not None or text is not None:
            raise UsageError("--batch names references and answers in its own lines; give nothing else")
        table = assemble.load_word_table()
        _answer_batch(batch, lambda entry: report.to_score_object(_score_entry(entry, table)))
        return
    if reference is None or text is None:
        raise UsageError("give a --reference and a --text (or --batch FILE)")
    if not texts.words(text):
        raise UsageError("nothing was said: the answer holds no words; give some text")
    table = assemble.load_word_table()
    scored = scoring.score(scoring.reference(reference, question, table), text, table)
    if as_json:
        _write_json({"id": None, **report.to_score_object(scored)})
    else:
        typer.echo("\n".join(scored_lines(scored, page_for(sys.stdout))))


def _answer_batch(source: Path, answer: Callable[[dict[str, Any]], Mapping[str, object]]) -> None:
    """Write what ``answer`` makes of every line of ``source``; exit with 1 at the end where it failed."""
    n_bad = 0
    with ExitStack() as stack:
        for line in _lines(source, stack):
            if not line.strip():
                continue
            identity: Any = None
            try:
                entry = _entry(line)
                identity = entry.get("id")
                _write_json({"id": identity, **answer(entry)})
            except VoiceprepError as exc:
                n_bad += 1
                _write_json({"id": identity, "error": str(exc)})
    if n_bad:
        typer.echo(f"voiceprep: {n_bad} line{'s' if n_bad > 1 else ''} could not be judged", err=True)
        raise typer.Exit(1)


def _lines(source: Path, stack: ExitStack) -> Iterator[bytes]:
    """Lines as bytes, so that one that is not UTF-8 spoils no other; of one too long the beginning."""
    stream: BinaryIO
    if str(source) == "-":
        stream = sys.stdin.buffer
    else:
        try:
            stream = stack.enter_context(source.open("rb"))
        except OSError as exc:
            raise UsageError(f"{source} cannot be read: {exc.strerror}") from exc
    while line := stream.readline(MAX_LINE_BYTES + 1):
        yield line
        while len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE_BYTES + 1)


def _entry(line: bytes) -> dict[str, Any]:
    if len(line) > MAX_LINE_BYTES:
        raise UsageError(f"the line is longer than {MAX_LINE_BYTES // 1_000_000} MB")
    try:
        entry = json.loads(line)
        if isinstance(entry, dict):
            # Python reads NaN and infinities, but they are no JSON, and the id is written again.
            json.dumps(entry.get("id"), allow_nan=False)
    except (ValueError, RecursionError) as exc:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise UsageError(f"not a line of JSON: {exc}") from exc
    if not isinstance(entry, dict):
        raise UsageError(f"not a JSON object: {type(entry).__name__}")
    return entry


def _assess_entry(entry: dict[str, Any], level: Level | None, bank: Bank) -> Assessment:
    from voiceprep import bank as banks
    from voiceprep import checks
    from voiceprep import text as texts

    _need_strings(entry, "question", "text")
    transcript = texts.transcript(entry["text"])
    return checks.assess(banks.find(bank, entry["question"]), (transcript,), bank, level)


def _score_entry(entry: dict[str, Any], table: WordTable) -> Scored:
    from voiceprep import scoring

    _need_strings({"question": "", **entry}, "reference", "text", "question")
    wanted = scoring.reference(entry["reference"], entry.get("question", ""), table)
    return scoring.score(wanted, entry["text"], table)


def _need_strings(entry: Mapping[str, object], *keys: str) -> None:
    for key in keys:
        value = entry.get(key)
        if not isinstance(value, str):
            raise UsageError(f"{key!r} is missing or is not a string")
        if len(value.encode(errors="surrogatepass")) > MAX_TEXT_BYTES:
            raise UsageError(f"{key!r} holds more than {MAX_TEXT_BYTES // 1_000_000} MB; is that one answer?")


def _write_json(result: Mapping[str, object]) -> None:
    # Escaped beyond ASCII: lone surrogates and terminal controls stay harmless in any locale.
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()


def read_text(file: Path | None) -> str:
    """The text of ``file``. Raises UsageError where it cannot be read, is too large or is not UTF-8."""
    assert file is not None  # noqa: S101 - one of the three was given
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_TEXT_BYTES + 1)
    except OSError as exc:
        raise UsageError(f"{file} cannot be read: {exc.strerror}") from exc
    if len(data) > MAX_TEXT_BYTES:
        raise UsageError(f"{file} holds more than {MAX_TEXT_BYTES // 1_000_000} MB; is that one answer?")
    if b"\0" in data:
        raise UsageError(f"{file} is not UTF-8 text: it holds zero bytes; for a recording use --audio")
    try:
        return data.decode()
    except UnicodeDecodeError as exc:
        raise UsageError(f"{file} is not UTF-8 text (byte {exc.start}); save it as UTF-8") from exc


# ------------------------------------------------------------------------------ recordings


def transcribed(path: Path, model: str | None, *, show: bool = False) -> Transcript:
    """The words of the recording ``path``; ``show`` writes them to stdout as they are recognised.

    Raises AudioFileError, ModelError, RecogniserError.
    """
    from voiceprep.engines.audiofile import AudioFileMicrophone, Pace, inspect_audio
    from voiceprep.events import LevelMeasured, TranscriptGrown
    from voiceprep.listen import WHOLE_RECORDING

    about = inspect_audio(path)
    with ExitStack() as stack:
        listener = assemble.listener(assemble.merged(assemble.Chosen(model=model)).model, stack)
        bar: Any = None
        # Words that appear on the same terminal show the progress themselves.
        hidden = not (show and sys.stdout.isatty())
        if about.duration_s and hidden and understands_cursor(sys.stderr):
            bar = stack.enter_context(
                typer.progressbar(length=round(about.duration_s), label="transcribing", file=sys.stderr)
            )
        shown, heard_s = "", 0

        def tell(event: Event) -> None:
            nonlocal shown, heard_s
            if isinstance(event, LevelMeasured) and bar is not None and int(event.heard_s) > heard_s:
                bar.update(int(event.heard_s) - heard_s)
                heard_s = int(event.heard_s)
            elif isinstance(event, TranscriptGrown) and show:
                typer.echo(plain(event.text[len(shown) :].strip()))
                shown = event.text

        return listener.hear(
            lambda: AudioFileMicrophone(path, Pace.AT_ONCE), WHOLE_RECORDING, tell
        ).transcript


def transcribe(
    file: Annotated[Path, typer.Argument(help="A recording: WAV, FLAC, MP3, M4A, ...")],
    model: Annotated[str | None, typer.Option(help="Speech model: a name or a folder.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object with every word's times.")] = False,
) -> None:
    """Write down what a recording says, a phrase a line."""
    transcript = transcribed(file, model, show=not as_json)
    if as_json:
        words = [
            {
                "text": word.text,
                "start": word.start,
                "end": word.end,
                "t0": None if word.t0_s is None else round(word.t0_s, 3),
                "t1": None if word.t1_s is None else round(word.t1_s, 3),
                "probability": None if word.probability is None else round(word.probability, 3),
            }
            for word in transcript.words
        ]
        _write_json({"file": str(file), "text": transcript.text, "words": words})
    elif not transcript.words:
        typer.echo("nothing said: no words were heard", err=True)
