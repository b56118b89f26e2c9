"""How often the checker is right, how easily it is fooled, and how fast it is.

    python -m tests.benchmarks.checker --answers answers-dev.jsonl [--mangled answers-dev-asr.jsonl]

Labelled answers (one JSON object a line: question, text, present, moves, vague) are kept outside the
repository; without them only the parts that need none are run.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rapidfuzz import fuzz

from voiceprep.bank import load
from voiceprep.checks import assess
from voiceprep.model import Bank, Question, Status, Term, Transcript, Verdict
from voiceprep.reading import MIN_FUZZY_LETTERS, lexicon, read
from voiceprep.resources import folder
from voiceprep.text import FUNCTION_WORDS, words


@dataclass
class Counts:
    """A two by two table; positive is what a flag would say."""

    hit: int = 0
    false: int = 0
    missed: int = 0
    rest: int = 0

    def add(self, *, flagged: bool, true: bool) -> None:
        if flagged and true:
            self.hit += 1
        elif flagged:
            self.false += 1
        elif true:
            self.missed += 1
        else:
            self.rest += 1

    def f1(self) -> float:
        return 2 * self.hit / max(1, 2 * self.hit + self.false + self.missed)

    def accuracy(self) -> float:
        return (self.hit + self.rest) / max(1, self.hit + self.false + self.missed + self.rest)

    def __str__(self) -> str:
        table = f"hit {self.hit}, false {self.false}, missed {self.missed}, rest {self.rest}"
        return f"F1 {self.f1():.3f}  accuracy {self.accuracy():.3f}  ({table})"


@dataclass
class Score:
    """Everything counted over a file of answers."""

    missing: Counts = field(default_factory=Counts)
    moves: Counts = field(default_factory=Counts)
    per_move: dict[str, Counts] = field(default_factory=dict)
    n_vague: int = 0
    n_vague_right: int = 0
    n_vague_wanted: int = 0
    n_vague_found: int = 0
    n_misheard: int = 0
    n_skipped: int = 0


def score(path: Path, bank: Bank) -> Score:
    """Labels against findings for every answer whose question is in the bank."""
    known = {question.id: question for question in bank.questions}
    total = Score()
    for line in path.read_text(encoding="utf-8").splitlines():
        answer = json.loads(line)
        question = known.get(answer["question"])
        if question is None:
            total.n_skipped += 1
            continue
        found = assess(question, (Transcript(answer["text"], ()),), bank)
        for element in found.elements:
            total.missing.add(
                flagged=element.status is Status.MISSING, true=element.id not in answer["present"]
            )
            total.n_misheard += element.status is Status.MISHEARD
        for move in found.moves:
            if move.required:
                said, made = move.status is Status.SAID, move.id.value in answer["moves"]
                total.moves.add(flagged=said, true=made)
                total.per_move.setdefault(move.id.value, Counts()).add(flagged=said, true=made)
        wanted = [
            (start, start + len(span))
            for span in answer["vague"]
            if (start := answer["text"].find(span)) >= 0
        ]
        got = [(finding.evidence.start, finding.evidence.end) for finding in found.vague]
        total.n_vague += len(got)
        total.n_vague_right += sum(any(_overlap(one, other) for other in wanted) for one in got)
        total.n_vague_wanted += len(wanted)
        total.n_vague_found += sum(any(_overlap(one, other) for other in got) for one in wanted)
    return total


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


# ------------------------------------------------------------------------------ attempts to fool it

DENIALS = {
    "denied": "It is not true that {}.",
    "disbelieved": "I don't think that {}.",
    "called wrong": "The idea that {} is wrong.",
    "attributed": "Some people say that {}, but I disagree.",
    "withdrawn": "{}. No wait, that's wrong.",
    "scratched": "{}. Scratch that.",
}


def denials(question: Question) -> Iterable[tuple[str, str, str]]:
    """(element, way, text): every phrasing denied in every way."""
    for element in question.elements:
        for phrasing in element.phrasings:
            if not {"not", "no", "never", "nothing", "cannot", "without", "neither"} & set(
                phrasing.lower().replace("n't", " not").split()
            ):
                for way, template in DENIALS.items():
                    yield (
                        element.id,
                        way,
                        template.format(
                            phrasing[0].upper() + phrasing[1:] if template[0] == "{" else phrasing
                        ),
                    )


JOINS = {"commas": (", ", "."), "full stops": (". ", "."), "and": (" and ", ""), "nothing": (" ", "")}
"""What stands between listed terms, and at the end."""


def stuffing(question: Question) -> Iterable[tuple[str, str]]:
    """(way, text): key terms of all elements as a bare list, joined in every way.

    Of every set one alternative: the first, in the order of the file or shuffled, or any. With the small
    words of the phrases or without the phrases that hold any.
    """
    sets = [part for element in question.elements for group in element.groups for part in group]
    rng = random.Random(question.id)
    firsts = [part[0] for part in sets]
    for order, chosen in (
        ("", firsts),
        ("shuffled, ", rng.sample(firsts, len(firsts))),
        ("any, ", [rng.choice(part) for part in sets]),
    ):
        every = list(dict.fromkeys(term.rstrip("*") for term in chosen if term != "not"))
        terms = [term for term in every if not FUNCTION_WORDS & set(words(term))]
        for small, said in (("", terms), (", small words too", every)):
            for join, (between, end) in JOINS.items():
                yield f"{order}{join}{small}", between.join(said) + end


def credited(question: Question, text: str, bank: Bank) -> set[str]:
    """Ids of the elements credited for ``text``."""
    found = assess(question, (Transcript(text, ()),), bank)
    return {element.id for element in found.elements if element.status is Status.SAID}


# ------------------------------------------------------------------------------ answers to something else

N_STRANGERS = 10
"""Questions of other topics that an answer is held against."""


@dataclass
class Strangers:
    """What answers earn at questions of other topics."""

    n_pairs: int = 0
    n_more_than_flat: int = 0
    n_credited: int = 0

    def __str__(self) -> str:
        per = 1 / max(1, self.n_pairs)
        return (
            f"{self.n_pairs} pairs: {self.n_more_than_flat * per:.3f} more than flat, "
            f"{self.n_credited * per:.3f} elements credited a pair"
        )


def strangers(answers: Iterable[tuple[str, str]], bank: Bank) -> Strangers:
    """Every answer (question, text) held against questions of other topics, the same ones each time."""
    of = {question.id: question for question in bank.questions}
    pairs: dict[str, list[str]] = {}
    for id_, text in answers:
        others = [other.id for other in bank.questions if other.topic != of[id_].topic]
        for other in random.Random(text).sample(others, N_STRANGERS):
            pairs.setdefault(other, []).append(text)
    counted = Strangers()
    for other, texts in pairs.items():
        for text in texts:
            found = assess(of[other], (Transcript(text, ()),), bank)
            counted.n_pairs += 1
            counted.n_more_than_flat += found.verdict is not Verdict.FLAT
            counted.n_credited += sum(element.status is Status.SAID for element in found.elements)
    return counted


# ------------------------------------------------------------------------------ sound-alikes


@dataclass
class Heard:
    """How often terms were found: ``false`` where a text does not hold them, ``found`` of those ``said``."""

    absent: int = 0
    false_sure: int = 0
    false_doubtful: int = 0
    said: int = 0
    found: int = 0
    found_sure: int = 0

    def __str__(self) -> str:
        per = 100 / max(1, self.absent)
        return (
            f"{self.absent} absent terms: {self.false_sure * per:.3f} of 100 taken for said, "
            f"{self.false_doubtful * per:.3f} for perhaps misheard"
        )


def holds(text: str, term: Term) -> bool:
    """Whether a text holds a term as it is written, as it is spoken, or letter by letter."""
    said = f" {' '.join(words(text))} "
    forms = {term.term, term.spoken, "".join(words(term.term)), " ".join("".join(words(term.term)))}
    forms |= {form for form in term.sounds_like if initials(form) == "".join(words(term.term))}
    return any(f" {' '.join(words(form))}{end} " in said for form in forms for end in ("", "s", "'s"))


def initials(form: str) -> str:
    """The first letters of several words, which may spell an acronym."""
    return "".join(word[0] for word in words(form)) if " " in form else ""


def sound_alikes(bank: Bank, texts: Sequence[str], pairs: Sequence[tuple[str, str]]) -> Heard:
    """Terms found in ``texts`` that do not hold them, and terms of a clean text found in its mangled one."""
    known = lexicon(bank.glossary, ())
    keys = {"".join(words(term.term)): term for term in bank.glossary}
    counted = Heard()
    for text in texts:
        reading = read(text, known)
        for key, term in keys.items():
            if not holds(text, term):
                counted.absent += 1
                hits = reading.at(key)
                counted.false_sure += any(not hit.doubtful for hit in hits)
                counted.false_doubtful += bool(hits) and all(hit.doubtful for hit in hits)
    for clean, mangled in pairs:
        reading = read(mangled, known)
        for key, term in keys.items():
            if holds(clean, term) and not holds(mangled, term):
                hits = reading.at(key)
                counted.said += 1
                counted.found += bool(hits)
                counted.found_sure += any(not hit.doubtful for hit in hits)
    return counted


def misspelled(term: str, rng: random.Random) -> str:
    """A long word with one letter left out, doubled or changed, but not the first."""
    at = rng.randrange(1, len(term))
    return term[:at] + rng.choice(("", term[at] * 2, rng.choice("aeiou"))) + term[at + 1 :]


# ------------------------------------------------------------------------------ speed


def milliseconds(questions: Sequence[Question], bank: Bank) -> tuple[float, float]:
    """(checker, bare loop over the same phrases) for one strong sample, the best of several rounds each."""
    ours = bare = 0.0
    for question in questions:  # one after the other: the patterns of a few questions are kept
        taken, plain = [], []
        for _ in range(6):
            began = time.process_time()
            assess(question, (Transcript(question.strong, ()),), bank)
            taken.append(time.process_time() - began)
            began = time.process_time()
            text = question.strong.lower()
            for element in question.elements:
                for phrase in (
                    *element.phrasings,
                    *(name for group in element.groups for part in group for name in part),
                ):
                    fuzz.partial_ratio(phrase, text, score_cutoff=80.0)
            plain.append(time.process_time() - began)
        ours += min(taken)
        bare += min(plain)
    return ours / len(questions) * 1e3, bare / len(questions) * 1e3


# ------------------------------------------------------------------------------ the report


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=Path, help="labelled answers, JSON lines")
    parser.add_argument("--mangled", type=Path, help="the same as a recogniser might give them")
    options = parser.parse_args()
    bank = load([folder("content")])
    print(f"{len(bank.questions)} questions, {len(bank.glossary)} terms")
    if options.answers is None:
        print("labelled answers: skipped (give a file with --answers)")
    clean = None
    for name, path in (("answers", options.answers), ("mangled", options.mangled)):
        if path is None:
            continue
        total = score(path, bank)
        clean = total if name == "answers" else clean
        print(
            f"\n{name}: {path.name}"
            + (f" ({total.n_skipped} of questions not in the bank)" if total.n_skipped else "")
        )
        print(f"  missing flags  {total.missing}  misheard {total.n_misheard}")
        print(f"  moves          {total.moves}")
        for move, counts in sorted(total.per_move.items()):
            print(f"    {move:<16} {counts}")
        precision = total.n_vague_right / max(1, total.n_vague)
        recall = total.n_vague_found / max(1, total.n_vague_wanted)
        print(f"  vague spans    precision {precision:.3f}  recall {recall:.3f}  ({total.n_vague} flagged)")
        if name == "mangled" and clean is not None:
            print(f"  loss against all clean answers: F1 {clean.missing.f1() - total.missing.f1():+.3f}")
    _fooled(bank)
    print("\nheld against questions of other topics")
    print(f"  strong samples  {strangers(((one.id, one.strong) for one in bank.questions), bank)}")
    if options.answers is not None:
        lines = map(json.loads, options.answers.read_text(encoding="utf-8").splitlines())
        print(
            f"  {options.answers.name}  {strangers(((one['question'], one['text']) for one in lines), bank)}"
        )
    _misheard(bank, options.answers, options.mangled)
    ours, bare = milliseconds(bank.questions, bank)
    print(
        f"\nspeed: {ours:.2f} ms for a strong sample; bare rapidfuzz loop over the same phrases {bare:.2f} "
        f"ms; ratio {ours / bare:.2f}"
    )


def _misheard(bank: Bank, answers: Path | None, mangled: Path | None) -> None:
    rng = random.Random(0)
    clean, other = (
        {line["id"]: line["text"] for line in map(json.loads, path.read_text(encoding="utf-8").splitlines())}
        if path
        else {}
        for path in (answers, mangled)
    )
    texts = [text for question in bank.questions for text in (question.strong, question.flat)]
    pairs = [
        (clean[id_.removesuffix("n")], text) for id_, text in other.items() if id_.removesuffix("n") in clean
    ]
    counted = sound_alikes(bank, [*texts, *clean.values()], pairs)
    print(f"\nsound-alikes in {len(texts) + len(clean)} texts: {counted}")
    if pairs:
        print(f"  mangled terms found: {counted.found} of {counted.said} ({counted.found_sure} surely)")
    listed = [
        (f"we use {term.term} here", f"we use {form} here")
        for term in bank.glossary
        for form in term.sounds_like
    ]
    found = sound_alikes(bank, (), listed)
    print(f"  listed mishearings found: {found.found} of {found.said} ({found.found_sure} surely)")
    long = [
        term.term for term in bank.glossary if term.term.isalpha() and len(term.term) >= MIN_FUZZY_LETTERS
    ]
    spelled = [
        (f"we use {term} here", f"we use {misspelled(term.lower(), rng)} here")
        for term in long
        for _ in range(5)
    ]
    found = sound_alikes(bank, (), spelled)
    print(
        f"  one letter wrong in a long term, found: {found.found} of {found.said} ({found.found_sure} surely)"
    )


def _fooled(bank: Bank) -> None:
    tried: Counter[str] = Counter()
    fooled: Counter[str] = Counter()
    plain: Counter[bool] = Counter()
    for question in bank.questions:
        for element in question.elements:
            for phrasing in element.phrasings:
                plain[element.id in credited(question, phrasing[0].upper() + phrasing[1:] + ".", bank)] += 1
        for element_id, way, text in denials(question):
            tried[way] += 1
            fooled[way] += element_id in credited(question, text, bank)
        for way, text in stuffing(question):
            tried[f"list, {way}"] += len(question.elements)
            fooled[f"list, {way}"] += len(credited(question, text, bank))
    print(f"\nphrasings said plainly and credited: {plain[True]} of {plain.total()}")
    for way in tried:
        print(f"credited though {way}: {fooled[way]} of {tried[way]} ({fooled[way] / tried[way]:.1%})")
    print(f"all together: {fooled.total() / max(1, tried.total()):.1%}")


if __name__ == "__main__":
    main()
