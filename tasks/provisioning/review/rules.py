"""The policy's rules in code: the first that holds gives the verdict. They see masked values, as agents do.

1 something that keeps data is deleted or replaced: block; 2 something opens to the world, or has a wildcard in
permissions: block; 3 outside the scope, asked about by the policy, or not to be seen: ask; 4 else approve.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..jobs import CREATE, DELETE, REPLACE, REPLACE_LATER
from .masks import SENSITIVE, UNKNOWN, Item, Row
from .policy import Policy

APPROVE, ASK, BLOCK = "approve", "ask", "block"
VERDICTS = (APPROVE, ASK, BLOCK)
"""From the mildest to the strictest."""
OF_RULE = {1: BLOCK, 2: BLOCK, 3: ASK, 4: APPROVE}
LOSS, OPEN, WILDCARD, SCOPE, POLICY, UNSEEN, NONE = (
    "stateful-loss", "open-to-world", "wildcard", "outside-scope", "policy-asks", "unseen", "approved",
)  # fmt: skip
_WORLD = re.compile(
    r"(?<![\d.])0\.0\.0\.0/[01](?!\d)|(?<![\d.])128\.0\.0\.0/1(?!\d)|(?<![\w:])(?:0{1,4}(?::0{1,4}){7}|::0?)/[01](?!\d)"
)
_ACLS = {"public-read", "public-read-write", "authenticated-read", "publicread", "publicreadwrite", "authenticatedread"}
_EVERYBODY = {"allusers", "allauthenticatedusers", "system:anonymous", "system:unauthenticated"}
_GROUPS = ("global/allusers", "global/authenticatedusers")
_OUT = re.compile(r"egress|outbound|destination|dest_|route", re.IGNORECASE)
_SWITCHED_ON = re.compile(
    r"^(?:publicly_?accessible|public_?network_?access_?enabled|allow_?(?:nested_items_to_be|blob)_?public(?:_?access)?|endpoint_?public_?access"
    r"|public_?access_?enabled|is_?public|allow_?public_?access|assign_public_acl|allow_unauthenticated|publicnetworkaccess"
    r"|public_network_access)$",
    re.IGNORECASE,
)
_SWITCHED_OFF = re.compile(
    r"^(?:block_?public_?(?:acls|policy)|ignore_?public_?acls|restrict_?public_?buckets|uniform_bucket_level_access"
    r"|publicaccessblock.*)$",
    re.IGNORECASE,
)
_GUARDS = re.compile(r"public_?access_?block|publicaccessblock", re.IGNORECASE)
_FROM_ALL = re.compile(
    r"^(?:source_?address_?prefix(?:es)?|source_?(?:ip_?)?ranges?|sourceaddressprefix(?:es)?)$", re.IGNORECASE
)
_NO_SIGN_IN = re.compile(r"^authori[sz]ation(?:_?type)?$|^auth_?type$", re.IGNORECASE)
_GRANTS = re.compile(
    r"^(?:not_?)?(?:actions?|principals?|resources?|identifiers|members?|verbs|api_?groups|aws|federated|data_?actions)$",
    re.IGNORECASE,
)
_ADMIN = re.compile(
    r"policy/AdministratorAccess$|policy/IAMFullAccess$|policy/PowerUserAccess$|^roles/(?:owner|editor|iam\.securityAdmin)$|^cluster-admin$|^AdministratorAccess$"
)
_ROLES = re.compile(r"^(?:role_?definition_?name)$", re.IGNORECASE)
_IAM = re.compile(r"iam|policy|role|access_entry|permission|clusterrole|grant|rbac", re.IGNORECASE)
_DECIDING = re.compile(
    r"(?:^|[._])(?:(?:in|e)gress|cidr\w*|policy|policy_?document|assume_?role_?policy\w*|source_?ranges?|source_?address_?prefix(?:es)?|acl"
    r"|publicly_?accessible|principals?|members?|actions?|rule)(?:[.\[]|$)",
    re.IGNORECASE,
)

_FILLED_IN = {"ingress", "egress", "inline_policy", "security_rule", "inbound_rule", "outbound_rule"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found.

    Attributes:
        rule: Its number, 1 to 4.
        kind: Its name, for reports: `LOSS` and its like.
        reason: What is the matter, one line.
    """

    rule: int
    kind: str
    reason: str

    @property
    def verdict(self) -> str:
        """What the rule says."""
        return OF_RULE[self.rule]


def judge(item: Item, policy: Policy) -> Finding:
    """Return the first rule that holds for a change."""
    facts = (policy.keeps_data(item.type), policy.in_scope(item.address), policy.asks_about_type(item.type))
    asked = [row.path for row in item.rows if policy.asks_about_value(row.path)]
    return judge_facts(
        item, keeps_data=facts[0], in_scope=facts[1], asked=facts[2], asked_values=asked,
        may_be_open=policy.may_be_open(item.address),
    )  # fmt: skip


def judge_facts(
    item: Item, *, keeps_data: bool, in_scope: bool, asked: bool, asked_values: Sequence[str], may_be_open: bool = False
) -> Finding:
    """Return the first rule that holds, of facts that a prompt states."""
    if keeps_data and item.action in (DELETE, REPLACE, REPLACE_LATER):
        done = "deleted" if item.action == DELETE else "replaced"
        return Finding(1, LOSS, f"{item.type} keeps data and is {done}")
    if not may_be_open and (found := next(dangers(item), None)) is not None:
        return found
    asking = _asking(item, in_scope=in_scope, asked=asked, asked_values=asked_values)
    return next(asking, Finding(4, NONE, "no rule objects"))


