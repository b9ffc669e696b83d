"""A person's prohibition worded as a constraint, and an exclusion as the thing that is left out.

A coding agent reads "Do not build: No GUI" as a double negative, and "Do not build: never overwrite a file" as leave to
overwrite files. So a constraint is worded as a duty of the program and a non-goal without its negation. What was said
stays beside the line as its source; a sentence that has the right form is kept as it was said.
"""

from __future__ import annotations

import re

from .sentences import Sense, sense

_NEVER = "The program shall never"
_ORDER = re.compile(
    r"^(?:please,? )?(?:never(?: ever)?|do not(?: ever)?|don['’]t(?: ever)?"
    r"|(?:it|this|the (?:program|tool|app)) (?:must not|must never|shall never|mustn['’]t|may not|may never|should not"
    r"|should never|shouldn['’]t|shall not|can ?not|cannot|can['’]t|does not|doesn['’]t"
    r"|never)(?: ever)?) (?P<what>.+)$",
    re.IGNORECASE,
)
_WITHOUT = re.compile(
    r"^(?:and |but )?(?:without|avoid|refrain from|abstain from|no) (?:ever |once |even )*(?P<what>[a-z]{2,}ing\b.*)$",
    re.IGNORECASE,
)
_JOINED = re.compile(r"^(?P<first>[a-z]+ing)(?P<more>(?:(?:,| or| and|, or) [a-z]+ing)*)(?P<rest>\b.*)$", re.IGNORECASE)
_PRONOUN = re.compile(r"\b(?P<word>one|it|any|them|any of them)$", re.IGNORECASE)
_NO_HARM = re.compile(r"^(?:no|zero) (?P<what>.+)$", re.IGNORECASE)
_FINITE = re.compile(r"\b(?:may|must|shall|should|can|could|will|is|are|has|have|gets?)\b", re.IGNORECASE)

_FRONT = re.compile(
    r"^(?:(?:and|but|also|please|so|,)[, ]+)*(?:"
    r"no need (?:for|to build|to add|of)|there(?: is|['’]s) no (?:need|call|room|place) (?:for|to build|to add|of)"
    r"|(?:i|we) (?:have|see) (?:no|little) (?:use|need|place) for|(?:i|we) (?:can|could) (?:easily )?(?:live|do"
    r"|manage) without"
    r"|(?:i|we)(?: would|['’]d) rather not (?:have|see|get|build|use)"
    r"|(?:we|i|you|it|this|users?|people|they|(?:the|our|my) [\w-]+) (?:do not|does not|don['’]t|doesn['’]t"
    r"|need not|needn['’]t"
    r"|won['’]t|will not|would not|wouldn['’]t|must not|shall not|should not|never)(?: (?:really|even|have to"
    r"|need to))*"
    r"(?: (?:need|want|require|include|have|care about|care for|build|implement|offer|support|provide|bother with"
    r"|become)\b)?"
    r"|(?:do not|don['’]t|never) (?:build|implement|offer|support|provide|bother with|add|include|have|develop"
    r"|introduce|need)"
    r"|leave out|leave off|leave aside|leave|omit|skip|drop|exclude|forget about|forget|spare me|spare us|ditch"
    r"|scrap|cut"
    r"|nobody (?:needs|wants|asked for)|no one (?:needs|wants|asked for)|nothing (?:with|like|about)"
    r"|no|not|without any|without"
    r") +(?=\S)",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"^.*[,:;] (?:so |then |just |please )*(?:drop|skip|omit|leave out|forget) ", re.IGNORECASE)
_BACK = re.compile(
    r",? +(?:(?:is|are|would be|be) (?:clearly |simply |all )?(?:out of scope|beyond \w+ \w+|not needed|not required"
    r"|not necessary|not wanted|not planned|unnecessary|superfluous|unwanted|overkill|not (?:an?|our) (?:priority|goal)"
    r"|(?:for|of) (?:an?other|a later|later|the next) \w+|(?:some|any)(?:body|one) else['’]s \w+|not part of .+"
    r"|not in scope)"
    r"|isn['’]t needed|aren['’]t needed|(?:can|may|could|will|has to|have to) (?:wait|come later)|comes? later"
    r"|out of scope|not needed|for now|at all|for the moment|right now|for another day|please|yet)(?: here"
    r"| for (?:us|now|me))?$",
    re.IGNORECASE,
)  # fmt: skip
_UNDOUBLED = re.compile(r"([bcdghjkmnpqrtvw])\1$")
_NO_E = ("er", "en", "it", "on", "el", "op", "ow", "ish", "or", "om", "et ")
_WITH_E = re.compile(
    r"(?:[vcuz]|[^aeiou][aeiou][dkmnptslrb]|[aeiou]rg|[^aeiou]l|ang|ng?eng|(?:^|[^aeiou])[aeiou]s|writ|delet|complet|rout|quot|ar[sg])$"
)
_SURE_E = re.compile(
    r"(?:^|[a-z])(?:creat|gnor|stor|quir|typ|caus|clos|hir|fir|pir|plor|scor|paus|rais|eras|leas|creas|chas|brows|pars|vers|sens"
    r"|liev|ceiv|pos|us)$"
)
_PLAIN = frozenset(
    [
        "open",
        "edit",
        "visit",
        "exit",
        "limit",
        "commit",
        "profit",
        "answer",
        "enter",
        "offer",
        "alter",
        "filter",
        "order",
        "render",
        "trigger",
        "cancel",
        "monitor",
        "happen",
        "listen",
        "hang",
        "bring",
        "sing",
        "ring",
        "develop",
        "reset",
        "interpret",
        "iron",
    ]
)


