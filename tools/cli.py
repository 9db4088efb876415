"""The command `vankho`: every verb on one page."""

import io
import sys

import typer

from tools.commands import (
    acl,
    agency,
    analyse,
    backup,
    bench,
    book,
    calendar,
    cat,
    check,
    compact,
    demo,
    directory,
    doctor,
    dossier,
    edxml,
    file_list,
    gc,
    hold,
    ingest,
    init,
    log,
    node,
    processes,
    purge,
    rebuild,
    register,
    restore,
    search,
    serve,
    show,
    standby,
    statistics,
    stats,
    token,
    verify,
    version,
)

EXIT_CODES = (
    "Mã thoát / exit codes: 0 xong · 1 lỗi · 2 sai cú pháp · 3 một phần chưa xong · "
    "4 phát hiện hư hỏng hoặc không đạt mức · 10 không có kho · 11 kho đang bị khóa · "
    "12 không đủ quyền · 13 chạm mức dự trữ đĩa · 14 định dạng lạ · "
    "20 chữ ký không hợp lệ · 21 chưa đủ căn cứ · 130 bị ngắt. "
    "Mã khác cũng là lỗi. / 0 ok · 1 error · 2 usage · 3 partial · 4 findings or a bar not "
    "held · 10 store missing · 11 locked · 12 not allowed · 13 disk reserve · 14 format · "
    "20 signatures not valid · 21 indeterminate · "
    "130 interrupted. Any other is a failure."
)

VERBS = (
    init,
    serve,
    ingest,
    register,
    search,
    show,
    cat,
    check,
    backup,
    restore,
    standby,
    gc,
    compact,
    hold,
    purge,
    stats,
    statistics,
    rebuild,
    log,
    token,
    node,
    directory,
    agency,
    acl,
    book,
    calendar,
    file_list,
    dossier,
    analyse,
    edxml,
    verify,
    bench,
    demo,
    doctor,
    version,
    processes,
)
"""In the order in which the help shows them."""


def create_cli() -> typer.Typer:
    """The command with all its verbs."""
    cli = typer.Typer(
        name="vankho",
        help="Kho văn bản và liên thông văn bản điện tử / Document repository and exchange.",
        epilog=EXIT_CODES,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for module in VERBS:
        module.add(cli)
    return cli


def main() -> None:
    """Run `vankho`; the process ends with one of `tools.exits.Exit`."""
    for stream in (sys.stdout, sys.stderr):
        # A machine in the C locale must still be able to say "Văn bản".
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    create_cli()()
