"""What each effect gives back, and how it fails: always an outcome of one line, never a crash, nothing left running."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from maker_engine.core.decomposition import Do, Done
from maker_engine.core.errors import InputError
from maker_engine.effects.consent import Consent, parse_scope
from maker_engine.effects.port import EffectError
from maker_engine.effects.receipts import begin, read
from maker_engine.effects.secrets import check_source
from maker_engine.effects.world import RealWorld
from tests.support.acting_server import ActingServer
from tests.support.waiting import wait_for

ENVIRONMENT = {"TOKEN": 'p/s"w + å', "SHORT": "ab1"}


def act(effect: str, arguments: dict[str, object], *, writes: bool = True, timeout_s: float = 10) -> Done:
    """Carry one effect out."""
    do = Do(effect, json.dumps(arguments), writes=writes, timeout_s=timeout_s)
    return asyncio.run(RealWorld(environment=ENVIRONMENT).carry_out(do, "key-1"))


def told(done: Done) -> tuple[str, str]:
    """Its status, and the kind of its failure."""
    assert "\n" not in done.fields["error"]
    return done.status.value, done.fields["kind"]


@pytest.fixture(scope="module")
def server():
    """A server on loopback."""
    with ActingServer() as one:
        yield one


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/middle", "failed", "closed"),
        ("/away", "failed", "redirect"),
        ("/round", "failed", "redirect"),
        ("/never", "timed_out", "timeout"),
        ("/drip", "timed_out", "timeout"),
    ],
)
def test_a_server_that_misbehaves_is_an_outcome(server, path, status, kind):
    """A body that is cut off, redirects away or round, no answer, and a byte now and then are outcomes that say so."""
    done = act("http", {"url": server.url + path}, timeout_s=0.3 if status == "timed_out" else 10)
    assert told(done) == (status, kind)


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    """A server with a certificate of its own making is never spoken to: the outcome says that TLS failed."""
    if (openssl := shutil.which("openssl")) is None:
        pytest.skip("openssl is not installed, which makes the certificate")
    made = [str(tmp_path / name) for name in ("key.pem", "cert.pem")]
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=127.0.0.1"
    words += " -addext subjectAltName=IP:127.0.0.1 -keyout"
    subprocess.run([openssl, *words.split(), made[0], "-out", made[1]], check=True, capture_output=True)
    with ActingServer(certificate=(made[1], made[0])) as secure:
        done = act("http", {"url": secure.url.replace("http:", "https:") + "/do?name=a", "method": "POST"})
        assert told(done) == ("failed", "tls")
        assert "certificate" in done.fields["error"].lower()
        assert secure.log == []


@pytest.mark.parametrize(
    ("arguments", "status", "kind"),
    [
        ({"url": "http://127.0.0.1:1/"}, "failed", "connection"),
        ({"url": "https://127.0.0.1:{port}/"}, "failed", "tls"),
        ({"url": "ftp://127.0.0.1/"}, "refused", "arguments"),
        ({"url": "http://u:p@127.0.0.1/"}, "refused", "arguments"),
        ({"url": "{url}/", "headers": {"X-Token": "${env:NONE}"}}, "refused", "secret"),
        ({"url": "{url}/", "headers": {"X-Token": "${env:SHORT}"}}, "refused", "secret"),
        ({"url": "{url}/", "headers": {"X": "a\r\nHost: evil"}}, "failed", "arguments"),
        ({"url": "{url}/", "colour": 1}, "refused", "arguments"),
    ],
)
def test_a_request_that_cannot_be_made_is_an_outcome(server, arguments, status, kind):
    """A dead port, no TLS, another scheme, a missing secret and arguments that are none are outcomes that say so."""
    arguments = json.loads(json.dumps(arguments).replace("{url}", server.url).replace("{port}", str(server.port)))
    assert told(act("http", arguments)) == (status, kind)


def test_bodies_are_kept_up_to_their_limit(server):
    """A body of 50 MB and a compressed bomb are cut at 1 MiB and said to be; bytes that are no text come in base64."""
    big = act("http", {"url": server.url + "/big"}).fields
    bomb = act("http", {"url": server.url + "/bomb", "most_bytes": 1000}).fields
    assert (len(big["body"]), big["cut"]) == (1 << 20, True)
    assert (len(bomb["body"]), bomb["cut"]) == (1000, True)
    assert act("http", {"url": server.url + "/binary"}).fields["body_base64"] == "//4AAQ=="
    assert act("http", {"url": server.url + "/here"}).fields["url"].endswith("/echo")


def test_a_run_reads_over_one_connection_and_keeps_no_cookie(server):
    """Reads of a world that will be closed share a connection, writes do not, and no call sees another's cookie."""

    async def ports(*, lasting: bool, writes: bool) -> list[int]:
        world = RealWorld(lasting=lasting)
        do = Do("http", json.dumps({"url": server.url + "/port"}), writes=writes, timeout_s=10)
        bodies = [json.loads(json.loads((await world.carry_out(do, "k")).value)["body"]) for _ in range(3)]
        await world.close()
        assert {cookie for _, cookie in bodies} == {None}
        return [port for port, _ in bodies]

    assert len(set(asyncio.run(ports(lasting=True, writes=False)))) == 1
    assert len(set(asyncio.run(ports(lasting=True, writes=True)))) == 3
    assert len(set(asyncio.run(ports(lasting=False, writes=False)))) == 3