def worded(text: str, about: str = "") -> str:
    """Return how a sentence is written in the document, by its sense; a want is kept as it was said.

    Args:
        text: The sentence, as it was said.
        about: What the sentence was said of, for "one" and "it" at its end; "" for nothing known.
    """
    match sense(text):
        case Sense.CONSTRAINT:
            return as_constraint(text, about)
        case Sense.NON_GOAL:
            return as_non_goal(text)
        case _:
            return text


def as_constraint(text: str, about: str = "") -> str:
    """Word a prohibition as what the program shall never do; a whole sentence of its own stays as it is."""
    said = text.strip().rstrip(".!;, ")
    order = _ORDER.match(said)
    if order is not None:
        return f"{_NEVER} {_named(order['what'], about)}."
    without = _WITHOUT.match(said)
    if without is not None:
        return f"{_NEVER} {_named(_to_base(without['what']), about)}."
    harm = _NO_HARM.match(said)
    if harm is not None and not _FINITE.search(said) and " than " not in said:
        return f"There shall be no {harm['what']}."
    return text


def as_non_goal(text: str) -> str:
    """Word an exclusion as the thing that is left out: "No GUI." is "GUI"."""
    said = text.strip().rstrip(".!;, ")
    left = _BEFORE.sub("", said)
    for _ in range(3):
        left = _BACK.sub("", left).strip(" ,")
    left = _FRONT.sub("", left, count=1).strip(" ,")
    left = re.sub(r",? (?:and |or )?no (?=\w)", " or ", left)
    if not re.search(r"\w", left):
        return text
    return left if left == said else left[0].upper() + left[1:]


def as_feature(text: str) -> str:
    """Word what was named in a few words as something that the product has, as in "… shall have dark mode."."""
    said = text.strip().rstrip(".!;, ")
    if re.search(r"\b(?:shall|must|should|will|may|can)\b", said, re.IGNORECASE):
        return text
    first = said.split(" ", 1)[0]
    name = said if first[1:] != first[1:].lower() else said[:1].lower() + said[1:]
    return f"The product shall have {name}."


def object_of(sentence: str) -> str:
    """Return what a sentence does something to, as "photo files" in "Rename photo files to …"; "" if not clear."""
    found = re.match(
        r"^(?:(?:an?|the) .{1,60}?\b(?:that|which) )?[A-Za-z]+s? (?P<what>(?:[\w-]+ ){0,2}[\w-]+s)\b"
        r"(?= (?:to|by|from|into|in|of|with|on|for|and)\b|[,.]|$)",
        sentence.strip(),
    )
    return "" if found is None else found["what"]


def _named(what: str, about: str) -> str:
    """Put what was spoken of in place of a pronoun that would be left without it."""
    if not about:
        return what
    return _PRONOUN.sub(lambda found: f"{'any' if found['word'] in ('one', 'any') else 'the'} {about}", what)


def _to_base(what: str) -> str:
    """Turn the doings at the beginning ("overwriting or losing one") into verbs ("overwrite or lose one")."""
    found = _JOINED.match(what)
    if found is None:
        return what
    more = re.sub(r"[a-z]+ing\b", lambda verb: base(verb.group()), found["more"].replace(" and ", " or "))
    return f"{base(found['first'])}{more}{found['rest']}"


def base(doing: str) -> str:
    """Return the verb of an "-ing" form, by the rules of English spelling: "losing" is "lose", "stopping" "stop"."""
    stem = doing.lower().removesuffix("ing")
    if _SURE_E.search(stem):
        return f"{stem}e"
    if stem in _PLAIN or not re.search(r"[aeiouy]", stem):
        return stem
    if stem.endswith(("ll", "ss", "ff", "zz")):
        return stem
    if _UNDOUBLED.search(stem):
        return stem[:-1]
    if len(re.findall(r"[aeiouy]+", stem)) > 1 and stem.endswith(_NO_E) and not stem.endswith(("writ", "vit", "cor")):
        return stem
    return f"{stem}e" if _WITH_E.search(stem) else stem
