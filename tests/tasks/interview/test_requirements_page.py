from __future__ import annotations

import re
from pathlib import Path

from maker_tasks.interview.gates import check_lines, read_lexicon, standard
from maker_tasks.interview.gates.lexicon import RULES

from tests.tasks.interview.sentences import labelled

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", PAGE, re.DOTALL)


def test_the_page_names_every_rule() -> None:
    """No rule is missing on the page, and no line fails by a rule that is not listed."""
    sentences = [each for name in ("development", "held_out_1", "held_out_2") for each in labelled(name)]
    results = check_lines([(str(place), each.kind, each.text) for place, each in enumerate(sentences)])
    met = {result.rule for of_line in results for result in of_line if not result.passed}
    rules = {group.name for group in standard().groups}.union(*RULES.values())
    assert met <= rules
    assert len(met) > 20
    assert [rule for rule in sorted(rules) if rule not in PAGE] == []


def test_the_lexicon_of_the_page_can_be_used() -> None:
    """The example is a lexicon, and adds what it says."""
    text = next(body for kind, body in BLOCKS if kind == "toml" and "[[group]]" in body)
    lexicon = read_lexicon(text, "the page")
    words = {group.name: group.words for group in lexicon.groups}
    assert "customer" in words["house-words"]
    assert "zippy" in words["quality-word"]
    assert "simple" not in words["quality-word"]
    assert ("draft", "published") in lexicon.opposites


def test_the_page_counts_the_sentences_there_are() -> None:
    """The figures told are of the sets that are measured."""
    folder = Path(__file__).parent / "sentences"
    labels = [line.partition("|")[0] for line in (folder / "held_out_2.txt").read_text(encoding="utf-8").splitlines()]
    pairs = [
        line.partition("|")[0] for line in (folder / "held_out_pairs_2.txt").read_text(encoding="utf-8").splitlines()
    ]
    smelly, clean = labels.count("smelly"), labels.count("clean")
    assert f"{smelly + clean} sentences ({smelly} smelly, {clean} clean)" in PAGE
    contradictions, agreements = pairs.count("contradict"), pairs.count("agree")
    assert f"{contradictions + agreements} pairs of lines ({contradictions} contradictions)" in PAGE
