"""Tokens, sentences, stems, numbers, and the text a voice reads."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep.model import Term
from voiceprep.numerals import numeral_at
from voiceprep.reading import lexicon, read
from voiceprep.stems import stem
from voiceprep.text import fold, plainly, sentence_spans, spoken, tokenise

NO_TERMS = lexicon((), ())


@given(st.text(max_size=300))
def test_every_token_quotes_the_text(text: str) -> None:
    """Whatever the text, a token's span holds the token's word, spans are in order and do not overlap."""
    tokens = tokenise(text)
    assert [fold(text)[token.start : token.end] for token in tokens] == [token.word for token in tokens]
    assert all(one.end <= other.start for one, other in pairwise(tokens))


@given(st.text(max_size=200))
def test_folding_keeps_the_length(text: str) -> None:
    """Offsets into the folded text are offsets into the text."""
    assert len(fold(text)) == len(text)


def sentences(text: str) -> list[str]:
    tokens = tokenise(text)
    return [text[tokens[begin].start : tokens[end - 1].end] for begin, end in sentence_spans(tokens)]


def test_sentences_end_at_marks_and_not_inside_numbers() -> None:
    """A full stop ends a sentence; the point of 0.5 does not."""
    assert sentences("The limit is 0.5 here. Then it stops; done.") == [
        "The limit is 0.5 here",
        "Then it stops",
        "done",
    ]


def test_recogniser_output_without_marks_is_cut_at_new_thoughts() -> None:
    """Unpunctuated text breaks where a speaker begins a new thought, never in the middle of one."""
    text = (
        "the head fires many times for one dog so we sort the boxes by score and then we keep the top one "
        "because it is the most certain"
    )
    assert sentences(text) == [
        "the head fires many times for one dog",
        "so we sort the boxes by score",
        "and then we keep the top one",
        "because it is the most certain",
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("colour", "color"), ("normalisation", "normalization"), ("labelled", "labeling"), ("kept", "keeps"),
        ("frozen", "freezing"), ("boxes", "box"), ("greyscale", "grayscale"), ("highest", "high"),
        ("neighbours", "neighbor"),
        ("two", "2"), ("detector's", "detector"), ("quantised", "quantize"), ("metres", "meter"),
    ],
)  # fmt: skip
def test_forms_of_one_word_share_a_stem(one: str, other: str) -> None:
    """Inflection, irregular verbs, comparatives and British spelling do not tell words apart."""
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("precision", "decision"),
        ("java", "javascript"),
        ("supervised", "unsupervised"),
        ("recall", "call"),
        ("noise", "noize"),
        ("raise", "raze"),
    ],
)
def test_different_words_have_different_stems(one: str, other: str) -> None:
    """Words that only look alike stay apart."""
    assert stem(one) != stem(other)


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("two fifty five", "255"), ("nineteen twenty by", "1920"), ("a hundred and twenty five", "125"),
        ("zero point one", "0.1"),
        ("point six", "0.6"), ("forty thousand", "40000"), ("1,000", "1000"), ("1.5 million", "1500000"),
        ("two twenty four", "224"),
        ("one oh one", "101"), ("three thousand two hundred", "3200"), ("thirty two bit", "32"),
        ("twenty", "20"),
    ],
)  # fmt: skip
def test_numbers_are_understood_as_said(said: str, digits: str) -> None:
    """A number in words is the number in digits."""
    number = numeral_at(said.split(), 0)
    assert number is not None
    assert number.digits == digits


@pytest.mark.parametrize("said", ["a car", "point of view", "second", "oh well", "²", "and five"])
def test_what_is_no_number_is_none(said: str) -> None:
    """Articles, ordinals and stray signs count nothing."""
    assert numeral_at(said.split(), 0) is None


@pytest.mark.parametrize(
    ("text", "fillers"),
    [
        ("so, um, the box", ["um"]),
        ("it is, you know, kept", ["you", "know"]),
        ("you know what I keep", []),
        ("any kind of motion", []),
        ("it is kind of slow", ["kind", "of"]),
        ("boxes like these", []),
        ("it moves by like five points", ["like"]),
        ("at, like, ten layers", ["like"]),
        ("I mean the second box, not what I mean", ["i", "mean"]),
    ],
)
def test_fillers_are_told_from_the_words_they_are_made_of(text: str, fillers: list[str]) -> None:
    """A "kind of" after "any" is no filler, nor is "like" before what it compares."""
    assert [token.word for token in tokenise(text) if token.is_filler] == fillers


GLOSSARY = (
    Term("R-CNN", "R C N N", ("our cnn",), "-"),
    Term("Faster R-CNN", "faster R C N N", (), "-"),
    Term("mAP", "M A P", ("mean average precision",), "-"),
    Term("INT8", "int eight", (), "-"),
    Term("YOLO", "yolo", ("yellow", "yo low"), "-"),
    Term("EfficientNet", "efficient net", (), "-"),
    Term("FPN", "F P N", ("feature pyramid", "eff pea enn"), "-"),
    Term("AUC", "A U C", ("area under the curve", "a you see"), "-"),
    Term("k-means", "k means", ("k mean", "came eons"), "-"),
    Term("MP", "megapixels", ("megapixel", "em pea"), "-"),
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Faster R-CNN against R-CNN", "faster R C N N against R C N N"),
        ("mAP at 33 ms and 30 fps", "M A P at 33 milliseconds and 30 frames per second"),
        ("a map of R-CNNs", "a map of R-CNNs"),
        ("int8 and 8-bit, 20%", "int eight and 8 bit, 20 percent"),
        ("224x224 input", "224 by 224 input"),
        ("", ""),
    ],
)
def test_a_voice_says_terms_and_units_in_full(text: str, said: str) -> None:
    """Terms are replaced whole, longest first; a plain word that only looks like a term is left alone."""
    assert spoken(text, GLOSSARY) == said


@given(st.text(max_size=200))
def test_without_terms_and_units_a_voice_says_the_text(text: str) -> None:
    """An empty glossary changes nothing but units after digits."""
    if not any(char.isdigit() for char in text):
        assert spoken(text, ()) == text


@pytest.mark.parametrize(
    ("text", "key", "doubtful"),
    [
        ("i use our cnn here", "rcnn", True),
        ("i use r c n n here", "rcnn", False),
        ("i use yellow here", "yolo", True),
        ("i use yo low here", "yolo", False),
        ("the mean average precision drops", "map", False),
        ("a feature pyramid on top", "fpn", False),
        ("an eff pea enn on top", "fpn", True),
        ("the area under the curve", "auc", False),
        ("the a you see of it", "auc", True),
        ("came eons later", "kmeans", True),
        ("a megapixel camera", "mp", False),
        ("the em pea camera", "mp", True),
        ("an efficientnett backbone", "efficientnet", False),
        ("a fishent net", "efficientnet", None),
        ("an efficient network", "efficientnet", None),
    ],
)
def test_sound_alikes_lead_to_their_term(text: str, key: str, *, doubtful: bool | None) -> None:
    """A spelling variant is the term; a plain word in its place is doubtful; an ordinary word is not it."""
    hits = read(text, lexicon(GLOSSARY, ())).at(key)
    assert [hit.doubtful for hit in hits[:1]] == ([] if doubtful is None else [doubtful])


@pytest.mark.parametrize("text", ["back bone", "backbone", "back-bone"])
def test_split_and_joined_compounds_are_one_word(text: str) -> None:
    """A compound is found however it is split."""
    assert read(f"the {text} is frozen", lexicon((), ("backbone",))).at(stem("backbone"))


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    """Reading survives any Unicode and marks every token."""
    reading = read(text, NO_TERMS)
    assert len(reading.scopes.denied) == len(reading.scopes.listed) == len(reading.tokens)


@pytest.mark.parametrize(
    ("form", "base"),
    [
        ("paid", "pay"),
        ("struck", "strike"),
        ("sat", "sit"),
        ("held", "hold"),
        ("rewrote", "rewrite"),
        ("drove", "drive"),
    ],
)
def test_irregular_verbs_share_the_stem_of_their_base(form: str, base: str) -> None:
    """What was paid is what one pays."""
    assert stem(form) == stem(base)


def test_no_irregular_form_leads_to_a_dead_stem() -> None:
    """The stem of an irregular form is one that the plain form has too."""
    for form in ("light", "LED", "ground", "shot", "bit"):
        assert stem(form.lower()) == form.lower()


@pytest.mark.parametrize(
    ("said", "n_sentences", "plain"),
    [
        ("I take it because. The camera is fast.", 1, "I take it because The camera is fast."),
        ("I take it because... We need it.", 1, "I take it because We need it."),
        ("It runs on the… server there.", 1, "It runs on the server there."),
        ("And so. We go on.", 1, "And so We go on."),
        ("It is because of. The light.", 1, "It is because of The light."),
        ("We weigh YOLO vs. the other one.", 1, "We weigh YOLO vs the other one."),
        ("It is not because, um. The the light was on.", 2, "It is not because The light was on."),
        ("Because. The gate opens at once.", 1, "Because The gate opens at once."),
        ("Box. The. Score. Than. Overlap of.", 5, None),
        ("I think so. We go on.", 2, None),
        ("Twelve or so. We go on.", 2, None),
        ("It goes to node A. Then it stops.", 2, None),
        ("That is what it depends on. Then it stops.", 2, None),
        ("We take it because.\nThe camera is fast.", 2, None),
        ("Why the? Because it is fast.", 2, None),
    ],
)
def test_a_breath_ends_no_sentence(said: str, n_sentences: int, plain: str | None) -> None:
    """A full stop or dots after a word that ends no sentence are a breath; lines, questions and A end one."""
    assert len(sentences(said)) == n_sentences
    found = plainly(said)
    assert (found.text if found else None) == plain
    if found is not None:
        at = found.text.lower().rfind("the")
        if at >= 0:
            start, end = found.origin(at, at + 3)
            assert said[start:end].lower() == "the"


def test_what_is_known_of_the_glossary_is_made_once() -> None:
    """Every question has a lexicon of its own; the share of it that is the glossary's is one object."""
    one, other = lexicon(GLOSSARY, ("backbone",)), lexicon(GLOSSARY, ("kernel",))
    assert one.surfaces is other.surfaces
    assert one.names is other.names
    assert one.vocabulary ^ other.vocabulary == {"backbone", "kernel"}
