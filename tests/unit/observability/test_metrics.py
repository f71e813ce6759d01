"""Counting is adding; what Prometheus reads is right and bounded."""

from prometheus_client.parser import text_string_to_metric_families

from palaver.observability.metrics import OTHER, Metrics, Tally


def read(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    families = text_string_to_metric_families(metrics.render().decode())
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for f in families for s in f.samples}


def test_hot_numbers_are_plain_integers_and_show() -> None:
    metrics = Metrics()
    metrics.readers_let_go += 3
    metrics.streams_open += 2
    metrics.streams_open -= 1
    numbers = read(metrics)
    assert numbers["palaver_readers_let_go_total", ()] == 3
    assert numbers["palaver_streams_open", ()] == 1


def test_a_tally_counts_by_its_labels() -> None:
    metrics = Metrics()
    metrics.requests.add("GET", "/api/v1/sessions/{session_id}", "200")
    metrics.requests.add("GET", "/api/v1/sessions/{session_id}", "200")
    labels = (("method", "GET"), ("route", "/api/v1/sessions/{session_id}"), ("status", "200"))
    assert read(metrics)["palaver_http_requests_total", labels] == 2


def test_labels_are_bounded_and_nothing_goes_uncounted() -> None:
    tally = Tally("x", "X.", ("route",), most=2)
    for route in ("/a", "/b", "/c", "/d", "/a"):
        tally.add(route)
    assert tally.of("/a") == 2
    assert tally.of("/c") == 0
    assert tally.of(OTHER) == 2


def test_buckets_are_cumulative_and_hold_the_bound_itself() -> None:
    metrics = Metrics()
    for seconds in (0.005, 0.02, 100.0):
        metrics.request_seconds.add(seconds, "GET", "/x")
    numbers = read(metrics)

    def bucket(le: str) -> float:
        return numbers["palaver_http_request_seconds_bucket", (("le", le), ("method", "GET"), ("route", "/x"))]

    assert (bucket("0.005"), bucket("0.025"), bucket("30.0"), bucket("+Inf")) == (1, 2, 2, 3)


def test_watched_numbers_with_labels_are_read_when_asked_for() -> None:
    kept = {("files", "free"): 1.0}
    metrics = Metrics()
    metrics.watch("palaver_instances", "Instances.", lambda: kept, ("server", "state"))
    kept["files", "lent"] = 2.0
    shown = metrics.render().decode()
    assert 'palaver_instances{server="files",state="free"} 1.0' in shown
    assert 'palaver_instances{server="files",state="lent"} 2.0' in shown


def test_a_watched_number_is_read_when_asked_for() -> None:
    metrics = Metrics()
    kept = [1.0]
    metrics.watch("palaver_connections", "Connections.", lambda: kept[0])
    metrics.watch_growing("palaver_greetings", "Greetings.", lambda: kept[0] * 2)
    kept[0] = 5.0
    numbers = read(metrics)
    assert (numbers["palaver_connections", ()], numbers["palaver_greetings_total", ()]) == (5, 10)


def test_the_process_shows_its_memory_and_two_sets_of_metrics_do_not_collide() -> None:
    Metrics()
    assert ("process_resident_memory_bytes", ()) in read(Metrics())