def _asking(item: Item, *, in_scope: bool, asked: bool, asked_values: Sequence[str]) -> Iterator[Finding]:
    """Yield what is to be asked about."""
    if not in_scope:
        yield Finding(3, SCOPE, "it is outside the scope of the policy")
    if asked:
        yield Finding(3, POLICY, f"the policy asks about {item.type}")
    for path in asked_values:
        yield Finding(3, POLICY, f"the policy asks about {path}")
    for row in unseen_rows(item):
        yield Finding(3, UNSEEN, f"{row.path} decides about access and is {row.after.strip('()')}")


def dangers(item: Item) -> Iterator[Finding]:
    """Yield what opens to the world or has a wildcard in permissions."""
    if item.action == DELETE:
        if _GUARDS.search(item.type):
            yield Finding(2, OPEN, f"{item.type} goes, which keeps the public out")
        return
    yield from _dangers(item)


def _dangers(item: Item) -> Iterator[Finding]:
    values = {row.path: _plain(row.after) for row in item.rows}
    outgoing = _goes_out(item, values)
    denied = {
        path.rpartition(".")[0] for path, value in values.items() if _last(path) == "effect" and value.lower() == "deny"
    }
    for row in item.rows:
        value, name = values[row.path], _last(row.path)
        if row.after in (SENSITIVE, UNKNOWN, "null") or any(_under(row.path, one) for one in denied):
            continue
        if not outgoing and (what := _opens(row, name, value)):
            yield Finding(2, OPEN, f"{row.path} {what}")
        if what := _wildcard(item, row, name, value):
            yield Finding(2, WILDCARD, f"{row.path} {what}")


def _goes_out(item: Item, values: dict[str, str]) -> bool:
    """Return whether a whole resource is about traffic that goes out."""
    direction = next((value for path, value in values.items() if _last(path) in ("type", "direction")), "")
    kind = item.type.lower()
    if direction.lower() in ("egress", "outbound") or "egress" in kind:
        return True
    return kind.endswith(("_route", "_route_table", "::route", ":route"))


def _opens(row: Row, name: str, value: str) -> str:
    """Say how a value opens something to the world; empty where it does not."""
    lower = value.lower()
    ways = (
        (bool(_WORLD.search(value)) and not _OUT.search(row.path), f"is open to {value[:40]}"),
        (name in ("acl", "accesscontrol", "predefined_acl") and lower in _ACLS, f"is {value}"),
        (lower in _EVERYBODY or lower.endswith(_GROUPS), f"is {value}, which is everybody"),
        (bool(_SWITCHED_ON.match(name)) and lower in ("true", "enabled"), f"is {value}"),
        (bool(_SWITCHED_OFF.match(name)) and lower == "false", "is off"),
        (bool(_FROM_ALL.match(name)) and lower in ("*", "internet", "any"), f"is {value}, which is everybody"),
        (bool(_NO_SIGN_IN.match(name)) and lower == "none", "is NONE: nobody has to sign in"),
    )
    return next((words for holds, words in ways if holds), "")


def _wildcard(item: Item, row: Row, name: str, value: str) -> str:
    """Say which wildcard a value has in permissions; empty where it has none."""
    if _ADMIN.search(value) or (_ROLES.match(name) and value in ("Owner", "User Access Administrator")):
        return f"gives the rights of an administrator: {value[:60]}"
    if not _IAM.search(f"{item.type}.{row.path}"):
        return ""
    if value == "*" and (_GRANTS.match(name) or _GRANTS.match(_owner(row.path))):
        return "is *"
    granted = name in ("action", "actions", "notaction", "not_actions", "not_action")
    return f"is {value}" if granted and re.fullmatch(r"[\w-]+:\*|\*:\*", value) else ""


def unseen_rows(item: Item) -> Iterator[Row]:
    """Yield the values that decide about access and cannot be seen."""
    if item.action == DELETE:
        return
    watched = _IAM.search(item.type) or re.search(
        r"security_?group|firewall|acl|network_security|bucket_policy", item.type, re.IGNORECASE
    )
    for row in item.rows:
        unseen = row.after == UNKNOWN or SENSITIVE in row.after
        filled_in = item.action == CREATE and row.after == UNKNOWN and _is_computed(row.path)
        if watched and unseen and _DECIDING.search(row.path) and not _is_id(row.path) and not filled_in:
            yield row


def _is_id(path: str) -> bool:
    return _last(path) in ("id", "arn", "policy_id", "policy_arn", "tags_all", "role", "rule_id", "owner_id")


def _is_computed(path: str) -> bool:
    """Return whether a value is one that the provider fills in where nothing was written down for it."""
    return path in _FILLED_IN or _last(path).endswith(("_id", "_arn", "_number"))


def _last(path: str) -> str:
    """Return the last name of a path, without indexes, in small letters."""
    return path.rpartition(".")[2].partition("[")[0].lower()


def _owner(path: str) -> str:
    """Return the name before the last: of `Principal.AWS`, `principal`."""
    return _last(path.rpartition(".")[0])


def _under(path: str, whole: str) -> bool:
    return bool(whole) and path.startswith((f"{whole}.", f"{whole}["))


def _plain(value: str) -> str:
    """Return a text without its quotes; what is no text as it is written."""
    if len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return value


def stricter(one: str, other: str) -> str:
    """Return the stricter of two verdicts."""
    return max(one, other, key=VERDICTS.index)
