"""What every directory promises: who is proved, who is refused and why, who is there, what changed."""

import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zlib import crc32

import pytest

from interop.directory.port import Directory
from interop.directory.troubles import (
    AccountDisabled,
    AccountExpired,
    AccountLocked,
    DirectoryAnswerUnfit,
    DirectoryUserMissing,
    LoginRefused,
    PasswordExpired,
    PositionUnfit,
    UnknownLogin,
    WrongPassword,
)
from interop.directory.users import Sid, UserGuid

PASSWORD = "Mat-khau-2026"
LOCKOUT = 3
NOW = datetime.now(UTC)
YESTERDAY, TOMORROW = NOW - timedelta(days=1), NOW + timedelta(days=1)
NOBODY = UserGuid("00000000-0000-4000-8000-000000000000")


class Domain(Protocol):
    """A domain, and the hands of its administrator. Accounts are `vankho.test`'s."""

    directory: Directory

    def hire(self, account: str, **particulars: str) -> UserGuid:
        """A new person; particulars are `name`, `principal`, `mail`, `title`, `department`."""
        ...

    def disable(self, guid: UserGuid) -> None: ...
    def expire(self, guid: UserGuid, at: datetime) -> None: ...
    def demand_new_password(self, guid: UserGuid) -> None: ...
    def rename(self, guid: UserGuid, name: str) -> None: ...
    def move(self, guid: UserGuid, *, away: bool) -> None: ...
    def dismiss(self, guid: UserGuid) -> None: ...

    def enlist(self, guid: UserGuid) -> tuple[Sid, ...]:
        """Put a person into the innermost of three nested groups; give the SIDs of all three."""
        ...


