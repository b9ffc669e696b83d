"""What a person's sentence is about: something wanted, something that must never happen, something not to be built.

Prohibition and exclusion are distinguished by structure, not by a negative word. A negation that governs a verb of the
program ("never overwrite", "without losing one", "no file may leave") is a constraint: the program is built, and keeps
to it. A negation that governs a noun ("no GUI", "without accounts"), or a phrase that puts a thing aside ("can wait"),
is a non-goal. A negation inside a condition or a relative clause ("photos without a date", "who have never paid") rules
nothing out. Where structure does not show it, the sentence is unclear, and the person is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

from .document import Kind


class Sense(StrEnum):
    """What a sentence says."""

    WANTED = "wanted"
    CONSTRAINT = "constraint"
    NON_GOAL = "non-goal"
    UNCLEAR = "unclear"

    @property
    def kind(self) -> Kind | None:
        """The kind of line that it becomes; None where that depends on the question."""
        return {Sense.CONSTRAINT: Kind.CONSTRAINT, Sense.NON_GOAL: Kind.NON_GOAL}.get(self)


def _all(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


_LEAD = re.compile(
    r"^(?:(?:and|but|also|please|however|so|oh|well|above all|most of all|again)\b,?\s+"
    r"|(?:(?:please )?(?:make sure|ensure|see to it|take care|mind)"
    r"|it(?: is|'s) (?:vital|important|essential|crucial|critical|key|a must|imperative)|i (?:insist|demand"
    r"|expect)) that\s+)+"
)
_CONDITION = re.compile(r"^(?:when|whenever|if|while|where|before|after|until|unless|once|as soon as)\b[^,]{1,200},\s*")
_NOT = r"(?:do not|does not|don't|doesn't|need not|needn't|won't|will not|wouldn't|would not|never)"
_BE = r"(?:is|are|be|was|remains?|stays?)"

# A thing is put aside, whatever the sentence looks like otherwise.
_PUT_ASIDE = _all(
    rf"\b{_BE} (?:clearly |simply |all )?(?:out of scope|out of the question here|beyond \w+ \w+|beyond scope)$",
    rf"\b{_BE} (?:not|n't) (?:needed|required|necessary|wanted|planned|part of \w+(?: \w+)?|in scope)\b",
    r"\b(?:isn't|aren't) (?:needed|required|necessary|wanted|planned|part of \w+(?: \w+)?|in scope)\b",
    rf"\b{_BE} (?:unnecessary|superfluous|unwanted|overkill|irrelevant|a distraction|a luxury|dispensable)\b",
    r"\b(?:can|may|could|will|has to|have to|must) (?:all )?wait\b",
    rf"\b{_BE} (?:something |one |a matter |a thing )?(?:for|of) (?:an?other|a later|later|the next|version \d|v\d"
    rf"|some\w+)\b",
    r"\b(?:some|any)(?:body|one) else's\b",
    r"\b(?:out of scope|not needed|not required|not in scope|not now|not yet)(?: for \w+| here| at all)?$",
    r"\b(?:comes?|follows?|is|are|maybe|perhaps|do that|do this) (?:much )?(?:later|some other (?:day|time))\b",
    r"\b(?:for|until|till) (?:an?other|a later|some other) (?:day|time|version|release|year)\b",
    r"\b(?:not|never|no) (?:for|in|part of) (?:the |our |this )?(?:first|initial|next) (?:version|release|step)\b",
    r"\b(?:not|isn't|aren't|no) (?:an?|our|my|of)? ?(?:priority|concern|interest|aim|goal|topic)\b",
    r"\b(?:would|'d) rather not (?:have|see|get|build|use)\b",
    r"\b(?:i|we|you|they|users?|people|nobody|no one) (?:have|has|see|sees) (?:no|little) (?:use|need|place|point)\b",
    r"\b(?:i|we) (?:can|could) (?:easily |happily |well )?(?:live|do|manage) without\b",
    r"^(?:nobody|no one) (?:needs?|wants?|asked for|cares? about)\b",
    r"^there(?: is|'s) no (?:need|call|room|place) (?:for|to build|to add|of)\b",
    r"[,:;] (?:so |then |just |please )*(?:drop|skip|omit|leave out|forget)\b",
)
_NEED_NOT = re.compile(
    r"^(?:it|this|they|(?:the|our|my) [\w-]+) (?:need not|needn't|(?:does not|doesn't|do not|don't) (?:need|have) to)\b"
)
_BUILD = (
    "build|building|implement|implementing|offer|support|provide|bother with|bother about|bother|develop|introduce"
    "|design|ship"
    "|plan|become|grow into|turn into"
)
_WANT_DONE = re.compile(
    r"^(?:we|i) (?:do not|don't|never|would not|wouldn't) (?:ever )?(?:want|like) .+ (?:to|being) \w+"
)
_LACK = "need|want|require|include|have|care about|care for|use for|see the point of|expect"
_NOT_BUILT = _all(
    rf"^(?:we|i|you|it|this|users?|people|they|(?:the|our|my) [\w-]+) {_NOT} (?:really |even )?(?:{_LACK}|{_BUILD})\b",
    rf"^(?:{_NOT}|no need to) (?:{_BUILD})\b",
    rf"^(?:it|this|(?:the|our|my) [\w-]+) (?:must|shall|should|may|will|can) (?:not|never) (?:{_BUILD})\b",
    r"^(?:do not|don't|never) (?:add|include|have) (?:\w+[ -]?){1,4}$",
)
_LEFT_OUT = re.compile(
    r"^(?:(?:we|i|you|let's|let us)(?: can| could| should| will|'ll)? )?"
    r"(?P<verb>leave out|leave off|leave aside|omit|skip|drop|exclude|forget(?: about)?|spare (?:me|us)|ditch|scrap"
    r"|cut) "
    r"(?P<what>.+)$"
)
# Of these it is data that is left out, as the program runs, rather than a part of the program.
_ITEMS = re.compile(
    r"\b(?:files?|folders?|director(?:y|ies)|rows?|lines?|entr(?:y|ies)|records?|items?|columns?|duplicates?|photos?|images?"
    r"|weekends?|holidays?|tests?|comments?|blanks?|spaces?|headers?|values?|results?|bookings?|members?|users?)$"
)
_CLAUSE = re.compile(r"\b(?:that|which|who|whose|if|when|while|where|without|from|because|unless|than)\b")

_NEGATED = re.compile(r"^(?:no one|nobody|none|nothing|not|no|without|never|neither|at no time|in no case)\b")
_FINITE = re.compile(
    r"^(?:no|none|nothing|nobody|no one|neither)\b.{0,80}?\b(?:may|must|shall|should|can|could|will|is|are|gets?"
    r"|leaves?"
    r"|goes|happens?|has to|have to|ever|touches|changes|sees|reads)\b"
)
_HARM = re.compile(
    r"^(?:no|without|zero)\b.*\b(?:loss(?:es)?|crash(?:es)?|duplicates?|downtimes?|leaks?|side effects?|surprises?"
    r"|corruptions?"
    r"|damages?|data races?|deadlocks?|double bookings?|overwrites?|deletions?|guess(?:es)?|delays?|silent failures?)\b"
)
_HARMFUL_DOING = re.compile(
    r"^no (?:\w+ )?(?:overwriting|deleting|losing|guessing|crashing|leaking|truncating|renaming|dropping|corrupting"
    r"|tracking"
    r"|spying|cheating)\b"
)
_DOING = re.compile(r"^(?:no|not) (?:\w+ly )?(?!(?:\w*)(?:thing|king|ring|ping) )[a-z]{2,}ing\b")
_WITHOUT_DOING = re.compile(r"^without (?:ever |once |even |actually |\w+ly )*(?P<verb>[a-z]{2,}ing)\b")
_BARE_NOUNS = frozenset(
    [
        "billing",
        "branding",
        "pricing",
        "ranking",
        "rating",
        "streaming",
        "banking",
        "messaging",
        "training",
        "advertising",
        "reporting",
        "accounting",
        "marketing",
        "networking",
    ]
)
_LIMIT = re.compile(r"^(?:no|not) (?:more|less|later|longer|fewer|earlier|larger|bigger) than\b")
_MAY = re.compile(
    r"^(?!no\b|(?:under|in|at|on) (?:no|any)\b|nothing\b|nobody\b|none\b|only\b|never\b)(?:[\w'-]+ ){1,5}?"
    r"(?:may|can|could|might|(?:is|are) (?:allowed|free|welcome|permitted|able) to)\b(?!'| (?:not|never|only"
    r"|under no)\b)"
    r"|^it(?: is|'s) (?:fine|ok|okay|all right|acceptable|allowed) (?:if|when|to|that|for)\b|^(?:optional|optionally)\b"
    r"|^(?:let|allow) "
)
_NEVER = _all(
    r"\b(?:must|shall|should|may|can|will|would|could|ought to) ?(?:not|never)\b",
    r"\b(?:mustn't|shouldn't|can't|cannot|won't|shan't|couldn't)\b",
    r"^(?:never|do not|don't)\b",
    r"\b(?:it|this|(?:the|our) \w+) (?:never|does not|doesn't)\b",
    r"\b(?:is|are) (?:not|never) (?:allowed|permitted|acceptable|ok|okay|fine|tolerated|an option|to be)\b",
    r"\b(?:is|are|gets?) (?:not|never) (?:ever )?\w+(?:ed|en|wn|nt|lt|st)\b",
    r"\b(?:isn't|aren't) (?:allowed|permitted|acceptable|ok|okay|tolerated|an option)\b",
)
_PROTECTED = _all(
    r"\b(?:forbidden|forbid|forbids|prohibited|prohibit|prohibits|banned|taboo|unacceptable|intolerable|unforgivable)\b",
    r"\bwould be (?:an? )?(?:\w+ )?(?:disaster|disastrous|catastrophe|catastrophic|fatal|scandal|nightmare"
    r"|unforgivable|illegal)\b",
    r"\b(?:off limits|off-limits|hands off|inviolable|sacred|sacrosanct|a no-go|untouchable|impermissible)\b",
    r"^(?:refuse|decline|refrain|abstain|avoid|beware|prevent|keep|stay) (?:to\b|from\b|of\b|clear\b|away\b|out\b"
    r"|\w+ing\b)",
    r"\b(?:under|in) (?:no|any) (?:circumstances?|case|event)\b|\b(?:on no account|by no means|at no time"
    r"|at any price)\b",
    r"\b(?:has|have|must|needs?|ought|shall|should)(?: to| always)* (?:stay|remain|survive|persist)\b",
    r"\b(?:stays?|remains?|leaves?|left|keeps?|kept)\b.{0,40}\b(?:untouched|intact|unaltered|unchanged|as (?:it"
    r"|they) (?:is|are)|alone)\b",
    r"\b(?:may|must|can|shall|should|will) only\b|^only [\w -]{1,40} (?:may|can|must|shall)\b",
)  # fmt: skip

_WHERE = re.compile(r"^no(?:ne|t)? [\w -]{2,40}? (?:in|on|at|inside|within|into|to|between|behind|before|after) \w+")
_DOUBTFUL = re.compile(
    r"\b(?:no|not|never|nothing|nobody|nowhere|none|neither|nor|hardly|later|someday|worst|\w+n't)\b"
    r"|\b(?:unlike|except|apart from|other than)\b"
)


def sense(text: str) -> Sense:
    """Describe what a person's sentence is about."""
    said = bare(text)
    if " " not in said:  # "never" or "no" answers a question, and says nothing by itself
        return Sense.WANTED
    if _behaves(said):
        return Sense.NON_GOAL if _noun_in_ing(said) else Sense.CONSTRAINT
    said = _CONDITION.sub("", said, count=1)
    return next(found for rule in _RULES if (found := rule(said)) is not None)


