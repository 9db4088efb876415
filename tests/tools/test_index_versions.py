"""An index that another version has written is not read: it is written anew from the log."""

from tests.tools.command import ENGLISH, Vankho
from tools.assembly import index_folder, index_keeping, opened_alone
from tools.settings import load


def test_the_index_of_another_version_is_thrown_away_and_no_other(vankho: Vankho):
    settings = load(ENGLISH, store=vankho.store)
    folder = index_folder(settings)
    others = [folder.with_name(name) for name in ("tantivy", "tantivy-1", "whoosh-1")]
    for other in others:
        other.mkdir(parents=True)

    with opened_alone(settings) as holdings, index_keeping(settings, holdings):
        assert [other.exists() for other in others] == [False, False, True]
        assert folder.is_dir()
