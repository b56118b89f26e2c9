"""Findings as lines of text: pure functions from nouns to strings, for any width of terminal."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voiceprep.model import (
    Assessment,
    Attempt,
    ElementFinding,
    Evidence,
    Judgement,
    MoveFinding,
    Status,
)
from voiceprep.replay.told import clock, delivery, reading, repaired

if TYPE_CHECKING:
    from voiceprep.profile import Profile
    from voiceprep.replay.compare import Row
    from voiceprep.replay.marks import Gap, Mark, Replay, Sentence
    from voiceprep.replay.vague import VagueSentence
    from voiceprep.scoring import Scored

MAX_QUOTES = 2
"""So many quotations tell where a signal was heard; all of them would hide the rest."""
MIN_WIDTH = 24
"""Narrower terminals get lines of this width and wrap them themselves."""

_BOLD, _DIM, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Page:
    """What the lines are made for: ``width`` in columns, and whether bold and dim are understood."""

    width: int = 80
    styled: bool = False

    def bold(self, text: str) -> str:
        """``text`` in bold, where the page knows it."""
        return f"{_BOLD}{text}{_RESET}" if self.styled else text

    def dim(self, text: str) -> str:
        """``text`` dimmed, where the page knows it."""
        return f"{_DIM}{text}{_RESET}" if self.styled else text

    def paragraph(self, text: str, indent: str = "", hanging: str | None = None) -> list[str]:
        """``text`` wrapped to the width, further lines indented by ``hanging``."""
        return textwrap.wrap(
            plain(text),
            max(MIN_WIDTH, self.width),
            initial_indent=indent,
            subsequent_indent=indent if hanging is None else hanging,
        ) or [indent.rstrip()]


def plain(text: str) -> str:
    """``text`` without anything a terminal could obey: controls and direction overrides become U+FFFD."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}"
        if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") and letter not in "\n\t"
        else letter
        for letter in text
    )


def counted(n: int, noun: str, several: str = "") -> str:
    """``n`` and its noun; ``several`` is the plural where it takes more than an s."""
    return f"{n} {noun if n == 1 else several or noun + 's'}"


def quoted(evidence: Iterable[Evidence]) -> str:
    """The words findings rest on, with the second they were said where it is known."""
    said = []
    for item in evidence:
        at = "" if item.t0_s is None else f" at {item.t0_s:.1f} s"
        said.append(f'"{" ".join(item.text.split())}"{at}')
    return "; ".join(said)


def assessment_lines(assessment: Assessment, page: Page) -> list[str]:
    """Everything found about an answer, missing things with what they ask for."""
    from voiceprep import feedback

    lines = [page.bold(f"Verdict: {assessment.verdict}")]
    if manner := feedback.flatness(assessment):
        lines += page.paragraph(manner, "  ")
    lines += _section("What you said", _elements(assessment.elements, page), page)
    lines += _section("How you argued", _moves(assessment.moves, page), page)
    return lines + _manner_lines(assessment, page)


def encouraging_lines(assessment: Assessment, page: Page) -> list[str]:
    """What there was of an answer, and no more: no verdict, nothing missing, no pace."""
    said = tuple(one for one in assessment.elements if one.status is Status.SAID)
    made = tuple(one for one in assessment.moves if one.status is Status.SAID)
    lines = _section("What you said", _elements(said, page), page)
    lines += _section("How you argued", _moves(made, page), page)
    return lines or ["", *page.paragraph("Said, and kept: that is how it begins.")]


def _manner_lines(assessment: Assessment, page: Page) -> list[str]:
    """What the words of an answer are like, whatever was asked: vague spots, mistakes, delivery."""
    lines: list[str] = []
    vague = [
        line
        for finding in assessment.vague
        for line in _row("vague", f"{quoted((finding.evidence,))}: {finding.why}", page)
    ]
    lines += _section("Where it was vague", vague, page)
    pitfalls = [
        line
        for pitfall in assessment.pitfalls
        for line in _row("careful", f"{quoted(pitfall.evidence)}: {pitfall.correction}", page)
    ]
    lines += _section("Worth correcting", pitfalls, page)
    return lines + _section("How it sounded", page.paragraph(delivery(assessment.delivery), "  "), page)


def scored_lines(scored: Scored, page: Page) -> list[str]:
    """The score of an answer, and every statement of its reference, said or missing."""
    return [
        page.bold(f"Score: {scored.score:.2f}"),
        *_section("What you said", _elements(scored.elements, page), page),
    ]


