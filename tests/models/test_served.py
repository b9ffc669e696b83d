"""Which models a server offers, and a model file served on this machine."""

from __future__ import annotations

import json

import pytest

from maker_engine.core.errors import InputError
from maker_engine.models import gguf_server
from maker_engine.models.served import endpoint, served_models, short_name
from tests.support.openai_server import OpenAIServer, Reply


def offering(body: object, status: int = 200) -> OpenAIServer:
    """A server with this answer to everything."""
    return OpenAIServer(lambda *_: Reply(raw=json.dumps(body).encode(), status=status))


def test_a_server_is_asked_for_its_models(monkeypatch):
    """The names come in the server's order, and no proxy stands between this machine and itself."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with offering({"data": [{"id": "b"}, {"id": "/home/me/a.gguf"}]}) as server:
        assert served_models(server.base_url) == ["b", "/home/me/a.gguf"]
        assert [request.path for request in server.requests] == ["/v1/models"]


@pytest.mark.parametrize(
    ("body", "status", "line"),
    [
        ({"models": []}, 200, "is not a list of models"),
        ([], 200, "is not a list of models"),
        ({"data": [7]}, 200, "is not a list of models"),
        ({}, 404, "answers HTTP 404"),
    ],
)
def test_what_is_no_list_of_models_is_named(body, status, line):
    """A server that speaks something else is one line with its address."""
    with offering(body, status) as server, pytest.raises(InputError, match=line):
        served_models(server.base_url)


@pytest.mark.parametrize(
    ("reply", "line"),
    [
        (Reply(raw=b"[" * 100_000), "is not a list of models"),
        (Reply(wire=b"SSH-2.0-server\r\n"), "no server at"),
        (Reply(raw=b"[" * 100, drip_s=0.02), "does not finish its answer"),
    ],
    ids=["deep", "another protocol", "drip"],
)
def test_a_server_that_misbehaves_is_one_line(reply, line):
    """Neither a nested answer, nor another protocol, nor a byte now and then is waited for or ends in a traceback."""
    with OpenAIServer(lambda *_: reply) as server, pytest.raises(InputError, match=line):
        served_models(server.base_url, patience_s=0.3)


@pytest.mark.parametrize("url", ["http://[::1", "http://h:x", "http://h\x1b", "ftp://h", ""])
def test_what_is_no_address_is_refused(url):
    """An address that cannot be read is said in a line, without its escape codes."""
    with pytest.raises(InputError, match="is not an http address") as refused:
        endpoint(url)
    assert str(refused.value).isprintable()


def test_a_server_that_is_not_there_is_named():
    """An address at which nobody answers is one line with the mend."""
    with pytest.raises(InputError, match=r"no server at http://127\.0\.0\.1:1/v1 .*: start it first"):
        served_models("http://127.0.0.1:1/v1")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/v1"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000/v1"),
        ("https://host/api/v3/", "https://host/api/v3"),
    ],
)
def test_an_address_without_a_path_means_v1(url, expected):
    """A bare address is completed, and one with a path of its own is left as it is."""
    assert endpoint(url) == expected


def test_a_file_s_folders_are_nobody_else_s_affair():
    """Of a served path only the file's own name is kept, and other names are left whole."""
    assert short_name("/home/me/secret/qwen0.5b.gguf") == "qwen0.5b"
    assert short_name("org/model:7b") == "org/model:7b"


def test_what_is_no_model_file_is_refused_before_anything_starts(tmp_path):
    """A missing file, a folder and a file of another kind are one line each."""
    (tmp_path / "notes.gguf").write_text("not a model")
    for path, line in ((tmp_path / "none.gguf", "cannot be read"), (tmp_path / "notes.gguf", "is not a model file")):
        with pytest.raises(InputError, match=line), gguf_server.served(path):
            pass