def _behaves(said: str) -> bool:
    """Return whether a fragment says at once how the program must not behave: "without losing one", "no data loss"."""
    if any(pattern.match(said) for pattern in (_WITHOUT_DOING, _LIMIT, _HARM, _HARMFUL_DOING)):
        return True
    return re.search(r" without (?:ever|once) [a-z]+ing\b", said) is not None


def _put_aside(said: str) -> Sense | None:
    if _WANT_DONE.match(said):
        return Sense.CONSTRAINT
    aside = _main(_PUT_ASIDE, said) or _NOT_BUILT.search(said) or _NEED_NOT.match(said)
    return Sense.NON_GOAL if aside else None


def _negated(said: str) -> Sense | None:
    return _fragment(said) if _NEGATED.match(said) and not said.startswith("never ") else None


def _allowed(said: str) -> Sense | None:
    return Sense.WANTED if _MAY.match(said) else None


def _forbidden(said: str) -> Sense | None:
    return Sense.CONSTRAINT if _main(_NEVER, said) or _main(_PROTECTED, said) else None


def _dropped(said: str) -> Sense | None:
    left_out = _LEFT_OUT.match(said)
    return None if left_out is None else _left_out(left_out)


def _doubted(said: str) -> Sense:
    return Sense.UNCLEAR if _main(_DOUBTFUL, said) else Sense.WANTED


