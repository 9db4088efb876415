"""What a clerk does while the storage fails; done again, each gives the same end."""

from collections.abc import Callable

from tests.crash.clerk import Clerk, a_paper, bring_all, revisions


def puts_a_blob(clerk: Clerk) -> None:
    """One from memory, one through the spool."""
    clerk.brings(a_paper(100))
    clerk.brings(a_paper(101, 1_100_000))


def puts_revisions(clerk: Clerk) -> None:
    bring_all(clerk, revisions(200, 4))


def puts_many(clerk: Clerk) -> None:
    """More than two packs hold."""
    papers = [a_paper(300 + n, 5000) for n in range(16)]
    clerk.brings_many([*papers, *revisions(350, 3)], batch=5)


def registers_documents(clerk: Clerk) -> None:
    for n in range(3):
        clerk.registers(f"arrival-{n}", a_paper(400 + n))
        clerk.notes_the_log()


def amends_documents(clerk: Clerk) -> None:
    answer = clerk.registers("amended", a_paper(450))
    for n in range(2):
        clerk.amends(answer.document.id, f"Về việc sửa lần {n}")


def seals(clerk: Clerk) -> None:
    bring_all(clerk, revisions(500, 3))
    clerk.holdings.seal()
    clerk.registers("between-seals", revisions(500, 4)[3])
    clerk.holdings.seal()


SCENARIOS: dict[str, Callable[[Clerk], None]] = {
    each.__name__: each
    for each in (
        puts_a_blob,
        puts_revisions,
        puts_many,
        registers_documents,
        amends_documents,
        seals,
    )
}
