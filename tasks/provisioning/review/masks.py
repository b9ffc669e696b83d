"""Takes out of a plan what must not be seen, before anything else reads it.

What is masked: what the plan marks as sensitive, those values wherever else they occur, and what looks like a secret by
its name, its place or its form. Masked values are gone from here on: no prompt, no record and no report has them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..changes import Change, Plan
from ..jobs import DELETE, REPLACE, REPLACE_LATER, UPDATE
from ..readers.secrets import marked

SENSITIVE, UNKNOWN = "(sensitive)", "(known after apply)"
_NAMES = re.compile(
    r"pass(?:word|wd|phrase|code)|secret|token|api[_-]?key|apikey|private[_-]?key|access[_-]?key|account[_-]?key|credential"
    r"|connection[_-]?string|user[_-]?data|license[_-]?key|encryption[_-]?key$|signing[_-]?key|\bpwd\b|_pwd|auth[_-]?key",
    re.IGNORECASE,
)
_NO_SECRET = re.compile(
    r"(?:_?(?:id|arn|name|version|enabled|type|length|policy|rotation|ttl|days|minutes|validity|hours|url|uri|endpoint|required|allowed))$"
    r"|^manage_|_wo_version$|^(?:skip|enable|require|allow|disable)_",
    re.IGNORECASE,
)
"""Ends and beginnings of names that are about a secret and hold none."""
_TYPES = re.compile(r"secret|password|ssm_?parameter|ssm::parameter|private_key|access_?key|credential", re.IGNORECASE)
_HELD = re.compile(
    r"^(?:value|values|data|binary_data|string_?data|string_?value|secret_?string|secret_?binary|result|content|ses_smtp.*|bcrypt_hash"
    r"|private_key.*|secret|insecure_value|data_json)$",
    re.IGNORECASE,
)
"""Names under which a resource of such a type holds its secret."""
_FORMS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bxox[abeprs]-[\w-]{10,}"
    r"|\bsk-[\w-]{16,}|\bsk_(?:live|test)_\w{10,}|\bAIza[\w-]{30,}|\bglpat-[\w-]{15,}|\bhvs\.[\w-]{20,}"
    r"|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*|(?<=://)[^/\s:@\"']+:[^/\s@\"']+(?=@)|\bAccountKey=[^;\s]+"
    r"|(?i:(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key)[\"']?\s*[=:]\s*[\"']?)[^\s\"',;]{3,}",
    re.DOTALL,
)
_LEAST = 4
"""Characters of a sensitive value that is searched for elsewhere: shorter ones occur by chance."""
_BLOCK = re.compile(r"^.*?(?:statement|ingress|rules?)(?:\[\d+\])?(?=\.)", re.IGNORECASE)
_RULES = re.compile(r"ingress_?rule|security_?group_?rule|firewall|network_security_rule|acl_rule", re.IGNORECASE)
"""Types that are one rule on traffic as a whole."""
_UNKNOWN_TEXTS = {"{{changeSet:KNOWN_AFTER_APPLY}}", "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}
"""How CloudFormation and Pulumi write a value that is known only after it is applied."""
_LEAST_IN_KEYS = 8
_KEY = re.compile(r'\["((?:\\.|[^"\\])*)"\]')
_DEEPEST, _LONGEST = 40, 2_000


@dataclass(frozen=True, slots=True)
class Row:
    """One value of a change, masked.

    Attributes:
        path: Such as `ingress[0].cidr_blocks[1]`.
        before: As JSON text; "null" where there is none.
        after: Likewise.
    """

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Item:
    """One change under review, as agents and reports may see it.

    Attributes:
        address: What it is called in the plan.
        type: Its type.
        actions: As the plan writes them.
        action: One of `jobs.ACTIONS`.
        rows: The values that change; of something new all of them, of something that goes none.
    """

    address: str
    type: str
    actions: tuple[str, ...]
    action: str
    rows: tuple[Row, ...] = ()


class _Leaf(NamedTuple):
    """A value without parts.

    Attributes:
        value: As it may be read, `SENSITIVE` or `UNKNOWN`.
        raw: As it is, to be compared and never shown; "" where it is not known.
    """

    value: Any
    raw: str


def items_of(plan: Plan) -> list[Item]:
    """Return the changes of a plan, sorted by address, without what must not be seen."""
    secrets = {*plan.secrets}
    for change in plan.changes:
        secrets.update(marked(change.before, change.before_sensitive))
        secrets.update(marked(change.after, change.after_sensitive))
    scrub = _Scrubber(secrets)
    found = [_item(change, scrub) for change in plan.changes if change.counts]
    return sorted(found, key=lambda item: item.address)


class _Scrubber:
    """Takes known secrets, and what looks like one, out of texts.

    Args:
        secrets: Texts that must not be seen.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        parts = {part for secret in secrets for part in (secret, *secret.splitlines()) if len(part.strip()) >= _LEAST}
        parts |= {json.dumps(part)[1:-1] for part in parts}
        parts -= {"true", "false", "null", "None"}
        self._known = sorted(parts, key=lambda part: (-len(part), part))

    def text(self, text: str) -> str:
        """Return a text without secrets."""
        for part in self._known:
            if part in text:
                text = text.replace(part, SENSITIVE)
        return _FORMS.sub(SENSITIVE, text)

    def address(self, address: str) -> str:
        """Return an address without secrets in its keys; names are no secrets, though a short one may occur in them."""
        return _KEY.sub(lambda found: f'["{self._key(found[1])}"]', address)

    def _key(self, key: str) -> str:
        for part in self._known:
            if len(part) >= _LEAST_IN_KEYS:
                key = key.replace(part, SENSITIVE)
        return _FORMS.sub(SENSITIVE, key)