def profile_lines(found: Profile, page: Page) -> list[str]:
    """What a row of answers signals, each signal with the words it was heard in; nothing is graded."""
    lines = [page.bold(f"Over {found.n_answers} question{'s' if found.n_answers != 1 else ''}")]
    lines += signal_lines(found, page)
    rows = (
        ("confidence", _confidence(found)),
        ("compatibility", _parts(found.story_moves_made, "{:.0%} of the parts of your stories told")),
        ("capability", _parts(found.elements_said, "{:.0%} of what complete answers state")),
    )
    lines += ["", page.bold("Confidence, compatibility, capability: what a transcript can show")]
    for name, told in rows:
        lines += page.paragraph(f"{name:<14}{told or 'nothing of the kind was asked'}", "  ", " " * 16)
    return lines


def signal_lines(found: Profile, page: Page) -> list[str]:
    """The five signals, each with the words it was heard in."""
    lines: list[str] = []
    for signal, quotes in found.quotes:
        n_reasoned = sum(quote.is_reasoned for quote in quotes)
        heard = f"heard in {len(quotes)} of {found.n_answers}" if quotes else "not heard"
        if quotes and n_reasoned < len(quotes):
            heard += f", argued in {n_reasoned}"
        lines += ["", *page.paragraph(f"{signal}: {heard}", "  ", "    ")]
        for quote in quotes[:MAX_QUOTES]:
            lines += page.paragraph(
                f'"{quote.text}" ({quote.question}, attempt {quote.attempt})', "    ", "    "
            )
    return lines


def _parts(share: float | None, told: str) -> str:
    return "" if share is None else told.format(share)


def _confidence(found: Profile) -> str:
    parts = [
        _parts(found.fillers_per_100_words, "at least {:.1f} fillers in 100 words"),
        _parts(found.vague_per_answer, "{:.1f} vague spots a question"),
        _parts(found.longest_pause_s, "longest pause {:.1f} s (median)"),
    ]
    return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Joint:
    """The findings over the answers ``before`` the latest of ``n_answers``, and over all of them."""

    before: Assessment
    combined: Assessment
    n_answers: int


def added_lines(assessment: Assessment, joint: Joint, page: Page) -> list[str]:
    """A further answer by what it added: it replied to one thing and need not say again what was said."""
    return [*gained_lines(joint, page), *_manner_lines(assessment, page)]


def gained_lines(joint: Joint, page: Page) -> list[str]:
    """What the latest answer added to those before, and what is still missing in all of them together."""
    from voiceprep import feedback
    from voiceprep.checks import lacking

    combined = joint.combined
    found = feedback.gain(joint.before, combined)
    n_before = sum(finding.status is Status.SAID for finding in joint.before.elements)
    said = sum(finding.status is Status.SAID for finding in combined.elements)
    together = "Both" if joint.n_answers == 2 else f"All {joint.n_answers}"
    lines = [
        page.bold(line)
        for line in page.paragraph(
            f"{together} answers together: {combined.verdict}, {said} of {len(combined.elements)} elements "
            f"({n_before} before)."
        )
    ]
    for finding in combined.elements:
        if finding.id in found.elements:
            lines += _row("gained", f"{finding.need}: {quoted(finding.evidence)}", page)
    for move in combined.moves:
        if move.id in found.moves:
            lines += _row("gained", f"{move.id}: {quoted(move.evidence)}", page)
    if not (found.elements or found.moves):
        lines += page.paragraph("This answer added nothing of what is listened for.", "  ")
    for finding in combined.elements:
        if finding.status is not Status.SAID:
            lines += _row("still", finding.need, page)
    for move in combined.moves:
        if move.id in found.still_unmade:
            lines += _row("still", f"{move.id}: {lacking(move)}", page)
    return lines


def attempt_lines(attempt: Attempt, page: Page) -> list[str]:
    """An attempt as kept: what was asked, what was answered, where the audio lies."""
    lines = attempt_heading(attempt, page)
    judged = [answer.assessment for answer in attempt.replies if answer.assessment is not None]
    for answer in attempt.answers:
        lines += ["", *page.paragraph(f"Asked: {answer.asked}")]
        said = answer.transcript.text if answer.transcript is not None else ""
        lines += page.paragraph(f"Answered ({answer.state}): {said or 'nothing'}")
        if answer.marks_s:
            lines += page.paragraph(f"Marked at {', '.join(f'{at_s:.1f} s' for at_s in answer.marks_s)}")
        if answer.audio is not None:
            lines.append(plain(f"Audio: {answer.audio}"))
        silence_s, compute_s = answer.timing.last_speech_to_finished_s, answer.timing.finished_to_flags_s
        if silence_s is not None and compute_s is not None:
            lines.append(
                f"Flags {silence_s + compute_s:.2f} s after the last word, {compute_s:.3f} s after the end."
            )
        if answer.repairs is not None:
            lines += page.paragraph(repaired(answer))
        elif answer.assessment is not None:
            is_first = answer.assessment is judged[0] or attempt.combined is None
            show = assessment_lines if is_first else _manner_lines
            lines += show(answer.assessment, page)
    if attempt.combined is not None and len(judged) > 1:
        lines += ["", *gained_lines(Joint(judged[0], attempt.combined, len(judged)), page)]
    return lines


