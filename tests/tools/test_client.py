"""The client before the real API over real sockets, on lines that break and servers that wait."""

import io
import random
import socket
import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from api.app import create_app
from api.services import RULES
from api.services.blob_batch import Transfer
from repository.holdings import Holdings
from repository.model.access import Right
from tests.api.conftest import MAX_BLOB, MAX_CHUNK, SMALL, MovableClock, Node
from tests.api.office import an_arrival, blob_name
from tests.tools.cutting import Broken, Cut, cut_line, evenly
from tools.batching import FileRefused
from tools.client import VankhoClient
from tools.downloading import DownloadDiffers
from tools.http import MAX_PAUSE_SECONDS, Patience, Refused, ServerDown
from tools.serving.worker import listening, work
from tools.settings import ServeSettings, Settings
from tools.uploading import SourceChanged

SMALL_FILE = b"%PDF-1.7 van ban %%EOF"
LARGE_FILE = b"%PDF-1.7\n" + random.Random(1).randbytes(8 * MAX_CHUNK) + b"\n%%EOF\n"
ARRIVAL = an_arrival()
App = Callable[..., Any]


class Served(NamedTuple):
    """A node and where it answers."""

    node: Node
    address: str

    def client(self, address: str = "", *, tries: int = 5, **rest: Any) -> VankhoClient:
        return VankhoClient(
            address or self.address,
            self.node.clerk.bearer,
            patience=Patience(tries=tries, sleep=rest.get("sleep", _no_wait)),
        )


def _no_wait(_: float) -> None:
    """Waits are not waited for."""


@contextmanager
def answering_at(app: App) -> Generator[str]:
    """The address at which *app* answers, by the very loop of a worker."""
    settings, stop = Settings(serve=ServeSettings(threads=4, grace_seconds=2)), threading.Event()
    bound = listening("127.0.0.1", 0)
    bound.listen()  # from here on nobody is turned away
    address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    worker = threading.Thread(target=work, args=(app, bound, settings, stop))
    worker.start()
    try:
        yield address
    finally:
        stop.set()
        worker.join()


@pytest.fixture
def node() -> Iterator[Node]:
    clock = MovableClock()
    with Holdings.in_memory(rules=RULES, clock=clock, options=SMALL) as holdings:
        yield Node(holdings, clock)


@pytest.fixture
def served(node: Node) -> Iterator[Served]:
    with answering_at(create_app(node.services)) as address:
        yield Served(node, address)


# Files.


@pytest.mark.parametrize("content", [b"", SMALL_FILE, LARGE_FILE[:MAX_CHUNK], LARGE_FILE])
def test_a_file_goes_and_comes_back_the_same(served: Served, tmp_path: Path, content: bytes):
    with served.client() as vankho:
        receipt = vankho.store(io.BytesIO(content), agency="H20.14")
        size = vankho.fetch(receipt.id, tmp_path / "again.pdf")

    assert (receipt.id, receipt.size) == (blob_name(content), len(content))
    assert size == len(content)
    assert (tmp_path / "again.pdf").read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["again.pdf"]


def test_a_large_file_gets_through_a_line_that_breaks_again_and_again(served: Served):
    cuts = evenly(len(LARGE_FILE), 6)
    with cut_line(served.address, cuts) as line, served.client(line.address) as vankho:
        receipt = vankho.store(io.BytesIO(LARGE_FILE))

    assert line.made == 6
    assert receipt.id == blob_name(LARGE_FILE)
    assert served.node.clerk.get(receipt.url).content == LARGE_FILE


def test_a_download_goes_on_where_the_line_broke(served: Served):
    served.node.clerk.brings(LARGE_FILE[:900_000])
    breaks = [100_000, 250_000, 700_000]
    into = io.BytesIO()
    with (
        cut_line(served.address, downloads=breaks) as line,
        served.client(line.address) as vankho,
    ):
        vankho.fetch(blob_name(LARGE_FILE[:900_000]), into)

    assert line.made == 3
    assert into.getvalue() == LARGE_FILE[:900_000]


