"""Long work over HTTP: asked for, looked at, fetched in parts, cancelled; and whose it is."""

import io
import itertools
import zipfile

import msgspec
import pytest
from blake3 import blake3

from api.services import printing
from api.services.job_kinds import KINDS
from api.services.jobs import run_next
from repository.jobs.port import DEFAULT_LIMITS
from repository.model.access import Right
from tests.api.conftest import Node
from tests.api.office import Office

_SUBJECTS = itertools.count(1)


def a_print(node: Node, **wanted: object) -> dict[str, object]:
    (register,) = [
        each["id"]
        for each in node.clerk.get("/v1/agencies/H20.14/registers").json["registers"]
        if each["code"] == "den"
    ]
    return {"kind": "register-print", "register": register, "format": "csv", **wanted}


def asked(office: Office, body: object) -> str:
    """Ask for a job; where it is."""
    answer = office.post("/v1/jobs", body)
    assert answer.status_code == 202, answer.text
    assert answer.headers["Location"] == answer.json["url"]
    assert int(answer.headers["Retry-After"]) > 0
    return answer.json["url"]


def works(node: Node) -> None:
    """Do whatever waits."""
    while any(run_next(node.services, kind) for kind in KINDS.values()):
        pass


def registers(node: Node, count: int) -> None:
    for _ in range(count):
        assert node.clerk.registers(subject=f"Việc {next(_SUBJECTS)}").status_code == 201


def volumes(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}


def test_a_register_of_any_length_is_printed_in_volumes_that_carry_the_chain_on(
    node: Node, monkeypatch: pytest.MonkeyPatch
):
    registers(node, 7)
    whole = node.clerk.get(a_path(node)).text
    monkeypatch.setitem(printing.MAX_ROWS, "csv", 3)
    assert node.clerk.get(a_path(node)).status_code == 413
    url = asked(node.clerk, a_print(node))
    assert node.clerk.get(url).json["state"] == "waiting"
    assert node.clerk.get(f"{url}/result").status_code == 409

    works(node)

    told = node.clerk.get(url)
    assert "Retry-After" not in told.headers
    job = told.json
    assert (job["state"], job["done"], job["total"], job["errors"]) == ("done", 7, 7, [])
    assert job["result"]["name"] == "H20.14-den-2026.zip"
    found = volumes(node.clerk.get(job["result"]["url"]).content)
    assert list(found) == [f"H20.14-den-2026-{n:03d}.csv" for n in (1, 2, 3)]
    printed = [line for each in found.values() for line in each.splitlines() if "Việc" in line]
    assert printed == [line for line in whole.splitlines() if "Việc" in line]
    assert chains(whole)[-1] == chains(found["H20.14-den-2026-003.csv"])[-1]


def a_path(node: Node) -> str:
    return f"/v1/registers/{a_print(node)['register']}/print?format=csv"


def chains(text: str) -> list[str]:
    return [line.split("BLAKE3: ")[1][:64] for line in text.splitlines() if "BLAKE3" in line]


@pytest.mark.parametrize("format_", ["pdf", "xlsx"])
def test_a_stretch_is_printed_in_every_format(node: Node, format_: str):
    registers(node, 3)
    url = asked(node.clerk, a_print(node, format=format_, start=2, stop=2))

    works(node)

    job = node.clerk.get(url).json
    assert (job["state"], job["done"]) == ("done", 1)
    with zipfile.ZipFile(io.BytesIO(node.clerk.get(f"{url}/result").content)) as archive:
        (name,) = archive.namelist()
        assert (name.rpartition(".")[2], archive.testzip()) == (format_, None)


def test_the_result_is_read_in_parts_and_named_by_its_digest(node: Node):
    registers(node, 2)
    url = asked(node.clerk, a_print(node)) + "/result"
    works(node)

    whole = node.clerk.get(url)
    tag = whole.headers["ETag"]
    assert tag == f'"blake3:{blake3(whole.content).hexdigest()}"'
    assert whole.headers["Cache-Control"] == "private, no-store"
    assert "attachment" in whole.headers["Content-Disposition"]
    half = node.clerk.get(url, {"Range": "bytes=10-", "If-Range": tag})
    assert (half.status_code, half.content) == (206, whole.content[10:])
    assert node.clerk.get(url, {"Range": "bytes=0-3"}).content == b"PK\3\4"
    assert node.clerk.get(url, {"Range": "bytes=99999999-"}).status_code == 416
    assert node.clerk.get(url, {"If-None-Match": tag}).status_code == 304
    head = node.clerk.ask("HEAD", url)
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(whole.content)))


def test_only_who_asked_and_administrators_see_a_job(node: Node):
    url = asked(node.clerk, a_print(node))
    works(node)
    never = "/v1/jobs/" + "0" * 32
    reader = node.office("H20.14", rights=(Right.READ,))

    for office in (node.neighbour, reader):
        for method, path in (("GET", ""), ("GET", "/result"), ("DELETE", "")):
            theirs = office.ask(method, url + path)
            nobodys = office.ask(method, never + path)
            assert theirs.status_code == nobodys.status_code == 404
            assert unsigned(theirs.json) == unsigned(nobodys.json)
        assert office.get("/v1/jobs").json == {"jobs": []}
    assert node.province.get(url).status_code == 200
    assert [job["url"] for job in node.clerk.get("/v1/jobs").json["jobs"]] == [url]
    assert node.stranger.get(url).status_code == 401


def unsigned(problem: dict[str, object]) -> dict[str, object]:
    return {k: v for k, v in problem.items() if k not in ("instance", "request_id")}


def test_what_one_may_not_read_or_do_is_not_done_by_a_job(node: Node):
    assert node.neighbour.post("/v1/jobs", a_print(node)).status_code == 404
    assert node.clerk.post("/v1/jobs", {"kind": "check"}).status_code == 403
    assert node.clerk.get("/v1/jobs").json == {"jobs": []}


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "nothing"},
        {"kind": "check", "part": 0},
        {"kind": "check", "more": 1},
        {"register": "0" * 32},
        {"kind": "register-print", "register": "../x"},
    ],
)
def test_what_is_not_described_is_refused(node: Node, body: dict[str, object]):
    assert node.province.post("/v1/jobs", body).status_code in (400, 422)


def test_a_check_tells_what_it_found_a_line_each(node: Node):
    registers(node, 1)
    url = asked(node.province, {"kind": "check"})

    works(node)

    job = node.province.get(url).json
    assert (job["state"], job["error_count"], job["result"]["name"]) == ("done", 0, "check.ndjson")
    lines = node.province.get(f"{url}/result").content.splitlines()
    assert all("severity" in msgspec.json.decode(line) for line in lines)


def test_a_job_is_cancelled_then_forgotten(node: Node):
    url = asked(node.clerk, a_print(node))

    ended = node.clerk.ask("DELETE", url)
    works(node)

    assert (ended.status_code, ended.json["state"]) == (202, "cancelled")
    assert node.clerk.get(f"{url}/result").status_code == 409
    assert node.clerk.ask("DELETE", url).status_code == 204
    assert node.clerk.get(url).status_code == 404


def test_nobody_has_more_jobs_than_allowed(node: Node):
    for _ in range(DEFAULT_LIMITS.unended):
        asked(node.clerk, a_print(node))

    refused = node.clerk.post("/v1/jobs", a_print(node))

    assert (refused.status_code, refused.json["type"]) == (409, "/problems/too-many-jobs")
    asked(node.province, a_print(node))
