from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given, settings, strategies as st
from maker_tasks.interview.clusters import NEAR, cluster, dissent, similarity
from maker_tasks.interview.gates import standard
from maker_tasks.interview.wording import tokens

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)
SOME = [
    "a", "system", "shall", "not", "show", "hide", "list", "send", "mail", "5", "30", "days", "room", "Rooms,",
    "each", "of",
]  # fmt: skip
WORDS = st.lists(st.sampled_from(SOME), max_size=12)
PROPOSALS = st.lists(st.tuples(ANY_TEXT | WORDS.map(" ".join), st.integers(1, 5)), max_size=12)


def together(*texts: str) -> bool:
    """Whether all the texts are one cluster."""
    return len(cluster([(text, 1) for text in texts])) == 1


@pytest.mark.parametrize(
    "texts",
    [
        ("The system shall delete a note.", "the app must remove notes"),
        ("Users shall log in by e-mail", "A user shall sign in by mail."),
        ("The answer shall come within two seconds.", "The answer shall come within 2 s"),
        ("The system shall list each room of the house with its name and its number of seats today.",
         "The system shall list each room of the house with its name and number of seats"),
    ],
)  # fmt: skip
def test_wordings_of_one_meaning_come_together(texts: tuple[str, ...]) -> None:
    """Case, articles, punctuation, plurals, synonyms and small words make no difference."""
    assert together(*texts)


@pytest.mark.parametrize(
    "texts",
    [
        ("Notes are kept for 30 days.", "Notes are kept for 60 days."),
        ("The system shall show the price of each seat to each guest of the house today.",
         "The system shall not show the price of each seat to each guest of the house today."),
        ("The system shall show the price of each seat to every single guest of the house today.",
         "The system shall hide the price of each seat to every single guest of the house today."),
        ("The system shall send a mail.", "The system shall print a letter."),
    ],
)  # fmt: skip
def test_wordings_that_differ_in_what_matters_stay_apart(texts: tuple[str, ...]) -> None:
    """A number, a "not" or an opposite parts what is alike otherwise."""
    assert not together(*texts)


@given(PROPOSALS, st.integers(0, 1000))
@settings(max_examples=80, deadline=None)
def test_clusters_do_not_depend_on_the_order_and_lose_nothing(proposals: list[tuple[str, int]], seed: int) -> None:
    """Any order of any texts gives the same clusters; every proposal is in just one of them."""
    found = cluster(proposals)
    shuffled = Random(seed).sample(proposals, len(proposals))
    assert cluster(shuffled) == found
    assert sum(each.votes for each in found) == sum(count for _, count in proposals)
    wordings = [text for each in found for text, _ in each.wordings]
    assert sorted(wordings) == sorted({text for text, _ in proposals})
    assert all(each.text == each.wordings[0][0] for each in found)


@given(st.lists(WORDS.map(" ".join), max_size=10, unique=True))
@settings(max_examples=60, deadline=None)
def test_no_near_pair_is_missed(texts: list[str]) -> None:
    """Looking at the rarest words only finds all that comparing every pair finds, numbers and opposites aside."""
    plain = [text for text in texts if text and not set(text.split()) & {"a", "not", "show", "hide", "5", "30"}]
    found = cluster([(text, 1) for text in plain])
    place = {text: number for number, each in enumerate(found) for text, _ in each.wordings}
    for one in plain:
        for other in plain:
            pair = [frozenset(tokens(text, standard().glossary)) for text in (one, other)]
            if similarity(*pair) >= NEAR:
                assert place[one] == place[other]


def test_the_wording_quoted_is_the_most_frequent() -> None:
    """Of equally frequent wordings the shortest is quoted."""
    found = cluster([("The system shall delete a note.", 2), ("The app shall remove notes", 3), ("A map.", 1)])
    assert [(each.text, each.votes) for each in found] == [("The app shall remove notes", 5), ("A map.", 1)]
    assert cluster([("Show it!!", 1), ("show it", 1)])[0].text == "show it"


@given(st.lists(st.integers(0, 9), max_size=6), st.none() | st.integers(1, 6))
def test_dissent_goes_from_none_to_all(votes: list[int], ways: int | None) -> None:
    """It is 0 where all agree and 1 where they could not disagree more."""
    measured = dissent(votes, ways)
    assert 0.0 <= measured <= 1.0
    if sum(count > 0 for count in votes) <= 1:
        assert measured == 0.0


def test_dissent_is_entropy_over_the_most_it_could_be() -> None:
    """Three against two among five voters who could all have differed, and between two choices."""
    entropy = -(0.6 * math.log(0.6) + 0.4 * math.log(0.4))
    assert dissent([3, 2]) == pytest.approx(entropy / math.log(5))
    assert dissent([3, 2], ways=2) == pytest.approx(entropy / math.log(2))
    assert dissent([1, 1, 1]) == pytest.approx(1.0)
