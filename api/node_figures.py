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
