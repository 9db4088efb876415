"""Signing in: whom the directory vouches for becomes a person here, for a working day.

The directory says who somebody is; what they may do follows from their posts. It never says why it
refuses: the reasons are told apart in the log alone.
"""

import base64
from collections.abc import Callable

import msgspec

from api.services.access import present
from api.services.organisation import record_person
from api.services.tokens import SECRET_BYTES
from interop.directory.port import Directory, Negotiation
from interop.directory.troubles import LoginRefused
from interop.directory.users import DirectoryUser
from repository.blobs.address import digest_of
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.organisation import person_by_login
from repository.errors import Kind, Trouble
from repository.keeper import Command, Keeper
from repository.landing import NODE
from repository.model import events as e
from repository.model.access import Token
from repository.model.ids import TokenId
from repository.model.people import Person

SESSION_SECONDS = 10 * 3600
"""A working day; then one signs in again."""
TOKEN_SECONDS = 3600
"""A token that is asked for instead of a session."""
_CSRF = b"csrf\0"


class Credentials(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is typed to sign in; this is also the body of the request."""

    login: str
    """As the directory knows it: `nva` or `nva@dongthap.gov.vn`."""
    password: str
    token: bool = False
    """Give a short token in the answer instead of a session in a cookie."""


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody has signed in."""

    token: Token
    bearer: str
    """What they show from now on; it is kept nowhere."""


class SignIn(Command[Token], frozen=True, kw_only=True, tag="sign-in"):
    """Let whom the directory vouches for have a token of their own."""

    logins: tuple[str, ...]
    """The names under which the directory knows them, in lower case."""
    directory: str
    """The directory's lasting name of them, 32 hex digits."""
    digest: bytes
    """BLAKE3 of the token's secret."""
    seconds: int


class SignInRefused(Trouble):
    """You could not be signed in with these credentials."""

    kind = Kind.UNKNOWN_CALLER
    vietnamese = "Không đăng nhập được: sai tên, sai mật khẩu hoặc tài khoản không được phép."


class TicketWanted(Trouble):
    """Show a ticket of the domain: `Authorization: Negotiate …`."""

    kind = Kind.UNKNOWN_CALLER
    vietnamese = "Cần vé của miền: `Authorization: Negotiate …`."


class NoDirectory(Trouble):
    """This node has no directory to sign in with; use a token."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Nút này chưa nối thư mục người dùng; hãy dùng mã truy cập."


Note = Callable[[str], object]
"""Hears why somebody was refused: the name of the reason, never a name of a person."""


def by_password(
    keeper: Keeper,
    directory: Directory | None,
    given: Credentials,
    *,
    entropy: Callable[[int], bytes],
    note: Note,
) -> SignedIn:
    """Sign in with a password.

    Raise `SignInRefused`, the same whatever the reason, `NoDirectory`, or what befalls the directory.
    """
    if directory is None:
        raise NoDirectory
    seconds = TOKEN_SECONDS if given.token else SESSION_SECONDS
    try:
        user = directory.authenticate(given.login, given.password)
    except LoginRefused as refused:
        note(refused.slug())
        raise SignInRefused from None
    return _signed_in(keeper, user, seconds, entropy=entropy, note=note)


def by_ticket(
    keeper: Keeper,
    directory: Directory | None,
    negotiation: Negotiation | None,
    ticket: bytes,
    *,
    entropy: Callable[[int], bytes],
    note: Note,
) -> tuple[SignedIn, bytes]:
    """Sign in with a Kerberos ticket (SPNEGO); the acceptor's answer beside.

    Raise as `by_password`.
    """
    if directory is None or negotiation is None:
        raise NoDirectory
    try:
        admitted = negotiation.accept(ticket)
        user = directory.recognise(admitted.principal)
    except LoginRefused as refused:
        note(refused.slug())
        raise SignInRefused from None
    signed = _signed_in(keeper, user, SESSION_SECONDS, entropy=entropy, note=note)
    return signed, admitted.answer


def _signed_in(
    keeper: Keeper,
    user: DirectoryUser,
    seconds: int,
    *,
    entropy: Callable[[int], bytes],
    note: Note,
) -> SignedIn:
    secret = base64.urlsafe_b64encode(entropy(SECRET_BYTES)).rstrip(b"=").decode()
    command = SignIn(
        caller=NODE,
        logins=tuple(name.lower() for name in (user.principal, user.account) if name),
        directory=user.guid.replace("-", ""),
        digest=digest_of(secret.encode()),
        seconds=seconds,
    )
    try:
        token = keeper.submit(command)
    except SignInRefused:
        note("unknown-person")
        raise
    return SignedIn(token=token, bearer=f"vk_{token.id}_{secret}")


def decide_sign_in(change: Change, command: SignIn) -> Token:
    """Let the token be issued; raise `SignInRefused` where nobody here is meant.

    Who was entered by login gets the directory's lasting name at the first sign-in. From then on
    it alone counts: another account that takes over the login is not let in as them.
    """
    person = _person(change, command)
    if person is None or not person.active:
        raise SignInRefused
    if not person.directory:
        bound = msgspec.structs.replace(person, directory=command.directory)
        record_person(change, bound)
    body = e.TokenIssued(
        id=TokenId(change.new_id()),
        digest=command.digest,
        label="",
        agencies=(),
        rights=(),
        every_agency=False,
        expires=change.stamp.microseconds + command.seconds * 1_000_000,
        person=person.id,
    )
    change.record(body)
    return present(change.token(body.id))


def _person(change: Change, command: SignIn) -> Person | None:
    known = change.get(t.DIRECTORY_NAMES, command.directory)
    if known:
        return change.get(t.PEOPLE, known)
    for login in command.logins:
        person = person_by_login(change, login)
        if person and not person.directory:
            return person
    return None


def csrf_of(bearer: str) -> str:
    """What a page has to send back with every change; whoever has only the cookie sent cannot know it."""
    return digest_of(_CSRF + bearer.encode()).hex()[:32]