def test_another_process_goes_on_with_an_upload(served: Served):
    with (
        cut_line(served.address, [Cut(3 * MAX_CHUNK, Broken.REQUEST)]) as line,
        served.client(line.address, tries=1) as first,
    ):
        upload = first.begin_upload(io.BytesIO(LARGE_FILE))
        with pytest.raises(ServerDown):
            upload.send()

    with served.client() as second:
        goes_on = second.upload_at(upload.address, io.BytesIO(LARGE_FILE))
        before = goes_on.offset()
        goes_on.send()
        receipt = goes_on.commit(blob_name(LARGE_FILE))

    assert before == 2 * MAX_CHUNK
    assert receipt.id == blob_name(LARGE_FILE)


def test_an_upload_given_up_is_gone(served: Served):
    with served.client() as vankho:
        upload = vankho.begin_upload(io.BytesIO(LARGE_FILE))
        upload.end()

        with pytest.raises(Refused) as refused:
            upload.send()

    assert (refused.value.problem, refused.value.facts["status"]) == ("?", 404)


def test_a_commit_that_is_under_way_is_waited_for(served: Served):
    pauses: list[float] = []
    with served.client() as vankho:
        upload = vankho.begin_upload(io.BytesIO(LARGE_FILE))
        upload.send()
    name = upload.address.rsplit("/", 1)[1]
    owner = f"token:{served.node.clerk.bearer.split('_')[1]}"
    held = served.node.holdings.uploads.held(owner, name)  # type: ignore[arg-type]
    held.__enter__()

    def until_it_is_through(seconds: float) -> None:
        pauses.append(seconds)
        held.__exit__(None, None, None)

    with served.client(sleep=until_it_is_through) as vankho:
        receipt = vankho.upload_at(upload.address, io.BytesIO(LARGE_FILE)).commit(
            blob_name(LARGE_FILE)
        )

    assert receipt.id == blob_name(LARGE_FILE)
    assert len(pauses) == 1
    assert pauses[0] >= 2  # what Retry-After said


