"""A paper that went to the wrong desk comes back, and one that was not opened yet is fetched back."""

from tests.journeys.desks import Bureau, Province, a_file, a_paper, lead, nothing_for, refused

WORDS = "khiếu nại đất đai"


def test_a_paper_is_returned_given_elsewhere_and_recalled_until_it_is_opened(
    province: Province, bureau: Bureau, neighbour: Bureau
):
    file = bureau.clerk.brings(a_paper("Đơn của công dân"))
    paper = bureau.clerk.registers(
        bureau.code, subject=f"Về việc {WORDS}", components=[a_file(file)]
    )
    bureau.clerk.gives(paper, lead(unit="HT"))
    wrong = bureau.head.does(bureau.head.in_hand()[paper["id"]], "open")

    returned = bureau.head.does(wrong, "return", reason="Không thuộc nhiệm vụ")
    bureau.clerk.gives(paper, lead(bureau.leader.login))
    upper = bureau.leader.in_hand()[paper["id"]]
    bureau.leader.does(upper, "hand-on", lines=[lead(bureau.other.login)])
    lower = bureau.other.in_hand()[paper["id"]]
    read_before = bureau.other.may_read(paper)
    recalled = bureau.leader.does(lower, "recall")
    read_after = bureau.other.may_read(paper)
    bureau.leader.does(upper, "hand-on", lines=[lead(bureau.officer.login)])
    kept = bureau.officer.does(bureau.officer.in_hand()[paper["id"]], "open")
    too_late = refused(bureau.leader.tries(kept, "recall"))
    bureau.officer.does(kept, "complete")

    assert (returned["state"], recalled["state"]) == ("returned", "recalled")
    assert (read_before, read_after) == (True, False)
    assert too_late == (409, "act-not-open")
    assert bureau.leader.sees(upper["url"])["state"] == "done"
    assert bureau.every_number_follows()
    assert province.is_followed()
    for desk in (bureau.clerk, bureau.leader, bureau.head, bureau.officer):
        assert desk.finds(WORDS) == [paper["id"]], desk.login
        assert desk.may_read(paper), desk.login
    assert nothing_for(bureau.other, paper, WORDS)
    assert nothing_for(neighbour.clerk, paper, WORDS)
