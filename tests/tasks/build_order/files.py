"""The same few modules as each tool writes them down, with the needs that a person reads in them."""

from __future__ import annotations

UV = """\
version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "app"
version = "0.1.0"
source = { editable = "." }
dependencies = [
    { name = "http", extra = ["two"] },
    { name = "old", version = "1.0" },
]
[package.optional-dependencies]
fast = [{ name = "speed", marker = "extra == 'fast'" }]
[package.dev-dependencies]
test = [{ name = "app-testing" }]

[[package]]
name = "app-testing"
version = "2.0"
source = { registry = "https://index.example/simple" }
dependencies = [{ name = "app" }]

[[package]]
name = "http"
version = "3.0"
source = { registry = "https://index.example/simple" }

[[package]]
name = "old"
version = "1.0"
source = { registry = "https://index.example/simple" }

[[package]]
name = "old"
version = "2.0"
source = { registry = "https://index.example/simple" }
dependencies = [{ name = "http" }]

[[package]]
name = "speed"
version = "1.0"
source = { registry = "https://index.example/simple" }
"""
POETRY = """\
[[package]]
name = "Api"
version = "1.0"
groups = ["main"]

[package.dependencies]
store = ">=1"
backport = {version = "*", markers = "python_version < '3.8'"}
fast_json = {version = "*", optional = true}

[package.extras]
json = ["fast-json"]

[[package]]
name = "store"
version = "1.2"

[[package]]
name = "fast-json"
version = "2.0"

[metadata]
lock-version = "2.1"
content-hash = "0"
"""
PYPROJECT = """\
[project]
name = "My.App"
dependencies = ["http[two]>=1", "store"]
[project.optional-dependencies]
fast = ["speed; python_version > '3'"]
[dependency-groups]
lint = ["check"]
Test = ["my-app[fast]", {include-group = "lint"}]
"""
CARGO = """\
version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = ["rand 0.8.5", "rand 0.9.0", "util"]

[[package]]
name = "rand"
version = "0.8.5"
source = "registry+https://index.example"
checksum = "00"

[[package]]
name = "rand"
version = "0.9.0"
source = "registry+https://index.example"
dependencies = ["util"]

[[package]]
name = "util"
version = "1.0.0"
"""
METADATA = """\
{"packages": [
  {"id": "path+a", "name": "a", "version": "1.0.0", "source": null, "manifest_path": "/w/crates/a/Cargo.toml"},
  {"id": "path+b", "name": "b", "version": "1.0.0", "source": null, "manifest_path": "/w/crates/b/Cargo.toml"}],
 "resolve": {"nodes": [
  {"id": "path+a", "deps": [{"name": "b", "pkg": "path+b", "dep_kinds": [{"kind": null, "target": null}]}]},
  {"id": "path+b", "deps": [{"name": "a", "pkg": "path+a", "dep_kinds": [{"kind": "dev", "target": null}]}]}]},
 "workspace_root": "/w", "version": 1}
"""
NPM = """\
{"name": "shop", "version": "1.0.0", "lockfileVersion": 3, "packages": {
  "": {"name": "shop", "version": "1.0.0", "workspaces": ["pkg/*"], "dependencies": {"ui": "^1"},
       "devDependencies": {"lint": "^8"}, "optionalDependencies": {"gone": "*"}},
  "node_modules/cart": {"resolved": "pkg/cart", "link": true},
  "pkg/cart": {"name": "cart", "version": "1.0.0", "dependencies": {"dep": "^1"}},
  "node_modules/ui": {"version": "1.0.0", "dependencies": {"dep": "^2", "cart": "*"},
       "peerDependencies": {"lint": "*", "absent": "*"}, "peerDependenciesMeta": {"absent": {"optional": true}}},
  "node_modules/dep": {"version": "1.0.0", "devDependencies": {"never-installed": "*"}},
  "node_modules/ui/node_modules/dep": {"version": "2.0.0"},
  "node_modules/lint": {"version": "8.0.0", "dev": true, "peerDependencies": {"ui": "*"}}}}
"""
DOT = r"""
/* as terraform and bazel print it */
digraph "deps" {
  compound = "true" // an attribute
  node [shape=box, label=<a <b>bold</b> one>];
  subgraph cluster_1 { label = "one"; "[root] b" [label = "b", seconds = 2.5]; }
  "[root] a" -> "[root] b" -> c:port:n [style = dashed, kind = dev];
  "say \"x\"" -> { }
}
""".replace('"say \\"x\\"" -> { }', '"say \\"x\\""; "x\\ny" -> c;')
MAKE = """\
# GNU Make 4.3
# Make data base, printed on Mon Nov 30 12:00:00 2026
CC = cc
# Implicit Rules
%.o: %.c
# Files

app: main.o util.o | outdir
#  Phony target (prerequisite of .PHONY).

# Not a target:
Makefile:

main.o: main.c gen.h
#  recipe to execute (from 'Makefile', line 2):
\techo a: b

gen.h:: gen
.PHONY: app

# files hash-table stats:
# Finished Make data base on Mon Nov 30 12:00:00 2026
"""
GO = """\
example.com/m example.com/a@v1.0.0
example.com/m example.com/b@v1.2.0
example.com/a@v1.0.0 example.com/b@v1.1.0
"""
APT = """\
curl
  Depends: libc6
 |Depends: mta
  Depends: <mail>
    exim
  Breaks: old
    older
libc6
  PreDepends: gcc
  Suggests: doc
gcc
  Depends: libc6
"""
YAML = "no: [on, '1.10']\non:\n1.10: {dev: [on], optional: [no], seconds: 1.5, path: src/ten}\n"
JSON = '{"modules": {"a": ["b", "a"], "b": {"peer": ["c"], "needs": ["c"]}, "c": []}}'