def judgement_lines(judged: Judgement, page: Page) -> list[str]:
    """A vague sentence said again: what it carries now, what it lacks, what it contradicts or lost."""
    lines = [page.bold(f"Said again: {judged.outcome}")]
    for one in judged.carries:
        lines += _row("gained", f"{one.what}: {quoted((one.evidence,))}", page)
    for vague in judged.found.vague:
        lines += _row("vague", f"{quoted((vague.evidence,))}: {vague.why}", page)
    if judged.against:
        lines += _row("careful", f"it contradicts: {judged.against}", page)
    if judged.lacks and not judged.found.vague:
        lines += _row("still", judged.lacks, page)
    for need in judged.lost:
        lines += _row("lost", need, page)
    return lines


# ------------------------------------------------------------------------------ replay


def replay_lines(shown: Replay, page: Page) -> list[str]:
    """An attempt with every finding marked where it was heard, and what is missing where it belonged."""
    lines = [*attempt_heading(shown.attempt, page)]
    for marked in shown.answers:
        label = "Question" if marked.answer.ordinal == 0 else "Follow-up"
        asked = f"{label}: {marked.answer.asked}" if marked.answer.repairs is None else marked.answer.asked
        lines += ["", *page.paragraph(asked)]
        if marked.answer.audio is not None:
            lines.append(plain(f"Audio: {marked.answer.audio}"))
        if not marked.sentences:
            lines.append(f"  ({marked.answer.state}: no words)")
        for sentence in marked.sentences:
            lines += ["", *sentence_lines(sentence, shown, page)]
        if told := repaired(marked.answer):
            lines += ["", *page.paragraph(told)]
    if shown.gaps:
        lines += ["", page.bold("Missing")]
    far = [gap.sentence for gap in shown.gaps if gap.sentence is not None and not gap.came_near]
    if far:
        lines += page.paragraph(f"It could follow sentence {far[0]}, the last, where none came near.", "  ")
    for gap in shown.gaps:
        lines += gap_lines(gap, page)
    if shown.judged is not None:
        lines += ["", *page.paragraph(f"Verdict: {shown.judged.verdict}. {delivery(shown.judged.delivery)}")]
    return lines


def attempt_heading(attempt: Attempt, page: Page) -> list[str]:
    """Which attempt this is, and by which model it was read again, if it was."""
    when = attempt.started.astimezone().strftime("%Y-%m-%d %H:%M")
    lines = [page.bold(plain(f"Attempt {attempt.id}: {attempt.question} ({attempt.level}), {when}"))]
    if attempt.read_again is not None:
        before = f"as read before: voiceprep replay {attempt.id} --original"
        lines += page.paragraph(f"{reading(attempt)} ({before})")
    return lines


def sentence_lines(sentence: Sentence, shown: Replay, page: Page) -> list[str]:
    """A sentence with its marks, "[1 words 1]" and "(filler)", and below it what each mark stands for."""
    numbers = _numbers(shown)
    at = "" if sentence.t0_s is None else f"{clock(sentence.t0_s)}  "
    head = f"{sentence.number:>3}. {at}"
    lines = page.paragraph(_marked_text(sentence, numbers), head, " " * len(head))
    lines = [_BRACKET.sub(lambda match: page.bold(match.group()), line) for line in lines]
    for mark in sentence.marks:
        if mark in numbers and sentence.start <= mark.evidence.start < sentence.end:
            lines += mark_lines(mark, numbers[mark], page)
    return lines


def mark_lines(mark: Mark, number: int, page: Page) -> list[str]:
    """What a mark stands for: its number, its kind, its words, what it means or what would mend it."""
    name = mark.name if mark.kind in ("made", "vague") else ""
    told = ": ".join(part for part in (name, mark.note) if part)
    return page.paragraph(f"{number} {mark.kind}: {told}", " " * 5, " " * 9)


def gap_lines(gap: Gap, page: Page) -> list[str]:
    """What is missing, and the sentence that came near it, where one did."""
    near = f" (sentence {gap.sentence} came near)" if gap.came_near else ""
    return _row("missing", f"{gap.label}{near}", page)


