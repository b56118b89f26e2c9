"""Attempts in forms that other programs read: Markdown, subtitles, a table, JSON, an Anki deck."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict

from voiceprep import report
from voiceprep.model import Answer, Attempt, Bank, Question, Status
from voiceprep.replay import compare
from voiceprep.replay.marks import MarkedAnswer, Replay, Sentence, sentences_of
from voiceprep.replay.told import clock, delivery, repaired
from voiceprep.text import transcript

COLUMNS = (
    "attempt", "started", "question", "level", "ordinal", "asked", "verdict", "said", "missing", "vague",
    "words", "fillers", "seconds", "words_per_minute", "longest_pause_s", "text",
)  # fmt: skip
"""The table's columns; a line is an answer. Several elements in one cell are parted by spaces."""


def to_object(attempt: Attempt) -> Mapping[str, object]:
    """The attempt as an object for a JSON encoder; findings are as ``voiceprep check --json`` writes them."""
    return {
        "attempt": attempt.id,
        "question": attempt.question,
        "level": attempt.level.value,
        "started": attempt.started.isoformat(),
        "recogniser": attempt.recogniser,
        "read_again": None if attempt.read_again is None else attempt.read_again.isoformat(),
        "answers": [_answer(answer) for answer in attempt.answers],
        "combined": None if attempt.combined is None else report.to_object(attempt.combined),
    }


def _answer(answer: Answer) -> Mapping[str, object]:
    said = answer.transcript
    return {
        "ordinal": answer.ordinal,
        "asked": answer.asked,
        "probes": answer.probes,
        "repairs": None if answer.repairs is None else asdict(answer.repairs),
        "state": answer.state.value,
        "audio": None if answer.audio is None else str(answer.audio),
        "text": None if said is None else said.text,
        "words": [
            {"text": word.text, "start": word.start, "end": word.end, "t0": word.t0_s, "t1": word.t1_s}
            for word in (said.words if said is not None else ())
        ],
        "findings": None if answer.assessment is None else report.to_object(answer.assessment),
    }


