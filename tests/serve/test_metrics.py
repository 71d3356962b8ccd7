from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from luthier.serve.metrics import Metrics, Moment, metrics_text


def test_the_page_is_read_by_prometheus_and_holds_what_was_counted() -> None:
    metrics = Metrics(rows=7)
    for seconds in (0.0005, 0.002, 60.0):
        metrics.request("/v1/predict", 200, seconds)
    moment = Moment(counters={"luthier_drops": ("Drops.", 3)}, gauges={"luthier_queue": ("Waiting.", 4)}, facts={"bundle": 'a"b'})

    page = metrics_text(metrics, moment).decode()

    found = {
        (sample.name, sample.labels.get("le", sample.labels.get("bundle", ""))): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }
    assert found["luthier_requests_total", ""] == 3
    assert [found["luthier_request_seconds_bucket", end] for end in ("0.001", "0.0025", "10.0", "+Inf")] == [1, 2, 2, 3]
    assert (found["luthier_rows_total", ""], found["luthier_drops_total", ""], found["luthier_queue", ""]) == (7, 3, 4)
    assert found["luthier_in_service", 'a"b'] == 1