def test_secrets_are_masked_however_they_come_back(server):
    """A secret that a server or a program echoes, plain, escaped, quoted or in base64, is masked by its name."""
    url = {"url": server.url + "/echo", "query": {"q": "${env:TOKEN}"}}
    mine = {"X-Key": "${maker:key}", "X-Token": "${env:TOKEN}"}
    safe = {"TOKEN": "secret-value+/x", "SHORT": ""}
    done = asyncio.run(
        RealWorld(environment=safe).carry_out(
            Do("http", json.dumps({**url, "headers": mine, "auth": {"user": "u", "password": "${env:TOKEN}"}})), "key-1"
        )
    )
    assert "secret-value" not in done.value
    assert json.loads(done.fields["body"])["x-key"] == "key-1"
    assert "${env:TOKEN}" in done.value
    echoed = act("process", {"argv": ["sh", "-c", 'printf %s "$1"; printf %s "$1" | base64', "-", "${env:TOKEN}"]})
    assert echoed.fields["stdout"].startswith("${env:TOKEN}${env:TOKEN}")


def test_a_program_is_run_without_a_shell_and_reaped(tmp_path):
    """Arguments are taken as they are, output and exit are kept, what was left behind or takes too long is killed."""
    done = act("process", {"argv": ["printf", "%s", "$HOME; ls"], "cwd": str(tmp_path)}).fields
    assert (done["exit"], done["stdout"]) == (0, "$HOME; ls")
    mark = f"{os.getpid()}{time.time_ns()}"
    assert act("process", {"argv": ["sh", "-c", f"sleep 97.{mark} & exit 3"]}).fields["exit"] == 3
    assert told(act("process", {"argv": ["sleep", f"98.{mark}"]}, timeout_s=0.2)) == ("timed_out", "timeout")
    assert mark not in subprocess.check_output(["/bin/ps", "axo", "args"], text=True)
    assert act("process", {"argv": ["head", "-c", "9999999", "/dev/zero"], "most_bytes": 10}).fields["cut"] is True
    assert act("process", {"argv": ["cat"], "stdin": "x" * 200_000}).fields["stdout"] == "x" * 200_000
    assert told(act("process", {"argv": ["no-such-program"]})) == ("refused", "program")


HOLDING = """\
import asyncio, json, os, pathlib, sys
from maker_engine.core.decomposition import Do
from maker_engine.effects.world import RealWorld
pathlib.Path("pid").write_text(str(os.getpid()))
world = RealWorld(receipts=pathlib.Path("receipts"))
do = Do("process", json.dumps({"argv": ["sh", "-c", sys.argv[1]], "receipt": True}))
world.prepare(do, "key-1")
asyncio.run(world.carry_out(do, "key-1"))
"""


