"""Content files: what parses, and how every fault is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceprep import resources
from voiceprep.bank import find, find_role, load, parse_pack
from voiceprep.errors import ContentError, Fault, UnknownQuestion, UsageError
from voiceprep.model import Bank, Command, Level, Move, Role, TopicShare

GOOD = """
id = "keep-best"
ask = "Which box is kept?"
topic = "detection"
level = "junior"
kind = "define"
rounds = ["phone-screen"]
moves = ["reason"]
why = "w"
hint = "h"
considerations = []
links = []
strong = "The best box is kept."
flat = "A box."

[[elements]]
id = "best"
need = "the best box is kept"
phrasings = ["the best box is kept"]
groups = ["@keep + best / top + box"]

[[follow_ups]]
probes = "best"
ask = "And then?"
"""
WORDS = 'keep = ["keep", "stay"]\n'


def faults(**changes: str) -> tuple[Fault, ...]:
    """The faults of a pack whose question file was changed (old = new)."""
    text = GOOD
    for old, new in zip(changes["old"].split("||"), changes["new"].split("||"), strict=True):
        assert old in text
        text = text.replace(old, new)
    with pytest.raises(ContentError) as caught:
        parse_pack({"cv/a.toml": text, "cv/synonyms.toml": WORDS})
    return caught.value.faults


def test_a_good_pack_parses_into_nouns() -> None:
    """Every key arrives in its field, synonyms are put in their places, defaults hold."""
    bank = parse_pack({"cv/detection/a.toml": GOOD, "cv/synonyms.toml": WORDS})
    (question,) = bank.questions
    assert (question.id, question.level, question.moves, question.pack) == (
        "keep-best",
        Level.JUNIOR,
        (Move.REASON,),
        "cv",
    )
    (element,) = question.elements
    assert element.groups == ((("keep", "stay"), ("best", "top"), ("box",)),)
    assert (element.weight, element.essential) == (1.0, True)


def test_no_files_give_an_empty_bank() -> None:
    """Nothing in, nothing out."""
    assert parse_pack({}) == Bank((), (), ())


@pytest.mark.parametrize(
    ("old", "new", "key", "part"),
    [
        ('ask = "Which box is kept?"', "", "ask", "missing"),
        ('level = "junior"', 'level = "junor"', "level", "did you mean 'junior'"),
        ('moves = ["reason"]', 'moves = ["reasons"]', "moves[0]", "did you mean 'reason'"),
        ('moves = ["reason"]', "moves = []", "moves", "empty"),
        ('why = "w"', "why = 3", "why", "expected text, found a number"),
        ('hint = "h"', 'hint = "h"\nhnit = "x"', "hnit", "did you mean 'hint'"),
        ('probes = "best"', 'probes = "bets"', "follow_ups[0].probes", "did you mean 'best'"),
        ("@keep", "@kep", "elements[0].groups[0]", "did you mean @keep"),
        (
            'id = "best"||probes = "best"',
            'id = "reason"||probes = "reason"',
            "elements[0].id",
            "name of a move",
        ),
        (
            'phrasings = ["the best box is kept"]',
            'phrasings = "x"',
            "elements[0].phrasings",
            "a list of texts, found text",
        ),
        (
            'phrasings = ["the best box is kept"]',
            'phrasings = ["the"]',
            "elements[0].phrasings[0]",
            "too little",
        ),
        ("@keep + best / top + box", "box", "elements[0].groups[0]", "second set"),
        ("@keep + best / top + box", "box + ", "elements[0].groups[0]", "empty alternative"),
        ("@keep + best / top + box", "b*x + best", "elements[0].groups[0]", "only ends"),
        ('rounds = ["phone-screen"]', 'rounds = ["lunch"]', "rounds[0]", "not one of"),
        ('strong = "The best box is kept."', 'strong = "  "', "strong", "empty"),
        ('need = "the best box is kept"', 'need = "n"\nweight = 0', "elements[0].weight", "above 0"),
        (
            'need = "the best box is kept"',
            'need = "n"\nessential = "yes"',
            "elements[0].essential",
            "true or false",
        ),
        ("[[follow_ups]]", "[follow_ups]", "follow_ups", "tables, found a table"),
    ],
)
def test_a_fault_names_file_key_and_remedy(old: str, new: str, key: str, part: str) -> None:
    """One fault gives one line: the file, the dotted key, and what was expected."""
    (fault,) = faults(old=old, new=new)
    assert (fault.file, fault.key) == ("cv/a.toml", key)
    assert part in fault.problem


def test_all_faults_of_all_files_come_in_one_report() -> None:
    """Broken TOML in one file hides nothing in another, nor a second fault in the same."""
    with pytest.raises(ContentError) as caught:
        parse_pack(
            {
                "cv/a.toml": GOOD.replace('why = "w"', "why = 3").replace('hint = "h"', ""),
                "cv/b.toml": "id = ",
                "cv/c.toml": GOOD,
                "cv/d.toml": GOOD,
                "cv/glossary.toml": '[[terms]]\nterm = "mAP"\nspoken = "M A P"\nsound = []\n',
                "cv/synonyms.toml": WORDS + 'keep2 = "x"\n',
            }
        )
    found = {(fault.file, fault.key) for fault in caught.value.faults}
    assert found == {
        ("cv/a.toml", "why"),
        ("cv/a.toml", "hint"),
        ("cv/b.toml", "-"),
        ("cv/d.toml", "id"),
        ("cv/glossary.toml", "terms[0].meaning"),
        ("cv/glossary.toml", "terms[0].sound"),
        ("cv/synonyms.toml", "keep2"),
    }
    assert "7 faults" in str(caught.value)


def test_loading_reports_bad_bytes_beside_bad_keys(tmp_path: Path) -> None:
    """A file that is not UTF-8 and a file with a wrong key are named by their paths in one report."""
    pack = tmp_path / "cv"
    pack.mkdir()
    (pack / "synonyms.toml").write_text(WORDS, encoding="utf-8")
    (pack / "bad.toml").write_bytes(b"id = '\xff'")
    (pack / "worse.toml").write_text(GOOD.replace('why = "w"', ""), encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load([tmp_path])
    assert {fault.file for fault in caught.value.faults} == {str(pack / "bad.toml"), str(pack / "worse.toml")}


def test_a_folder_that_is_a_pack_and_one_that_holds_packs_give_the_same(tmp_path: Path) -> None:
    """Content may be given as the folder of packs or as a single pack."""
    pack = tmp_path / "cv"
    (pack / "detection").mkdir(parents=True)
    (pack / "synonyms.toml").write_text(WORDS, encoding="utf-8")
    (pack / "detection" / "a.toml").write_text(GOOD, encoding="utf-8")
    assert load([tmp_path]) == load([pack])


@pytest.mark.parametrize("name", ["empty", "absent"])
def test_a_folder_without_content_is_a_fault(name: str, tmp_path: Path) -> None:
    """Nothing to load is an error that names the folder, never an empty bank."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(ContentError, match=name):
        load([tmp_path / name])