class DirectoryContract:
    """Subclass it as `Test…` and give a domain; names are each test's own."""

    @pytest.fixture
    def domain(self) -> Domain:
        raise NotImplementedError

    @pytest.fixture
    def directory(self, domain: Domain) -> Directory:
        return domain.directory

    # Who is let in.

    def test_the_right_password_tells_who_it_is(self, domain: Domain, directory: Directory):
        guid = domain.hire(
            "nguyen.lan",
            name="Nguyễn Thị Lan",
            principal="lan.nguyen@noivu.example",
            mail="lan@noivu.example",
            title="Trưởng phòng",
            department="Văn phòng Sở",
        )

        user = directory.authenticate("nguyen.lan", PASSWORD)

        assert (user.guid, user.account, user.name) == (guid, "nguyen.lan", "Nguyễn Thị Lan")
        assert (user.principal, user.mail) == ("lan.nguyen@noivu.example", "lan@noivu.example")
        assert (user.title, user.department) == ("Trưởng phòng", "Văn phòng Sở")
        assert (user.enabled, user.locked, user.password_due) == (True, False, False)
        assert user.sid.startswith("S-1-5-21-")

    def test_a_person_has_several_login_names_and_case_does_not_count(
        self, domain: Domain, directory: Directory
    ):
        guid = domain.hire("tran.binh", principal="binh@noivu.example")
        names = ("TRAN.Binh", "tran.binh@vankho.test", "Binh@NoiVu.example", " tran.binh ")

        assert {directory.authenticate(name, PASSWORD).guid for name in names} == {guid}

    def test_names_are_composed_whatever_the_directory_keeps(
        self, domain: Domain, directory: Directory
    ):
        domain.hire("le.thuy", name=unicodedata.normalize("NFD", "Lê Thị Thủy"))

        assert directory.authenticate("le.thuy", PASSWORD).name == "Lê Thị Thủy"

    @pytest.mark.parametrize(
        "password",
        [
            *("mat-khau-2026", "Mat-khau-2026 ", "x" * 5000, "\0", "é"),
            *(f"{PASSWORD}\0", f"{PASSWORD}\0x", "\ud800", "\x01"),
        ],
    )
    def test_a_wrong_password_is_refused(self, domain: Domain, directory: Directory, password: str):
        account = f"sai.{crc32(ascii(password).encode()):x}"
        domain.hire(account)

        with pytest.raises(WrongPassword):
            directory.authenticate(account, password)

    def test_an_empty_password_proves_nothing(self, domain: Domain, directory: Directory):
        domain.hire("khong.mat.khau")

        with pytest.raises(WrongPassword):
            directory.authenticate("khong.mat.khau", "")

    @pytest.mark.parametrize(
        "login",
        [
            *("khong.co", "", "*", "hoang*", "hoang)(cn=*", "hoang\0", "hoang\\2a", "a" * 300),
            *("hoang@elsewhere.test", "OTHER\\hoang", "CN=hoang", "hoang\nb"),
            *("@", "@vankho.test"),
        ],
    )
    def test_an_unknown_name_is_refused(self, domain: Domain, directory: Directory, login: str):
        if not directory_knows(directory, "hoang"):
            domain.hire("hoang")

        with pytest.raises(UnknownLogin):
            directory.authenticate(login, PASSWORD)

    def test_a_disabled_account_is_refused(self, domain: Domain, directory: Directory):
        domain.disable(domain.hire("da.nghi"))

        refused(directory, "da.nghi", AccountDisabled)

    def test_an_expired_account_is_refused(self, domain: Domain, directory: Directory):
        domain.expire(domain.hire("het.han"), YESTERDAY)
        domain.expire(domain.hire("con.han"), TOMORROW)

        refused(directory, "het.han", AccountExpired)
        assert directory.authenticate("con.han", PASSWORD).expires == in_microseconds(TOMORROW)

    def test_who_must_change_the_password_first_is_refused(
        self, domain: Domain, directory: Directory
    ):
        domain.demand_new_password(domain.hire("moi.vao"))

        refused(directory, "moi.vao", PasswordExpired)

    def test_wrong_passwords_lock_an_account(self, domain: Domain, directory: Directory):
        guid = domain.hire("bi.khoa")
        for _ in range(LOCKOUT):
            with pytest.raises(LoginRefused):
                directory.authenticate("bi.khoa", "wrong")

        refused(directory, "bi.khoa", AccountLocked)
        assert directory.user(guid).locked

    def test_a_ticket_of_another_realm_is_nobodys(self, domain: Domain, directory: Directory):
        guid = domain.hire("co.ve", principal="ve@noivu.example")

        assert directory.recognise("co.ve@VANKHO.TEST").guid == guid
        for name in ("co.ve@OTHER.TEST", "ve@noivu.example", "khong.co@VANKHO.TEST"):
            with pytest.raises(UnknownLogin):
                directory.recognise(name)

    def test_many_log_in_at_once(self, domain: Domain, directory: Directory):
        guids = [domain.hire(f"cung.luc{number}") for number in range(4)]
        logins = [f"cung.luc{number % 4}" for number in range(24)]

        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(lambda login: directory.authenticate(login, PASSWORD), logins))

        assert [user.guid for user in found] == [guids[number % 4] for number in range(24)]

    # In which groups.

    def test_groups_are_told_through_groups(self, domain: Domain, directory: Directory):
        guid = domain.hire("trong.nhom")
        nested = domain.enlist(guid)

        user = directory.authenticate("trong.nhom", PASSWORD)

        assert len(nested) == 3
        assert set(nested) <= set(user.groups or ())
        assert user.groups == directory.groups(guid) == directory.user(guid).groups
        assert user.groups == tuple(sorted(user.groups or ()))

    def test_who_is_in_no_group_of_ours_is_told_none_of_them(
        self, domain: Domain, directory: Directory
    ):
        nested = domain.enlist(domain.hire("o.trong"))
        outside = domain.hire("o.ngoai")

        assert not set(nested) & set(directory.groups(outside))

    # Who is there.

    def test_everybody_is_told_once(self, domain: Domain, directory: Directory):
        hired = {domain.hire(f"moi.nguoi{number:02}") for number in range(30)}
        away = domain.hire("noi.khac")
        domain.move(away, away=True)

        found = [user.guid for user in directory.users()]

        assert hired <= set(found)
        assert len(found) == len(set(found))
        assert away not in found

    def test_nobody_has_a_guid_that_was_never_given(self, domain: Domain, directory: Directory):
        for ask in (directory.user, directory.groups):
            with pytest.raises(DirectoryUserMissing):
                ask(NOBODY)

    @pytest.mark.parametrize("guid", ["", "*", "x)(cn=*", "0" * 33])
    def test_what_is_no_guid_is_refused(self, directory: Directory, guid: str):
        with pytest.raises((DirectoryAnswerUnfit, DirectoryUserMissing)):
            directory.user(UserGuid(guid))

    # What has changed.

    def test_nothing_has_changed_since_now(self, directory: Directory):
        position = directory.position()

        changes = directory.changes(position)

        assert (changes.users, changes.gone) == ((), ())

    def test_whoever_was_hired_renamed_disabled_or_moved_is_told_as_they_are_now(
        self, domain: Domain, directory: Directory
    ):
        renamed, disabled, moved, untouched = (
            domain.hire(f"doi.{what}", name=f"Phạm {what}") for what in "abcd"
        )
        position = directory.position()
        hired = domain.hire("doi.moi")
        domain.rename(renamed, "Phạm Thị Đổi Tên")
        domain.disable(disabled)
        domain.move(moved, away=False)

        found = {user.guid: user for user in directory.changes(position).users}

        assert set(found) == {hired, renamed, disabled, moved}
        assert untouched not in found
        assert found[renamed].name == "Phạm Thị Đổi Tên"
        assert not found[disabled].enabled
        assert found[moved] == of_many(directory, moved)

    def test_whoever_was_dismissed_or_moved_out_of_sight_is_gone(
        self, domain: Domain, directory: Directory
    ):
        dismissed, away = domain.hire("di.han"), domain.hire("di.xa")
        position = directory.position()
        domain.dismiss(dismissed)
        domain.move(away, away=True)

        changes = directory.changes(position)

        assert set(changes.gone) == {dismissed, away}
        assert directory.deleted() > 0
        assert changes.users == ()
        with pytest.raises(UnknownLogin):
            directory.authenticate("di.han", PASSWORD)

    def test_asking_twice_tells_the_same_and_going_on_tells_the_rest(
        self, domain: Domain, directory: Directory
    ):
        position = directory.position()
        first = domain.hire("theo.mot")

        one, again = directory.changes(position), directory.changes(position)
        second = domain.hire("theo.hai")
        rest = directory.changes(one.position)

        assert [user.guid for user in one.users] == [user.guid for user in again.users] == [first]
        assert [user.guid for user in rest.users] == [second]

    @pytest.mark.parametrize("position", [b"", b"0", b"dc=other,dc=test\0MSDS", b"\xff" * 100_000])
    def test_what_is_no_position_here_is_refused(self, directory: Directory, position: bytes):
        with pytest.raises(PositionUnfit):
            directory.changes(position)


def refused(directory: Directory, login: str, why: type[LoginRefused]) -> None:
    """With the right password, and with a ticket that is still good."""
    with pytest.raises(why):
        directory.authenticate(login, PASSWORD)
    with pytest.raises(why):
        directory.recognise(f"{login}@VANKHO.TEST")


def directory_knows(directory: Directory, account: str) -> bool:
    return any(user.account == account for user in directory.users())


def of_many(directory: Directory, guid: UserGuid) -> object:
    return next(user for user in directory.users() if user.guid == guid)


def in_microseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)