def _item(change: Change, scrub: _Scrubber) -> Item:
    hidden = _TYPES.search(change.type) is not None
    whole = change.action in (REPLACE, REPLACE_LATER)
    before = (
        {}
        if change.action != UPDATE and not whole
        else dict(_leaves(change.before, change.before_sensitive, None, "", 0))
    )
    after = (
        {} if change.action == DELETE else dict(_leaves(change.after, change.after_sensitive, change.unknown, "", 0))
    )
    changed = {path for path in {*before, *after} if not _same(before.get(path), after.get(path))}
    beside = {block for path in changed for block in _blocks(path)}
    rows = []
    for path in sorted({*before, *after}):
        old, new = before.get(path), after.get(path)
        counts = path in changed or not beside.isdisjoint(_blocks(path)) or _RULES.search(change.type) is not None
        if (new is not None or not whole) and (whole or counts):
            shown = [_shown(path, one and one.value, scrub, hidden=hidden) for one in (old, new)]
            rows.append(Row(scrub.text(path) or "(all)", shown[0] if path in changed else "null", shown[1]))
    named = [Row(scrub.text(path), UNKNOWN, UNKNOWN) for path in change.paths if change.before is None]
    return Item(scrub.address(change.address), change.type, change.actions, change.action, tuple(rows or named))


def _same(old: _Leaf | None, new: _Leaf | None) -> bool:
    return old is not None and new is not None and old.raw == new.raw


def _blocks(path: str) -> list[str]:
    """Return the statement, or the rule on traffic, that a value is part of: its parts mean something together."""
    return [found[0] for found in _BLOCK.finditer(path)]


def _leaves(value: Any, mark: Any, unknown: Any, path: str, depth: int) -> Iterator[tuple[str, _Leaf]]:
    """Yield (path, leaf) for the values in a value; marked and unknown ones as what represents them."""
    if mark is True or depth > _DEEPEST:
        yield path, _Leaf(SENSITIVE, json.dumps(value, sort_keys=True))
        return
    if unknown is True:
        yield path, _Leaf(UNKNOWN, "")
        return
    inner = _opened(value)
    if isinstance(inner, dict) or isinstance(unknown, dict):
        yield from _of_mapping(inner if isinstance(inner, dict) else {}, mark, unknown, path, depth)
    elif isinstance(inner, list) or isinstance(unknown, list):
        values = inner if isinstance(inner, list) else []
        doubts = unknown if isinstance(unknown, list) else []
        for number in range(max(len(values), len(doubts))):
            one = values[number] if number < len(values) else None
            doubt = doubts[number] if number < len(doubts) else None
            yield from _leaves(one, _part(mark, number), doubt, f"{path}[{number}]", depth + 1)
    elif inner is not None:
        yield path, _Leaf(UNKNOWN, "") if inner in _UNKNOWN_TEXTS else _Leaf(inner, json.dumps(inner))


def _of_mapping(value: dict[Any, Any], mark: Any, unknown: Any, path: str, depth: int) -> Iterator[tuple[str, _Leaf]]:
    name = next((str(value[key]) for key in ("name", "Name", "key", "Key", "ParameterKey") if key in value), "")
    secret = bool(name) and _is_secret(name)
    doubts = unknown if isinstance(unknown, dict) else {}
    for key in sorted({*map(str, value), *map(str, doubts)}):
        hidden = secret and key.lower() in ("value", "parametervalue", "default")
        inner = True if hidden else _part(mark, key)
        yield from _leaves(value.get(key), inner, doubts.get(key), f"{path}.{key}".lstrip("."), depth + 1)


def _part(mark: Any, key: str | int) -> Any:
    if isinstance(mark, dict):
        return mark.get(str(key))
    if isinstance(mark, list) and isinstance(key, int) and key < len(mark):
        return mark[key]
    return False


def _opened(value: Any) -> Any:
    """Return what a text holds where it is an object or a list in JSON, as policies are."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "[") and len(value) < 200_000:
        try:
            inner = json.loads(value)
        except (ValueError, RecursionError):
            return value
        return inner if isinstance(inner, dict | list) else value
    return value


def _is_secret(name: str) -> bool:
    return _NAMES.search(name) is not None and _NO_SECRET.search(name) is None


def _shown(path: str, value: Any, scrub: _Scrubber, *, hidden: bool) -> str:
    """Return a value as JSON text; one that looks like a secret by its name is masked."""
    if value is None:
        return "null"
    if value in (SENSITIVE, UNKNOWN):
        return str(value)
    parts = [part.strip('"') for part in re.split(r"[.\[\]]+", path) if part]
    if any(_is_secret(part) for part in parts) or (hidden and any(_HELD.match(part) for part in parts)):
        return json.dumps(value) if isinstance(value, bool) else SENSITIVE
    text = scrub.text(value if isinstance(value, str) else json.dumps(value))
    if SENSITIVE in text and not isinstance(value, str):
        return SENSITIVE
    cut = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    return json.dumps(cut, ensure_ascii=False) if isinstance(value, str) else cut