def change_lines(rows: Sequence[Row], names: tuple[str, str], page: Page) -> list[str]:
    """What the second of two sets of findings has beyond the first, lacks, and leaves out like it."""
    before, after = names
    lines: list[str] = []
    for title, chosen in (
        (f"In {after}, not in {before}", [row for row in rows if row.gained]),
        (f"In {before}, not in {after}", [row for row in rows if row.lost]),
        ("In neither", [row for row in rows if Status.SAID not in row.statuses[-2:]]),
    ):
        if chosen:
            lines.append(f"  {title}:")
            lines += [line for row in chosen for line in page.paragraph(row.label, "    - ", "      ")]
    return lines or ["  No difference."]


def vague_lines(found: Sequence[VagueSentence], topics: Mapping[str, str], page: Page) -> list[str]:
    """Vague sentences under their topics, each with what would make it concrete and where it was said.

    Topics come in the order of their first sentence; ``topics`` gives each question's.
    """
    of_topic: dict[str, list[VagueSentence]] = {}
    for sentence in found:
        of_topic.setdefault(topics.get(sentence.question, "no longer in the bank"), []).append(sentence)
    lines: list[str] = []
    for topic, sentences in of_topic.items():
        lines += [*([""] if lines else []), page.bold(plain(topic))]
        for sentence in sentences:
            lines += vague_sentence_lines(sentence, page)
    return lines


def vague_sentence_lines(sentence: VagueSentence, page: Page) -> list[str]:
    """A vague sentence with what would make it concrete, and where it was said."""
    lines = page.paragraph(f"“{sentence.text}”", "  ", "   ")
    for finding in sentence.findings:
        quote = (
            ""
            if finding.evidence.text in (sentence.text, sentence.text.rstrip(".?!"))
            else (f'"{" ".join(finding.evidence.text.split())}": ')
        )
        lines += page.paragraph(f"{quote}{finding.why}", "      ", "      ")
    when = sentence.started.astimezone().strftime("%Y-%m-%d")
    mended = "said again since, and concrete; " if sentence.mended else ""
    where = f"{sentence.question}, {when}: {mended}voiceprep replay {sentence.attempt}"
    lines += [page.dim(line) for line in page.paragraph(where, "      ", "      ")]
    return lines


_BRACKET = re.compile(r"\[\d+(?:,\d+)*(?= )|(?<= )\d+(?:,\d+)*\]")


def _numbers(shown: Replay) -> dict[Mark | Gap, int]:
    from voiceprep.replay.walk import stops

    return {stop.finding: number for number, stop in enumerate(stops(shown), start=1)}


def _marked_text(sentence: Sentence, numbers: dict[Mark | Gap, int]) -> str:
    """The sentence with brackets at the edges of its marks; numbers on both sides keep overlaps apart."""
    end = sentence.start + len(sentence.text.rstrip())
    spans: dict[tuple[int, int], list[str]] = {}
    for mark in sentence.marks:
        span = (max(mark.evidence.start, sentence.start), min(mark.evidence.end, end))
        spans.setdefault(span, []).extend([str(numbers[mark])] if mark in numbers else [])
    edges: list[tuple[int, int, int, str]] = []  # place; closings first, the inner ones before the outer
    for (begin, stop), named in spans.items():
        label = ",".join(named)
        edges.append((begin, 1, begin - stop, f"[{label} " if label else "("))
        edges.append((stop, 0, stop - begin, f" {label}]" if label else ")"))
    text, at = "", sentence.start
    for place, _, _, written in sorted(edges):
        text += sentence.text[at - sentence.start : place - sentence.start] + written
        at = place
    return " ".join((text + sentence.text[at - sentence.start :]).split())


def _elements(findings: tuple[ElementFinding, ...], page: Page) -> list[str]:
    lines: list[str] = []
    for finding in findings:
        if finding.status is Status.SAID:
            lines += _row("said", f"{finding.need}: {quoted(finding.evidence)}", page)
        elif finding.status is Status.MISHEARD:
            lines += _row("unsure", f"{finding.need}: misheard? {quoted(finding.evidence)}", page)
        else:
            lines += _row("missing", finding.need, page)
    return lines


def _moves(findings: tuple[MoveFinding, ...], page: Page) -> list[str]:
    from voiceprep.checks import lacking

    lines: list[str] = []
    for finding in findings:
        if not finding.required:
            continue  # beside the point of this question; check --json has them
        if finding.status is Status.SAID:
            lines += _row("made", f"{finding.id}: {quoted(finding.evidence)}", page)
        else:
            lines += _row("missing", f"{finding.id}: {lacking(finding)}", page)
    return lines


def _row(mark: str, text: str, page: Page) -> list[str]:
    first, *rest = page.paragraph(text, f"  {mark:<8}", " " * 10)
    styled = page.bold if mark in ("missing", "still", "vague", "careful", "unsure") else page.dim
    return [first.replace(mark, styled(mark), 1), *rest]


def _section(title: str, lines: list[str], page: Page) -> list[str]:
    return ["", page.bold(title), *lines] if lines else []
