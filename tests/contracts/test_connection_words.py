"""Everything that a check of the connection can find has a sentence, and none says a secret."""

import re

import pytest
from django.utils import translation

from florin.contracts import connection_words
from florin.contracts.connection import GOOD, HARMLESS, UNUSABLE_KEYS, Fact, Finding, Level


@pytest.mark.parametrize("fact", Fact)
def test_every_finding_is_a_whole_sentence(fact: Fact) -> None:
    for connected in (False, True):
        finding = Finding(fact=fact, detail="THIS", remedy="do that", connected=connected)
        with translation.override("en"):
            said = connection_words.sentence(finding)
        assert re.fullmatch(r"[A-Z].*(\.|THIS)", said), said
        assert "%(" not in said


def test_a_problem_says_what_to_do() -> None:
    verbs = re.compile(r"\b(Put|Replace|Copy|Use|Check|Upgrade|Add|Set|Sign in|Run|Remove|dashboard)\b")
    problems = [fact for fact in Fact if fact not in GOOD | HARMLESS | {Fact.ENDPOINT_REFUSED}]
    sentences = {fact: connection_words.sentence(Finding(fact=fact, remedy="it")) for fact in problems}

    assert [fact for fact, said in sentences.items() if not verbs.search(said)] == []


def test_what_is_good_is_no_problem_and_a_key_that_cannot_be_used_is_one() -> None:
    assert {Finding(fact=fact).level for fact in GOOD} == {Level.GOOD}
    assert {Finding(fact=fact).level for fact in UNUSABLE_KEYS} == {Level.PROBLEM}