_RULES: tuple[Callable[[str], Sense | None], ...] = (_put_aside, _negated, _allowed, _forbidden, _dropped, _doubted)
"""The rules that find a sentence's sense, the surest first; the first that knows it decides."""


def bare(text: str) -> str:
    """Return a sentence in small letters, without what leads into it and ends it."""
    said = " ".join(text.casefold().replace("’", "'").split()).strip(" .!,;:\"'“”")
    return _LEAD.sub("", said)


def _main(pattern: re.Pattern[str], said: str) -> bool:
    """Return whether a pattern is found in the main clause, which goes as far as the first subordinate one."""
    found = pattern.search(said)
    clause = _CLAUSE.search(said)
    return found is not None and (clause is None or found.start() <= clause.start())


def _noun_in_ing(said: str) -> bool:
    words = said.split()
    return len(words) > 1 and words[0] in ("without", "no", "not") and words[1] in _BARE_NOUNS


def _fragment(said: str) -> Sense:
    """Describe what a sentence that begins with a negation is about."""
    if _FINITE.match(said):
        return Sense.CONSTRAINT
    if _noun_in_ing(said):
        return Sense.NON_GOAL
    if _DOING.match(said) or (said.startswith("not ") and not re.match(r"not (?:an?|the|any|another|yet|now)\b", said)):
        return Sense.UNCLEAR
    return Sense.UNCLEAR if _WHERE.search(said) and not said.startswith("nothing ") else Sense.NON_GOAL


def _left_out(found: re.Match[str]) -> Sense:
    if _CLAUSE.search(found["what"]) or len(found["what"].split()) > 7:
        return Sense.WANTED
    of_the_run = found["verb"] in ("skip", "drop", "exclude", "omit", "leave out", "cut") and _ITEMS.search(
        found["what"]
    )
    return Sense.UNCLEAR if of_the_run else Sense.NON_GOAL