def test_an_unknown_question_names_the_nearest() -> None:
    """A mistyped id is answered with the ids it may have been meant for, and with where they all are."""
    bank = parse_pack({"cv/a.toml": GOOD, "cv/synonyms.toml": WORDS})
    assert find(bank, "keep-best").id == "keep-best"
    with pytest.raises(UnknownQuestion, match=r"keep-best.*questions list"):
        find(bank, "keep-bets")
    with pytest.raises(UnknownQuestion, match="questions list"):
        find(bank, "zzz")


def test_commands_are_content() -> None:
    """An utterance added to commands.toml arrives with its command; packs may do without the file."""
    bank = parse_pack({"commands.toml": 'next = ["next", "onwards"]\nnot-done = ["wait"]\n'})
    assert bank.commands == ((Command.NEXT, ("next", "onwards")), (Command.NOT_DONE, ("wait",)))
    assert parse_pack({"cv/a.toml": GOOD, "cv/synonyms.toml": WORDS}).commands == ()


@pytest.mark.parametrize(
    ("text", "key", "problem"),
    [
        ('nxt = ["next"]', "nxt", "did you mean 'next'?"),
        ('next = "next"', "next", "expected a list"),
        ("next = []", "next", "at least one"),
        ('next = ["go on"]\nresume = ["please go on"]', "resume[0]", "means next already"),
        ('next = ["one two three four five six seven eight"]', "next[0]", "1 to 7 words"),
        ('next = ["?!"]', "next[0]", "1 to 7 words"),
    ],
)
def test_faults_of_commands_are_named(text: str, key: str, problem: str) -> None:
    """An unknown command, an utterance nobody could tell, one that means two things: file, key, reason."""
    with pytest.raises(ContentError) as caught:
        parse_pack({"commands.toml": text})
    assert any(
        fault.file == "commands.toml" and fault.key == key and problem in fault.problem
        for fault in caught.value.faults
    )


def roles(shares: str, id_: str = "pilot") -> str:
    """A file of one role."""
    return f'[[roles]]\nid = "{id_}"\nabout = "flies"\nshares = [{shares}]\n'


def test_roles_are_content() -> None:
    """A role brings its topics and their shares; packs may do without."""
    bank = parse_pack({"roles.toml": roles('{ share = 2, topics = ["a", "b"] }, { topics = ["c"] }')})
    shares = (TopicShare(("a", "b"), 2.0), TopicShare(("c",), 1.0))
    assert bank.roles == (Role("pilot", "flies", shares),)
    assert find_role(bank, "pilot") is bank.roles[0]
    with pytest.raises(UsageError, match="no role 'pilto'; known are pilot"):
        find_role(bank, "pilto")
    assert parse_pack({"cv/a.toml": GOOD, "cv/synonyms.toml": WORDS}).roles == ()


@pytest.mark.parametrize(
    ("text", "key", "problem"),
    [
        (roles('{ share = 0, topics = ["a"] }'), "roles[0].shares[0].share", "above 0"),
        (roles('{ share = "x", topics = ["a"] }'), "roles[0].shares[0].share", "expected a number"),
        (roles('{ share = 1, topics = ["a"] }, { topics = ["a"] }'), "roles[0].shares", "'a' has more than"),
        (roles('{ share = 1, topic = ["a"] }'), "roles[0].shares[0].topic", "did you mean 'topics'?"),
        (roles(""), "roles[0].shares", "at least one"),
        (roles('{ topics = ["a"] }') + roles('{ topics = ["b"] }'), "roles", "'pilot' is taken already"),
        ('[role]\nid = "x"', "roles", "missing"),
    ],
)
def test_faults_of_roles_are_named(text: str, key: str, problem: str) -> None:
    """A share that is none, a topic with two of them, a role with none, two of one name."""
    with pytest.raises(ContentError) as caught:
        parse_pack({"roles.toml": text})
    assert any(fault.key == key and problem in fault.problem for fault in caught.value.faults), caught.value


def test_every_command_can_be_said() -> None:
    """The shipped file has words for every command there is."""
    assert {command for command, _ in load([resources.folder("content")]).commands} == set(Command)
