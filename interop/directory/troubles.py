"""What can go wrong between the directory and us, told apart for the log.

`LoginRefused` and its children are one to whoever tried to log in: the edge that answers them
MUST tell `LoginRefused` alone. Which child it was is for the log and the operator.
"""

from repository.errors import Kind, Trouble


class LoginRefused(Trouble):
    """The name or the password is not right, or the account may not log in."""

    kind = Kind.UNKNOWN_CALLER
    vietnamese = "Tên hoặc mật khẩu không đúng, hoặc tài khoản không được đăng nhập."


class UnknownLogin(LoginRefused):
    """Nobody in the directory is called {login}."""

    vietnamese = "Không có ai tên đăng nhập {login} trong danh bạ."


class WrongPassword(LoginRefused):
    """The password of {login} is not right."""

    vietnamese = "Mật khẩu của {login} không đúng."


class AccountDisabled(LoginRefused):
    """The account {login} is disabled."""

    vietnamese = "Tài khoản {login} đã bị vô hiệu hóa."


class AccountExpired(LoginRefused):
    """The account {login} has expired."""

    vietnamese = "Tài khoản {login} đã hết hạn."


class AccountLocked(LoginRefused):
    """The account {login} is locked after wrong passwords."""

    vietnamese = "Tài khoản {login} đang bị khóa vì nhập sai mật khẩu."


class PasswordExpired(LoginRefused):
    """The password of {login} has expired or must be changed first."""

    vietnamese = "Mật khẩu của {login} đã hết hạn hoặc phải đổi trước."


class LogonNotAllowed(LoginRefused):
    """The directory does not let {login} log in here and now: {reason}."""

    vietnamese = "Danh bạ không cho {login} đăng nhập ở đây, lúc này: {reason}."


class TicketRefused(LoginRefused):
    """The Kerberos ticket is not accepted: {reason}."""

    vietnamese = "Vé Kerberos không được chấp nhận: {reason}."


class DirectoryUnreachable(Trouble):
    """No domain controller answers: {reason}."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Không máy chủ danh bạ nào trả lời: {reason}."


class ServiceAccountRefused(Trouble):
    """The directory refuses the service account {account}: {reason}."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Danh bạ từ chối tài khoản dịch vụ {account}: {reason}."


class ChangesNotAllowed(Trouble):
    """The service account may not follow the directory's changes (Replicating Directory Changes)."""

    kind = Kind.FORBIDDEN
    vietnamese = "Tài khoản dịch vụ không được theo dõi thay đổi của danh bạ (Replicating Directory Changes)."


class PositionUnfit(Trouble):
    """The directory does not know the position from which changes are wanted: read everything."""

    kind = Kind.GONE
    vietnamese = "Danh bạ không nhận ra vị trí cần theo tiếp: hãy đọc lại toàn bộ."


class DirectoryUserMissing(Trouble):
    """Nobody in the directory has the GUID {guid}."""

    kind = Kind.MISSING
    vietnamese = "Không có ai trong danh bạ mang GUID {guid}."


class DirectoryAnswerUnfit(Trouble):
    """The directory answered what cannot be used: {reason}."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Danh bạ trả lời điều không dùng được: {reason}."


class DirectoryTooLarge(Trouble):
    """The directory tells more than {limit} {what}."""

    kind = Kind.TOO_LARGE
    vietnamese = "Danh bạ có hơn {limit} {what}."


class DirectorySettingsUnfit(Trouble):
    """The settings of the directory are not right: {reason}."""

    kind = Kind.INVALID
    vietnamese = "Cấu hình danh bạ chưa đúng: {reason}."


class KerberosMissing(Trouble):
    """Kerberos is not installed here: {reason}; see `make kerberos`."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Máy này chưa cài Kerberos: {reason}; xem `make kerberos`."


class KeytabUnfit(Trouble):
    """The keytab cannot be used: {reason}."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Không dùng được tệp khóa keytab: {reason}."
