"""The node's standing as Prometheus reads it; whichever worker tells it, it is the same node."""

from collections.abc import Iterator

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from api.services import Services
from api.services.figures import Standing, standing
from repository.figures import SIZES, Figures
from repository.runs import RunKind

COUNTED_BYTES = (
    "naive",
    "once",
    "live",
    "texts",
    "condemned",
    "dead",
    "packs",
    "log",
    "catalogue",
    "snapshots",
    "index",
)
"""The figures of `vankho stats` that are bytes (`repository.upkeep.stats.Statistics`)."""


class NodeFigures(Collector):
    """Looks at the node whenever somebody asks."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def describe(self) -> list[Metric]:
        """Nothing: registering it MUST NOT look at the node."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Every figure of the node."""
        services = self._services
        seen = standing(services.holdings, services.index, services.clock)
        yield from _store(seen)
        yield from _followers(seen)
        yield from _upkeep(seen)
        yield from _bytes(seen)
        yield from _nodes(seen)
        yield GaugeMetricFamily(
            "vankho_keeper_up", "1 = the keeper takes commands.", float(seen.keeper is not None)
        )
        if seen.keeper:
            yield from _keeper(seen.keeper)


def _store(seen: Standing) -> Iterator[Metric]:
    for name, meaning, value in (
        ("vankho_blobs", "Blobs stored.", seen.blobs),
        ("vankho_documents", "Documents registered.", seen.documents),
        ("vankho_log_events", "Events in the log.", seen.events),
        ("vankho_disk_free_bytes", "Bytes free on the disk.", seen.free),
        ("vankho_disk_reserve_bytes", "Bytes that stay free.", seen.reserve),
        ("vankho_catalogue_room_bytes", "Bytes left of the catalogue's map.", seen.map_room),
    ):
        yield GaugeMetricFamily(name, meaning, value)
    count = GaugeMetricFamily("vankho_packs", "Packs by state.", labels=("state",))
    size = GaugeMetricFamily("vankho_pack_bytes", "Bytes in packs.", labels=("state",))
    for state, packs in seen.packs.items():
        count.add_metric((state,), packs.number)
        size.add_metric((state,), packs.size)
    yield from (count, size)


def _followers(seen: Standing) -> Iterator[Metric]:
    events = GaugeMetricFamily(
        "vankho_lag_events", "Events that a follower has not read.", labels=("follower",)
    )
    seconds = GaugeMetricFamily(
        "vankho_lag_seconds", "Age of the oldest event not read.", labels=("follower",)
    )
    for name, behind in (("index", seen.index), ("texts", seen.texts)):
        events.add_metric((name,), behind.events)
        seconds.add_metric((name,), behind.seconds)
    yield from (events, seconds)


def _upkeep(seen: Standing) -> Iterator[Metric]:
    for name, meaning, value in (
        ("vankho_packs_damaged", "Packs whose last check found damage.", seen.checks.damaged),
        ("vankho_packs_unchecked", "Sealed packs never checked.", seen.checks.unchecked),
        (
            "vankho_packs_sound_timestamp_seconds",
            "When the pack that was sound longest ago was found so; 0 = none.",
            seen.checks.oldest,
        ),
        ("vankho_condemned_blobs", "Blobs that wait to be swept.", seen.condemned),
        ("vankho_purges_unfinished", "Purges confirmed and not completed.", seen.purges.number),
        ("vankho_purges_unfinished_seconds", "Age of the oldest of them.", seen.purges.seconds),
    ):
        yield GaugeMetricFamily(name, meaning, value)
    ended = GaugeMetricFamily(
        "vankho_run_timestamp_seconds", "When it last ended; 0 = never.", labels=("run",)
    )
    took = GaugeMetricFamily("vankho_run_seconds", "How long it took.", labels=("run",))
    for kind in RunKind:
        run = seen.runs.get(kind)
        ended.add_metric((kind.value,), run.at / 1_000_000 if run else 0)
        if run:
            took.add_metric((kind.value,), run.seconds)
    yield from (ended, took)
    check = seen.runs.get(RunKind.CHECK)
    if check:
        yield GaugeMetricFamily(
            "vankho_check_findings", "Findings of the last check.", check.figures.get("findings", 0)
        )
        yield GaugeMetricFamily(
            "vankho_check_damaged", "Those of damage among them.", check.figures.get("damaged", 0)
        )


def _bytes(seen: Standing) -> Iterator[Metric]:
    """As last counted by `vankho stats`: counting is a walk through the catalogue."""
    counted = seen.runs.get(RunKind.STATS)
    if not counted:
        return
    figures = counted.figures
    sizes = GaugeMetricFamily(
        "vankho_counted_bytes", "Bytes, as last counted.", labels=("counted",)
    )
    for name in COUNTED_BYTES:
        sizes.add_metric((name,), figures.get(name, 0))
    yield sizes
    yield GaugeMetricFamily(
        "vankho_counted_files", "Files of all documents.", figures.get("files", 0)
    )
    yield GaugeMetricFamily(
        "vankho_saved_bytes",
        "What packs and log take less than plain files would, as last counted.",
        figures.get("naive", 0) - figures.get("packs", 0) - figures.get("log", 0),
    )


def _nodes(seen: Standing) -> Iterator[Metric]:
    if seen.store_node is not None:
        yield GaugeMetricFamily(
            "vankho_store_node_up", "1 = the store node answers.", float(seen.store_node)
        )
    heard = GaugeMetricFamily(
        "vankho_node_heard_timestamp_seconds",
        "When an office node was last heard of; 0 = never.",
        labels=("node",),
    )
    for name, at in seen.nodes.items():
        heard.add_metric((name,), at)
    if seen.nodes:
        yield heard


def _keeper(figures: Figures) -> Iterator[Metric]:
    for name, meaning, value in (
        ("vankho_keeper_commands", "Commands decided.", figures.commands),
        ("vankho_keeper_refusals", "Commands refused.", figures.refused),
        ("vankho_keeper_events", "Events written.", figures.events),
        ("vankho_keeper_seconds", "Seconds spent on batches.", figures.seconds),
    ):
        yield CounterMetricFamily(name, meaning, value)
    buckets = [(str(float(most)), count) for most, count in zip(SIZES, figures.sizes, strict=True)]
    yield HistogramMetricFamily(
        "vankho_keeper_batch_commands",
        "Commands a batch.",
        buckets=[*buckets, ("+Inf", figures.batches)],
        sum_value=figures.commands,
    )
