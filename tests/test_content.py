"""The content that ships: it parses, proves itself, and keeps its ids."""

from __future__ import annotations

import pytest

from voiceprep.bank import load
from voiceprep.checks import assess, prove
from voiceprep.model import Bank, Kind, Question, Status, Transcript, Verdict
from voiceprep.resources import folder
from voiceprep.text import spoken

BANK = load([folder("content")])

FIRST_TWELVE = {
    "digital-image",
    "classification-vs-regression",
    "nms-purpose",
    "semantic-vs-instance",
    "yolo-vs-faster-rcnn",
    "lighting-variation",
    "transfer-learning-setup",
    "small-objects-missed",
    "weak-validation",
    "edge-constraints",
    "counterfeit-detection",
    "measurable-impact",
}


@pytest.fixture
def bank() -> Bank:
    return BANK


def test_published_ids_stay(bank: Bank) -> None:
    """An id, once published, keeps its place in the bank; every kind of question is there."""
    assert {question.id for question in bank.questions} >= FIRST_TWELVE
    assert {question.kind for question in bank.questions} == set(Kind)


@pytest.mark.parametrize("question", BANK.questions, ids=lambda question: question.id)
def test_a_question_proves_itself(question: Question, bank: Bank) -> None:
    """Its strong sample comes out strong, its flat one does not."""
    assert prove(question, bank) == ()


@pytest.mark.parametrize("question", BANK.questions, ids=lambda question: question.id)
def test_every_gap_can_be_asked_for(question: Question) -> None:
    """An essential element has a prepared probe, so that a follow-up never reads out the expected answer."""
    probed = {probe.probes for probe in question.probes}
    assert [
        element.id for element in question.elements if element.essential and element.id not in probed
    ] == []


@pytest.mark.parametrize("question", BANK.questions, ids=lambda question: question.id)
def test_phrasings_are_heard_when_said_and_not_when_turned_down(question: Question, bank: Bank) -> None:
    """Nearly every phrasing earns its element when said plainly; none does when called wrong."""
    heard = total = fooled = 0
    for element in question.elements:
        for phrasing in element.phrasings:
            total += 1
            heard += element.id in credited(question, f"{phrasing[0].upper()}{phrasing[1:]}.", bank)
            fooled += element.id in credited(question, f"It is not true that {phrasing}.", bank)
            fooled += element.id in credited(
                question, f"Some people say that {phrasing}, but I disagree.", bank
            )
    assert heard >= 0.95 * total
    assert fooled <= 0.05 * total


def credited(question: Question, text: str, bank: Bank) -> set[str]:
    found = assess(question, (Transcript(text, ()),), bank)
    return {finding.id for finding in found.elements if finding.status is Status.SAID}


@pytest.mark.parametrize("question", BANK.questions, ids=lambda question: question.id)
def test_key_terms_read_out_are_no_answer(question: Question, bank: Bank) -> None:
    """All key terms as a bare list come out flat."""
    terms = [
        part[0].rstrip("*") for element in question.elements for group in element.groups for part in group
    ]
    listed = ", ".join(dict.fromkeys(term for term in terms if term != "not"))
    assert assess(question, (Transcript(listed, ()),), bank).verdict is Verdict.FLAT


def test_a_voice_has_a_form_for_every_term(bank: Bank) -> None:
    """Every glossary term, read aloud, is its spoken form."""
    assert [term.term for term in bank.glossary if spoken(term.term, bank.glossary) != term.spoken] == []