READ = {
    "uv": (UV, ("app>http required, app>old 1.0 required, app>speed optional, app>app-testing dev,"
               " app-testing>app required, old 2.0>http required")),
    "poetry": (POETRY, "Api>store required, Api>fast-json optional"),
    "pyproject": (PYPROJECT, ("my-app>http required, my-app>store required, my-app[fast]>my-app required,"
                             " my-app[fast]>speed required, group lint>check required, group test>my-app required,"
                             " group test>my-app[fast] required, group test>group lint required")),
    "cargo": (CARGO, "app>rand 0.8.5 required, app>rand 0.9.0 required, app>util required, rand 0.9.0>util required"),
    "cargo-metadata": (METADATA, "a>b required, b>a dev"),
    "npm": (NPM, ("shop>ui required, shop>lint dev, cart>dep 1.0.0 required, ui>dep 2.0.0 required, ui>cart required,"
                 " ui>lint peer, lint>ui peer")),
    "dot": (DOT, "[root] a>[root] b dev, [root] b>c dev, x>c required, y>c required"),
    "make": (MAKE, ("app>main.o required, app>util.o required, app>outdir peer, main.o>main.c required,"
                   " main.o>gen.h required, gen.h>gen required")),
    "go": (GO, ("example.com/m>example.com/a@v1.0.0 required, example.com/m>example.com/b@v1.2.0 required,"
               " example.com/a@v1.0.0>example.com/b@v1.1.0 required")),
    "apt": (APT, ("curl>libc6 required, curl>mta optional, curl><mail> optional, <mail>>exim optional,"
                 " libc6>gcc required, libc6>doc optional, gcc>libc6 required")),
    "yaml": (YAML, "no>on required, no>1.10 required, 1.10>on dev, 1.10>no optional"),
    "json": (JSON, "a>b required, b>c required"),
}  # fmt: skip
"""Each format: its text, and every need in it as `module>needed kind`."""


def needs_of(problem):
    """The needs of a problem, as above."""
    words = ("optional", "dev", "peer", "required")
    return {f"{problem.names[one]}>{problem.names[other]} {words[kind]}" for one, other, kind in problem.edges}


def follow(task, failing=""):
    """The decisions that the rule makes right, to the end, and the last state; all commands but `failing` go well."""
    from maker_engine.core.decomposition import Await, Finished, Start, Started

    state, answers, running = task.start(), [], []
    while (step := task.step(state)) is not None:
        if isinstance(step, Start):
            running.append(Finished(step.tag, task.rehearse(state, step.do, 2 * (step.tag == failing))))
            answer = Started(step.tag)
        else:
            answer = running.pop(0) if isinstance(step, Await) else task.oracle(state)
        answers.append(answer)
        state = task.apply(state, answer)
    return answers, state