class _Lines:
    """What csv writes to, in place of a file."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, text: str) -> None:
        self.written.append(text)


def table(attempts: Iterable[Attempt]) -> str:
    """CSV with a head line; what could be taken for a formula by a spreadsheet is quoted by an apostrophe."""
    out = _Lines()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for attempt in attempts:
        for answer in attempt.answers:
            writer.writerow([_cell(value) for value in _values(attempt, answer)])
    return "".join(out.written)


def _values(attempt: Attempt, answer: Answer) -> Iterable[object]:
    head = (attempt.id, attempt.started.isoformat(), attempt.question, attempt.level.value)
    text = answer.transcript.text if answer.transcript is not None else ""
    found = answer.assessment
    if found is None:
        return (*head, answer.ordinal, answer.asked, "", "", "", "", "", "", "", "", "", text)
    measured = found.delivery
    of_status = {
        status: " ".join(one.id for one in found.elements if one.status == status)
        for status in ("said", "missing")
    }
    return (
        *head,
        answer.ordinal,
        answer.asked,
        found.verdict.value,
        of_status["said"],
        of_status["missing"],
        len(found.vague),
        measured.words,
        measured.fillers,
        measured.seconds,
        measured.words_per_minute,
        measured.longest_pause_s,
        text,
    )


def _cell(value: object) -> object:
    # OWASP, "CSV injection": a cell that begins so is run by spreadsheets.
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def deck(attempts: Iterable[Attempt], bank: Bank) -> str:
    """What the attempts left out, as a text file that Anki imports: a card for each missing element.

    The latest of the attempts at a question decides. On the front stand the question and a word for what was
    missing, on the back what it needed and the sample answer's sentence about it. No cards give ``""``.
    """
    out = _Lines()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_ALL)
    known = {question.id: question for question in bank.questions}
    latest: dict[str, Attempt] = {}
    for attempt in sorted(attempts, key=lambda one: (one.started, one.id)):
        if compare.judged(attempt) is not None:
            latest[attempt.question] = attempt
    for attempt in latest.values():
        writer.writerows(_cards(attempt, known.get(attempt.question), bank))
    return "".join(["#separator:tab\n#html:false\n#tags column:3\n", *out.written]) if out.written else ""


def _cards(attempt: Attempt, question: Question | None, bank: Bank) -> Iterable[tuple[str, str, str]]:
    found = compare.judged(attempt)
    best = {} if question is None else _sample_sentences(question, attempt, bank)
    probes = {} if question is None else {probe.probes: probe.ask for probe in question.probes}
    ask = question.ask if question is not None else attempt.answers[0].asked
    tags = " ".join(
        _tag(name) for name in ("voiceprep", attempt.question, question.topic if question else "")
    )
    for element in found.elements if found is not None else ():
        if element.status is Status.MISSING:
            front = [ask, f"You left out: {element.id.replace('-', ' ')}", probes.get(element.id, "")]
            yield _field(front), _field([element.need, best.get(element.id, "")]), tags.strip()


def _sample_sentences(question: Question, attempt: Attempt, bank: Bank) -> Mapping[str, str]:
    """For every element the sentences of the sample answer in which it is heard."""
    sentences = sentences_of(transcript(question.strong))
    return {
        element.id: " ".join(
            sentence.text
            for sentence in sentences
            if any(e.start < sentence.end and e.end > sentence.start for e in element.evidence)
        )
        for element in compare.sample(question, attempt, bank).elements
    }


_RUN_BY_ANKI = re.compile(r"\[(?=(?:sound|anki):|/?latex\]|/?\$)", re.IGNORECASE)


def _field(parts: Iterable[str]) -> str:
    """Parts of a card, a line each; nothing in them plays a file, runs LaTeX or is a formula."""
    lines = (" ".join(part.split()) for part in parts)
    return str(_cell(_RUN_BY_ANKI.sub("[ ", "\n".join(line for line in lines if line))))


def _tag(name: str) -> str:
    return re.sub(r"[^\w-]+", "-", name)


def markdown(shown: Replay) -> str:
    """The attempt as a text to keep: questions, answers, and under each sentence what was found there."""
    attempt = shown.attempt
    lines = [
        f"# {_plain(shown.ask)}",
        "",
        f"Attempt {attempt.id}, {_plain(attempt.question)}, {attempt.level}",
    ]
    for marked in shown.answers:
        lines += ["", f"## {'Answer' if marked.answer.ordinal == 0 else _plain(marked.answer.asked)}"]
        lines += ["", told] if (told := repaired(marked.answer)) else []
        for sentence in marked.sentences:
            at = "" if sentence.t0_s is None else f"{clock(sentence.t0_s)} "
            lines += ["", f"{at}{_plain(sentence.text)}"]
            notes = [f"{mark.kind}: {mark.note or mark.name}" for mark in sentence.marks if mark.name]
            lines += ["", *(f"- {_plain(note)}" for note in dict.fromkeys(notes))] if notes else []
    if shown.gaps:
        lines += ["", "## Missing", "", *(f"- {_plain(gap.label)}" for gap in shown.gaps)]
    if shown.judged is not None:
        lines += ["", f"Verdict: {shown.judged.verdict}. {delivery(shown.judged.delivery)}"]
    return "\n".join(lines) + "\n"


_MEANT = frozenset("\\`*_[]<>&|~")
_AT_START = re.compile(r"^(#|\+|-|=|\d+(?=[.)]))")


def _plain(text: str) -> str:
    """``text`` on one line, with whatever Markdown could read as more than text escaped."""
    line = "".join(f"\\{letter}" if letter in _MEANT else letter for letter in " ".join(text.split()))
    return _AT_START.sub(lambda found: _shielded(found.group()), line)


def _shielded(start: str) -> str:
    return f"{start}\\" if start.isdigit() else f"\\{start}"


def srt(marked: MarkedAnswer) -> str:
    """Subtitles (SubRip), a sentence each; an answer without times gives ``""``."""
    return "\n".join(
        f"{number}\n{_time(begin, ',')} --> {_time(end, ',')}\n{text}\n"
        for number, (begin, end, text) in enumerate(_cues(marked.sentences), start=1)
    )


def vtt(marked: MarkedAnswer) -> str:
    """Subtitles (WebVTT), a sentence each; an answer without times gives the head alone."""
    cues = [
        f"{_time(begin, '.')} --> {_time(end, '.')}\n{_escaped(text)}\n"
        for begin, end, text in _cues(marked.sentences)
    ]
    return "\n".join(["WEBVTT\n", *cues])


def _cues(sentences: Iterable[Sentence]) -> Iterable[tuple[float, float, str]]:
    for sentence in sentences:
        if sentence.t0_s is not None and sentence.t1_s is not None:
            # An arrow would be read as times.
            yield sentence.t0_s, sentence.t1_s, " ".join(sentence.text.split()).replace("-->", "→")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _time(seconds: float, mark: str) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}{mark}{rest % 1000:03d}"