@pytest.mark.parametrize(
    ("program", "shown"),
    [
        ("kill -STOP $(cat pid); exit 0", {"state": "ended", "exit": 0}),
        ("kill -STOP $(cat pid); exit 3", {"state": "ended", "exit": 3}),
        ("kill -KILL $(cat pid); exec sleep 99", {"state": "cut_off", "exit": None}),
    ],
)
def test_a_receipt_shows_how_a_program_ended_though_nobody_was_left_to_see(tmp_path, program, shown):
    """Whoever began it is stopped or killed in the middle: its receipt says whether it ended by itself, and how."""
    with subprocess.Popen([sys.executable, "-c", HOLDING, program], cwd=tmp_path) as run:
        receipt = tmp_path / "receipts" / "key-1"
        if "STOP" in program:
            wait_for(run, lambda: receipt.exists() and "exit" in receipt.read_text())
            run.kill()
    world = RealWorld(receipts=tmp_path / "receipts")
    assert asyncio.run(world.carry_out(Do("process_end", "{}", writes=False), "key-1")).fields == shown


def test_a_receipt_is_read_for_what_it_can_prove(tmp_path):
    """None proves nothing, an empty one that nothing began; an exit after a stop is its own only where it is 0."""
    (tmp_path / "key").write_text("")
    assert read(tmp_path / "none").state == read(None).state == "unknown"
    assert read(tmp_path / "key").state == "not_begun"
    for text, shown in (
        ("begun\n", ("cut_off", None)),
        ("begun\nexit 1", ("cut_off", None)),
        ("begun\nstopped\nexit 1\n", ("cut_off", None)),
        ("begun\nstopped\nexit 0\n", ("ended", 0)),
        ("begun\nexit 1\nstopped\n", ("ended", 1)),
        ("begun\nexit -11\n", ("ended", -11)),
        ("begun\nexit -9\n", ("cut_off", None)),
    ):
        (tmp_path / "key").write_text(text)
        assert read(tmp_path / "key") == shown
    with (tmp_path / "key").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        (tmp_path / "key").write_text("begun\n")
        assert read(tmp_path / "key").state == "running"
        with pytest.raises(EffectError, match="it still runs"):
            begin(tmp_path / "key")


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
def test_a_program_does_not_outlive_whoever_started_it(tmp_path, sent):
    """When maker dies by a signal, even one that nobody can hear, the program and its children end too."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    script = f"exec > {fifo}; sleep 96 & echo up; wait"  # whoever reads the pipe sees its end when the last one is gone
    arguments = json.dumps({"argv": ["sh", "-c", script]})
    code = "import asyncio, sys\nfrom maker_engine.core.decomposition import Do\n"
    code += "from maker_engine.effects.world import RealWorld\n"
    code += "asyncio.run(RealWorld().carry_out(Do('process', sys.argv[1], timeout_s=60), 'k'))"
    with subprocess.Popen([sys.executable, "-c", code, arguments]) as starter, fifo.open() as heard:
        assert heard.readline() == "up\n"
        starter.send_signal(sent)
        assert heard.read() == ""
    assert starter.returncode == -sent


def test_sql_happens_as_a_whole_and_within_its_file(tmp_path):
    """Statements of one effect are committed together or not at all, reach no other file, and only read in a read."""
    file = str(tmp_path / "a.db")
    made = act("sql", {"database": file, "statements": ["CREATE TABLE t(x)", ["INSERT INTO t VALUES (?)", [1]]]})
    assert made.fields == {"changed": 1}
    both = ["INSERT INTO t VALUES (2)", "INSERT INTO nowhere VALUES (3)"]
    assert told(act("sql", {"database": file, "statements": both})) == ("failed", "sql")
    rows = {"columns": ["x"], "rows": [[1]], "cut": False}
    assert act("sql", {"database": file, "sql": "SELECT x FROM t"}, writes=False).fields == rows
    for sql in ("DELETE FROM t", "PRAGMA user_version = 5", "ATTACH 'b.db' AS b", "SELECT load_extension('x')"):
        assert told(act("sql", {"database": file, "sql": sql}, writes=False)) == ("failed", "sql")
    for sql in (f"VACUUM INTO '{tmp_path}/b.db'", "COMMIT", "PRAGMA journal_mode = OFF"):
        assert told(act("sql", {"database": file, "sql": sql})) == ("failed", "sql")
    killed = "import sqlite3,os; c = sqlite3.connect('a.db'); c.execute('PRAGMA cache_size = 1'); c.execute('BEGIN');"
    killed += "c.execute('DELETE FROM t'); c.execute('CREATE TABLE u AS SELECT zeroblob(99999) y'); os._exit(9)"
    subprocess.run([sys.executable, "-c", killed], cwd=tmp_path, check=False)
    assert (tmp_path / "a.db-journal").exists()
    assert act("sql", {"database": file, "sql": "SELECT x FROM t"}, writes=False).fields == rows
    endless = "WITH RECURSIVE c(x) AS (VALUES(1) UNION ALL SELECT x+1 FROM c) SELECT count(*) FROM c"
    assert told(act("sql", {"database": file, "sql": endless}, writes=False, timeout_s=0.2)) == ("timed_out", "timeout")
    assert {one.name for one in tmp_path.iterdir()} == {"a.db"}


@pytest.mark.parametrize(
    ("allowed", "wanted", "covered"),
    [
        ("http:example.org", "http:example.org:443", True),
        ("http:EXAMPLE.org.", "http:example.org:80", True),
        ("http:example.org", "http:example.org:8080", False),
        ("http:example.org:8080", "http:example.org:8080", True),
        ("http:example.org", "http:evil.example.org:443", False),
        ("http:example.org", "write:http:example.org:443", False),
        ("write:http:example.org", "http:example.org:443", True),
        ("sql:/srv/../srv/a.db", "sql:/srv/a.db", True),
        ("write:sql:postgresql://me:pw@db/x", "sql:postgresql://db:5432/x", True),
        ("exec:git", "exec:/usr/bin/git", False),
    ],
)
def test_consent_is_matched_strictly(allowed, wanted, covered):
    """Consent covers the host and port, file or program that it names, and writing only where it says so."""
    assert Consent([parse_scope(allowed)]).covered(parse_scope(wanted)) is covered


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http:",
        "http://example.org",
        "http:*",
        "http:a b",
        "exec",
        "write:exec:git",
        "sql:postgresql://h",
        "sql:postgresql://a/x?host=b",
    ],
)
def test_a_scope_that_names_nothing_is_refused(text):
    """What is no scope is refused with the forms there are."""
    with pytest.raises(InputError):
        parse_scope(text)


def test_reading_here_needs_no_consent_and_all_else_does():
    """A read of this machine need not be allowed; a read elsewhere, a change and a program do."""
    world = RealWorld(environment={})

    def needs(effect: str, arguments: dict[str, object], *, writes: bool = False) -> str:
        scope = world.scope(Do(effect, json.dumps(arguments), writes=writes))
        return str(scope) if scope is not None and scope.needs_consent else ""

    assert needs("http", {"url": "http://127.0.0.1:8000/x"}) == ""
    assert needs("http", {"url": "http://127.0.0.1:8000/x", "method": "DELETE"}) == "write:http:127.0.0.1:8000"
    assert needs("http", {"url": "https://example.org/x"}) == "http:example.org:443"
    assert needs("sql", {"database": "/srv/a.db", "sql": "SELECT 1"}) == ""
    assert needs("sql", {"database": "/srv/a.db", "sql": "DROP TABLE t"}, writes=True) == "write:sql:/srv/a.db"
    assert needs("process", {"argv": ["git", "status"]}) == "exec:git"
    assert needs("wait", {"seconds": 1}) == ""
    with pytest.raises(EffectError, match="did you mean 'process'"):
        world.scope(Do("proces", "{}"))


@pytest.mark.parametrize("source", ['{"a": "s3cr3t-token"}', '{"a": "https://me:hunter2@example.org"}'])
def test_a_secret_in_a_problem_is_refused(source):
    """A problem that holds a secret's value, or a password in an address, is refused without saying the secret."""
    with pytest.raises(InputError, match=r"\$\{env:") as error:
        check_source(source, {"MY_TOKEN": "s3cr3t-token"})
    assert "s3cr3t" not in str(error.value)
    check_source('{"a": "${env:MY_TOKEN}", "b": "https://example.org"}', {"MY_TOKEN": "s3cr3t-token"})


def test_postgresql_is_an_extra_that_is_named() -> None:
    """Without psycopg an effect on PostgreSQL is refused by the extra's name; with it a dead server is an outcome."""
    done = act("sql", {"database": "postgresql://127.0.0.1:1/x", "sql": "SELECT 1"}, writes=False)
    assert told(done) in (("refused", "program"), ("failed", "connection"))
