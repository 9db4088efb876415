"""What each value says to people: Vietnamese first, English second."""

import msgspec

from interop.signatures.dimensions import (
    Appearance,
    CertificateState,
    Change,
    Coverage,
    Final,
    Integrity,
    Order,
    Owner,
    Remark,
    Revocation,
    Role,
    Time,
    Trust,
    Value,
)


class Sentence(msgspec.Struct, frozen=True):
    """One thing said in both languages."""

    vi: str
    en: str


FINALS: dict[Final, Sentence] = {
    Final.VALID: Sentence("HỢP LỆ", "valid"),
    Final.WARNINGS: Sentence("HỢP LỆ CÓ CẢNH BÁO", "valid with warnings"),
    Final.INDETERMINATE: Sentence("KHÔNG ĐỦ CĂN CỨ", "indeterminate"),
    Final.INVALID: Sentence("KHÔNG HỢP LỆ", "invalid"),
    Final.UNREADABLE: Sentence("KHÔNG ĐỌC ĐƯỢC", "unreadable"),
}

WORDS: dict[Value, Sentence] = {
    value: Sentence(vi, en)
    for value, vi, en in (
        (Integrity.INTACT, "nội dung đã ký còn nguyên vẹn", "what was signed is intact"),
        (Integrity.BROKEN, "nội dung đã ký bị thay đổi", "what was signed was altered"),
        (Integrity.UNREADABLE, "không đọc được chữ ký", "the signature cannot be read"),
        (Coverage.WHOLE_FILE, "ký toàn bộ tệp", "covers the whole file"),
        (Coverage.WHOLE_REVISION, "ký trọn bản tại lúc ký", "covers its whole revision"),
        (Coverage.PARTIAL, "chỉ ký một phần", "covers a part only"),
        (Coverage.UNCLEAR, "phạm vi ký không rõ ràng", "what it covers is unclear"),
        (Change.NONE, "không thay đổi sau khi ký", "nothing was added after signing"),
        (
            Change.ALLOWED,
            "sau đó chỉ có chữ ký hoặc trường biểu mẫu",
            "later signatures or filled fields only",
        ),
        (Change.ARCHIVAL, "sau đó chỉ thêm dữ liệu lưu lâu dài", "evidence for archiving added"),
        (
            Change.COMMENT,
            "chữ ký nguyên vẹn, có ghi chú sau khi ký",
            "signature intact, commented after signing",
        ),
        (Change.CONTENT, "nội dung bị thay đổi sau khi ký", "content changed after signing"),
        (Change.UNKNOWN, "không rõ thay đổi sau khi ký", "changes after signing are not known"),
        (Trust.TRUSTED, "do cơ quan chứng thực tin cậy cấp", "issued under a trusted root"),
        (Trust.UNKNOWN_ISSUER, "không biết cơ quan cấp chứng thư", "the issuer is not known"),
        (Trust.FAKE_NAME, "giả tên cơ quan chứng thực", "the issuer bears a trusted one's name"),
        (Trust.BROKEN_CHAIN, "chuỗi chứng thư không hợp lệ", "the chain of certificates is broken"),
        (Trust.UNKNOWN, "chưa xét được độ tin cậy", "trust could not be judged"),
        (CertificateState.VALID, "chứng thư còn hạn khi ký", "valid when it was signed"),
        (CertificateState.EXPIRED, "chứng thư hết hạn khi ký", "had expired when it was signed"),
        (
            CertificateState.EXPIRED_SINCE,
            "chứng thư nay hết hạn, không có bằng chứng ký trước đó",
            "has expired since; nothing proves that the signature is older",
        ),
        (CertificateState.NOT_YET, "chứng thư chưa có hiệu lực khi ký", "not yet valid then"),
        (CertificateState.WRONG_USE, "chứng thư không dùng để ký", "not meant for signing"),
        (CertificateState.WEAK, "thuật toán không còn an toàn", "the algorithm is too weak"),
        (CertificateState.UNKNOWN, "không rõ chứng thư", "the certificate is not known"),
        (Revocation.GOOD, "không bị thu hồi", "not revoked"),
        (Revocation.REVOKED_BEFORE, "đã bị thu hồi trước khi ký", "revoked before signing"),
        (
            Revocation.REVOKED_UNPROVED,
            "đã bị thu hồi, không có bằng chứng ký trước đó",
            "revoked; nothing proves that the signature is older",
        ),
        (Revocation.REVOKED_AFTER, "bị thu hồi sau khi ký", "revoked after signing"),
        (
            Revocation.NOT_CHECKED,
            "CHƯA KIỂM TRA được tình trạng thu hồi",
            "revocation was NOT CHECKED",
        ),
        (Revocation.STALE, "danh sách thu hồi đã cũ", "the revocation list has run out"),
        (Time.STAMPED, "có dấu thời gian tin cậy", "time-stamped by a trusted authority"),
        (Time.REGISTERED, "thời điểm theo lần đăng ký", "not later than its registration"),
        (Time.CLAIMED, "thời điểm do người ký khai", "time as claimed by the signer"),
        (
            Time.QUIRK,
            "giờ Việt Nam ghi là UTC (lệch 7 giờ)",
            "Vietnamese time marked as UTC (seven hours ahead)",
        ),
        (Time.INCONSISTENT, "thời điểm khai không khớp dấu thời gian", "times do not fit"),
        (Time.FUTURE, "thời điểm ký ở tương lai", "claims a moment that has not come"),
        (Time.STAMP_BROKEN, "dấu thời gian không hợp lệ", "the time-stamp proves nothing"),
        (
            Time.STAMP_ENDED,
            "chứng thư dấu thời gian nay hết hạn",
            "the time-stamp's certificate has expired since",
        ),
        (Time.UNKNOWN, "không rõ thời điểm ký", "no time is known"),
        (Owner.PERSON, "chứng thư của cá nhân", "a person's certificate"),
        (Owner.ORGANISATION, "chứng thư của cơ quan", "an organisation's certificate"),
        (Owner.UNKNOWN, "không rõ chủ chứng thư", "the owner is not known"),
        (Role.INITIAL, "ký nháy, ký tắt", "initials"),
        (Role.AUTHORISED, "ký của người có thẩm quyền", "the authorised person"),
        (Role.ORGANISATION, "ký của cơ quan, tổ chức", "the organisation"),
        (Role.STAMP, "số và ngày văn bản", "number or date"),
        (Role.INCOMING, "dấu đến", "incoming stamp"),
        (Role.COPY, "ký sao", "certified copy"),
        (Role.ANNEX, "ký phụ lục", "annex"),
        (Role.OTHER, "chữ ký khác", "another signature"),
        (Role.UNKNOWN, "không rõ vai trò", "role not known"),
        (Appearance.IN_PLACE, "hiển thị đúng chỗ", "shows where it should"),
        (Appearance.INVISIBLE, "không hiển thị", "does not show"),
        (Appearance.MISPLACED, "không đúng vị trí quy định", "not where the decree puts it"),
        (Appearance.COVERS, "hình chữ ký che nội dung trang", "its picture covers the page"),
        (Appearance.HIDDEN_TEXT, "có chữ ẩn trong hình chữ ký", "hidden text in its picture"),
        (Appearance.OTHER_TIME, "giờ hiển thị khác giờ ký", "shows another time than it has"),
        (Appearance.UNREADABLE, "không đọc được hình chữ ký", "its picture cannot be read"),
        (Appearance.UNKNOWN, "chưa xét được hình chữ ký", "its picture was not judged"),
        (Order.KEPT, "đúng quy tắc", "the rules are kept"),
        (Order.NOT_JUDGED, "chưa xét quy tắc: thiếu thông tin văn bản", "rules not judged"),
        (Order.OWNER_UNKNOWN, "không rõ chứng thư của ai", "nobody knows whose certificate it is"),
        (Order.NOT_ENTITLED, "người ký không có thẩm quyền", "the signer was not entitled"),
        (Order.ROLE_CONTRADICTED, "vai trò không hợp với chủ chứng thư", "role and owner clash"),
        (Order.OTHER_AGENCY, "chữ ký của cơ quan khác", "signed by another agency"),
        (
            Order.BEFORE_AUTHORISED,
            "cơ quan ký trước người có thẩm quyền",
            "the organisation signed before the authorised person",
        ),
        (Order.INITIAL_LATE, "ký nháy sau người có thẩm quyền", "initials after the signature"),
        (Order.ADDED_LATER, "có chữ ký thêm sau khi phát hành", "a signature added after issue"),
        (
            Order.OUTSIDE_DECREE,
            "sao hoặc đóng dấu lên tệp điện tử bằng khóa cơ quan: nghị định không quy định",
            "a copy or a stamp on an electronic file by this key: the decree has none",
        ),
        (Order.OTHER_NUMBER, "phụ lục ghi số văn bản khác", "the annex bears another number"),
        (Order.NUMBER_UNSEEN, "không đọc được số văn bản trên phụ lục", "no number on the annex"),
        (Remark.NO_SIGNATURE, "tệp không có chữ ký số", "the file has no signature"),
        (Remark.SIGNATURE_UNLISTED, "có chữ ký bị gỡ khỏi biểu mẫu", "a signature was taken out"),
        (Remark.SIGNATURE_SHARED, "hai trường dùng chung một chữ ký", "two fields share one"),
        (Remark.NOTHING_COVERS, "phần cuối tệp không được ký", "the file's end is not signed"),
        (Remark.TAIL_WHITESPACE, "có khoảng trắng thừa cuối tệp", "white space behind the end"),
        (Remark.TAIL_OTHER, "có dữ liệu lạ cuối tệp", "foreign bytes behind the end"),
        (
            Remark.HIDDEN_OBJECTS,
            "có nội dung ẩn chờ thay thế trong bản đã ký",
            "hidden second definitions in what was signed",
        ),
        (
            Remark.UNSIGNED_UPDATE,
            "có bản cập nhật không ký, không rõ mục đích",
            "an unsigned update that serves no known purpose",
        ),
        (Remark.HEAD_OTHER, "có dữ liệu trước phần đầu tệp", "bytes before the header"),
        (Remark.ROLLBACK, "là bản cũ hơn bản đã đăng ký", "older than what was registered"),
        (Remark.NOT_THE_REGISTERED, "không phải tệp đã đăng ký", "not what was registered"),
        (
            Remark.MISSING_AUTHORISED,
            "thiếu chữ ký người có thẩm quyền",
            "the authorised person has not signed",
        ),
        (Remark.MISSING_ORGANISATION, "thiếu chữ ký cơ quan", "the organisation has not signed"),
        (
            Remark.COPY_NOT_BY_ORGANISATION,
            "bản sao không do cơ quan ký",
            "the copy is not signed by an organisation",
        ),
        (Remark.NOT_OPENED, "không mở được tệp", "could not be opened"),
        (Remark.NOT_PDF, "không phải tệp PDF", "not a PDF file"),
        (Remark.MALFORMED, "tệp hỏng hoặc sai cấu trúc", "damaged, or not built as PDF asks"),
        (Remark.ENCRYPTED, "tệp bị mã hóa", "encrypted"),
        (Remark.TOO_LARGE, "tệp quá lớn", "too large"),
        (Remark.TOO_MANY, "quá nhiều chữ ký hoặc bản", "too many signatures or revisions"),
        (Remark.TOO_SLOW, "kiểm tra quá lâu", "took too long"),
        (Remark.CRASHED, "tiến trình kiểm tra bị dừng", "the verifying process ended"),
    )
}


def said(value: Value) -> Sentence:
    """*value* in both languages."""
    return WORDS[value]