def test_a_chunk_that_arrives_garbled_is_sent_again(node: Node):
    app, garbled = create_app(node.services), []

    def garbling(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["REQUEST_METHOD"] == "PATCH" and not garbled:
            body = environ["wsgi.input"].read()
            garbled.append(body)
            environ["wsgi.input"] = io.BytesIO(b"x" + body[1:])
        return app(environ, start_response)

    with answering_at(garbling) as address, Served(node, address).client() as vankho:
        receipt = vankho.store(io.BytesIO(LARGE_FILE))

    assert garbled
    assert receipt.id == blob_name(LARGE_FILE)


def test_a_file_that_changes_while_it_is_sent_is_not_stored(served: Served):
    class Changing(io.BytesIO):
        reads = 0

        def read(self, size: int | None = -1, /) -> bytes:
            self.reads += 1
            return bytes(len(super().read(size))) if self.reads > 5 else super().read(size)

    with served.client() as vankho, pytest.raises(SourceChanged):
        vankho.store(Changing(LARGE_FILE))

    assert served.node.province.get(f"/v1/blobs/{blob_name(LARGE_FILE)}").status_code == 404


def test_a_range_is_just_these_bytes(served: Served):
    name = served.node.clerk.brings(SMALL_FILE)
    with served.client() as vankho:
        assert vankho.range_of(name, 9, 7) == b"van ban"
        assert vankho.range_of(name, 9, 0) == b""
        assert vankho.range_of(name, 17, 900) == b"%%EOF"
        assert b"".join(vankho.pieces(name, 17)) == b"%%EOF"


def test_a_file_is_looked_at_without_its_bytes(served: Served):
    name = served.node.clerk.brings(SMALL_FILE)
    with served.client() as vankho:
        told = vankho.look(name)
        with pytest.raises(Refused):
            vankho.look(blob_name(b"nothing"))

    assert (told.size, told.media_type) == (len(SMALL_FILE), "application/pdf")


# Documents.


def test_a_document_is_registered_with_its_file_and_read_back(served: Served, tmp_path: Path):
    with served.client() as vankho:
        receipt = vankho.store(io.BytesIO(SMALL_FILE))
        component = {"role": "main", "blob": receipt.id, "name": "công văn.pdf"}
        document = vankho.register(ARRIVAL | {"components": [component]})
        vankho.fetch_file(document, 0, tmp_path / "file")

        assert vankho.document(document.id) == document
    assert document.number == 1
    assert (tmp_path / "file").read_bytes() == SMALL_FILE


def test_a_registration_whose_answer_was_lost_gets_one_number(served: Served):
    with (
        cut_line(served.address, [Cut(1, Broken.ANSWER)]) as line,
        served.client(line.address) as vankho,
    ):
        first = vankho.register(ARRIVAL)
        second = vankho.register(ARRIVAL)

    assert line.made == 1
    assert (first.number, second.number) == (1, 2)


def test_the_same_key_gives_the_first_answer(served: Served):
    with served.client() as vankho:
        first, again = (vankho.register(ARRIVAL, key="once") for _ in range(2))

    assert first == again


def test_a_problem_comes_as_an_exception_with_its_facts(served: Served):
    paper = an_arrival(symbol="12/QĐ-UBND", issuer="UBND tỉnh", issued="2026-02-27")
    with served.client() as vankho:
        first = vankho.register(paper)

        with pytest.raises(Refused) as refused:
            vankho.register(paper)

    assert refused.value.problem == "duplicate-document"
    assert refused.value.facts["status"] == 409
    assert refused.value.facts["document"] == first.id


def test_all_rows_of_a_register_come_page_by_page(served: Served):
    for n in range(120):
        assert served.node.clerk.registers(f"k-{n}").status_code == 201
    with served.client() as vankho:
        (incoming,) = (one for one in vankho.registers("H20.14") if one.code == "den")
        numbers = [row.number for row in vankho.entries(incoming.id)]
        few = [row.number for row in vankho.entries(incoming.id, start=118, limit=2)]

    assert numbers == list(range(1, 121))
    assert few == [118, 119, 120]


def test_agencies_registers_and_tokens_are_declared_and_listed(served: Served):
    bearer = served.node.province.bearer
    with VankhoClient(served.address, bearer) as vankho:
        opened = vankho.open_agency("H20.16", "Sở Xây dựng")
        book = vankho.open_register("H20.16", code="den", direction="incoming", title="Sổ đến")
        expires = datetime(2027, 1, 1, tzinfo=UTC)
        issued = vankho.issue_token("thử", "read", agencies=["H20.16"], expires=expires)

        assert opened in vankho.agencies()
        assert vankho.registers("H20.16") == (book,)
        with VankhoClient(served.address, issued.bearer) as reader:
            assert reader.agencies() == (opened,)
        vankho.revoke_token(issued.id)
        assert [one.revoked for one in vankho.tokens() if one.id == issued.id] == [True]
        assert vankho.checkpoint().size > 0
    assert issued.expires == expires


def test_hits_come_page_by_page(served: Served):
    for n in range(7):
        served.node.clerk.registers(f"k-{n}")
    served.node.office(every_agency=True, rights=(Right.READ,))
    with served.client() as vankho:
        page = vankho.search("hộ tịch", limit=3, highlight=True)
        found = list(vankho.hits("hộ tịch", limit=3))

    assert page.total == len(found)


def test_a_correction_under_the_tag_last_seen_is_kept_in_the_history(served: Served):
    with served.client() as vankho:
        document = vankho.register(ARRIVAL)
        tag = vankho.tag(document.id)
        amended = vankho.amend(document.id, {"subject": "Đã sửa"}, tag=tag)
        with pytest.raises(Refused) as refused:
            vankho.amend(document.id, {"subject": "Sửa nữa"}, tag=tag)
        revisions = list(vankho.history(document.id))
        proved = vankho.proof(revisions[-1].log_sequence)

    assert refused.value.facts["status"] == 412
    assert (amended.subject, amended.number) == ("Đã sửa", document.number)
    assert [each.subject for each in revisions] == [document.subject, "Đã sửa"]
    assert proved.sequence == revisions[-1].log_sequence


def test_a_long_history_comes_page_by_page(served: Served):
    with served.client() as vankho:
        document = vankho.register(ARRIVAL)
        for n in range(55):
            vankho.amend(document.id, {"subject": f"Lần {n}"}, tag=vankho.tag(document.id))

        assert [each.revision for each in vankho.history(document.id)] == list(range(1, 57))


def test_files_come_later_relations_are_stated_and_what_resembles_is_told(served: Served):
    with served.client() as vankho:
        main = vankho.store(io.BytesIO(b"%PDF-1.7 mot %%EOF"), agency=ARRIVAL["agency"])
        other = vankho.store(io.BytesIO(b"%PDF-1.7 hai %%EOF"), agency=ARRIVAL["agency"])
        first, second = vankho.register(ARRIVAL), vankho.register(ARRIVAL)
        file = {"role": "main", "blob": main.id, "name": "một.pdf"}
        added = vankho.add_files(first.id, [file], tag=vankho.tag(first.id))
        like = vankho.resembling({**ARRIVAL, "components": [file]})
        hai = file | {"blob": other.id}
        tag = vankho.tag(first.id)
        replaced = vankho.replace_file(first.id, 0, hai, tag=tag, reason="Nhầm")
        stated = vankho.relate(second.id, "forwards", target=first.id)
        told = tuple(vankho.relations(first.id))

    assert (added.revision, replaced.revision) == (2, 3)
    assert replaced.components[0].blob == other.id
    assert [(one.why, one.document.id) for one in like] == [("same-file", first.id)]
    assert told == (stated,)


# Many at once.


def some_files(folder: Path, *contents: bytes) -> list[Path]:
    paths = [folder / f"{n}.pdf" for n in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return paths


def test_of_many_files_those_are_sent_that_are_not_here(served: Served, tmp_path: Path):
    served.node.clerk.brings(SMALL_FILE)
    paths = some_files(tmp_path, SMALL_FILE, LARGE_FILE, b"%PDF other", b"%PDF other")
    with served.client() as vankho:
        brought = list(vankho.store_all(paths, agency="H20.14"))
        again = list(vankho.store_all(paths, agency="H20.14"))

    assert [one.path for one in brought] == paths
    assert [one.sent for one in brought] == [False, True, True, False]
    assert [one.blob for one in brought] == [blob_name(path.read_bytes()) for path in paths]
    assert not any(one.sent for one in again)


def test_a_file_of_many_that_is_not_taken_is_named(served: Served, tmp_path: Path):
    paths = some_files(tmp_path, SMALL_FILE, bytes(MAX_BLOB + 1))
    with served.client() as vankho, pytest.raises(FileRefused) as refused:
        list(vankho.store_all(paths))

    assert refused.value.facts["path"] == paths[1]
    assert refused.value.facts["type"] == "/problems/blob-too-large"


def test_where_many_files_may_be_fetched_is_told(served: Served):
    here, elsewhere = served.node.clerk.brings(SMALL_FILE), blob_name(b"nothing")
    with served.client() as vankho:
        planned = list(vankho.plan(Transfer.DOWNLOAD, {here: len(SMALL_FILE), elsewhere: 7}))

    assert [one.id for one in planned] == [here, elsewhere]
    assert planned[0].actions
    assert planned[1].error
    assert planned[1].error.code == 404


def test_many_documents_get_their_numbers_once_though_the_answer_is_lost(served: Served):
    papers = [an_arrival(subject=f"Việc {n}") for n in range(3)]
    with (
        cut_line(served.address, [Cut(1, Broken.ANSWER)]) as line,
        served.client(line.address) as vankho,
    ):
        told = vankho.register_all(papers, key="lô-1".encode().hex())

    assert line.made == 1
    assert [one.status for one in told] == [201, 201, 201]
    assert [one.document.number for one in told if one.document] == [1, 2, 3]
    assert all(one.replayed for one in told)


def test_a_line_that_is_refused_leaves_the_others_unless_it_is_all_or_none(served: Served):
    papers = [ARRIVAL, ARRIVAL | {"subject": ""}, ARRIVAL]
    with served.client() as vankho:
        told = vankho.register_all(papers)
        with pytest.raises(Refused) as refused:
            vankho.register_all(papers, atomic=True)

    assert [one.status for one in told] == [201, 422, 201]
    assert refused.value.facts["line"] == 2


# What happens.


def test_what_happened_is_followed_page_by_page_from_where_one_was(served: Served):
    for n in range(60):
        served.node.clerk.registers(f"k-{n}")
    with served.client() as vankho:
        every = list(vankho.follow("H20.14", wait=0))
        later = list(vankho.follow("H20.14", every[-3].sequence, wait=0))

    assert [one.sequence for one in every] == list(range(1, len(every) + 1))
    assert [one.type for one in every[-60:]] == ["document-registered"] * 60
    assert later == every[-2:]


def test_what_happens_while_one_waits_is_heard_of_over_a_line_that_breaks(served: Served):
    with served.client() as quick:
        known = quick.changes("H20.14").last
    with (
        cut_line(served.address, [Cut(1, Broken.ANSWER)]) as line,
        served.client(line.address) as vankho,
    ):
        happening = vankho.follow("H20.14", known, wait=30)
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(next, happening)
            served.node.clerk.registers("k-1")
            served.node.clerk.registers("k-2")
            heard = [first.result(60), next(happening)]

    assert line.made == 1
    assert [one.sequence for one in heard] == [known + 1, known + 2]
    assert [one.document.number for one in heard if one.document] == [1, 2]


def test_a_feed_that_ends_before_the_place_asked_for_says_where_to_begin(served: Served):
    with served.client() as vankho:
        with pytest.raises(Refused) as refused:
            vankho.changes("H20.14", 9999)
        anew = vankho.changes("H20.14", int(str(refused.value.facts["first"])))

    assert refused.value.problem == "changes-gone"
    assert anew.changes[0].sequence == 1


# Servers that keep one waiting.


def an_answer(status: str, body: bytes = b"{}", **headers: str) -> bytes:
    told = {"Content-Length": str(len(body))} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


@contextmanager
def saying(*answers: bytes) -> Generator[tuple[VankhoClient, list[float]]]:
    """A client of a server that gives each connection the next of *answers*; and its pauses."""
    pauses: list[float] = []

    def answer(listener: socket.socket) -> None:
        for one in answers:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(one)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer, args=(listener,))
        thread.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        patience = Patience(tries=3, sleep=pauses.append, chance=lambda: 0.0)
        with VankhoClient(address, "vk_t", patience=patience) as client:
            yield client, pauses
        thread.join()


CHANGES = b'{"agency": "H20.14", "changes": [], "next": 4, "last": 4}'


def test_where_too_many_wait_the_client_waits_itself():
    with saying(an_answer("200 OK", CHANGES, Retry_After="5")) as (client, pauses):
        assert client.changes("H20.14", 4, wait=30).next == 4

    assert pauses == [5]


CHECKPOINT = an_answer("200 OK", b'{"size": 7, "root": "ab", "new": "passed over"}')


def test_waits_grow_and_fields_that_are_not_known_are_passed_over():
    with saying(b"", an_answer("502 Bad"), CHECKPOINT) as (client, pauses):
        assert client.checkpoint().size == 7

    assert pauses == [0.125, 0.25]


@pytest.mark.parametrize("status", ["503 S", "429 T", "423 L"])
def test_who_says_when_to_come_back_is_asked_then(status: str):
    with saying(an_answer(status, Retry_After="7"), CHECKPOINT) as (client, pauses):
        client.checkpoint()

    assert pauses == [7]


def test_a_date_to_come_back_is_understood():
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    with saying(an_answer("503 S", Retry_After=later), CHECKPOINT) as (client, pauses):
        client.checkpoint()

    assert 10 < pauses[0] <= 20


@pytest.mark.parametrize("told", ["999999", "Fri, 31 Dec 2100 23:59:59 GMT"])
def test_nobody_is_waited_for_very_long(told: str):
    with saying(an_answer("503 S", Retry_After=told), CHECKPOINT) as (client, pauses):
        client.checkpoint()

    assert pauses == [MAX_PAUSE_SECONDS]


@pytest.mark.parametrize("told", ["", "soon", "-1", "1.5", "Mon, 99 Foo"])
def test_a_time_that_cannot_be_read_is_passed_over(told: str):
    with saying(an_answer("503 S", Retry_After=told), CHECKPOINT) as (client, pauses):
        client.checkpoint()

    assert pauses == [0.125]


def test_what_may_not_be_done_twice_is_asked_again_only_when_it_was_surely_not_done():
    agency = b'{"id": "1", "code": "H20", "name": "x", "opened": "2026-01-01T00:00:00+07:00", "founded": "", '
    agency += b'"ended": "", "url": "/x", "registers_url": "/x"}'
    with saying(an_answer("429 T"), an_answer("201 C", agency)) as (client, _):
        assert client.open_agency("H20", "x").code == "H20"

    with saying(an_answer("503 S")) as (client, pauses), pytest.raises(ServerDown):
        client.open_agency("H20", "x")
    assert pauses == []


def test_other_bytes_than_were_asked_for_are_not_kept(tmp_path: Path):
    with (
        saying(an_answer("200 OK", b"other bytes")) as (client, _),
        pytest.raises(DownloadDiffers) as differs,
    ):
        client.fetch(blob_name(b"bytes"), tmp_path / "file")

    assert differs.value.facts["actual"] == blob_name(b"other bytes")
    assert list(tmp_path.iterdir()) == []
