"""What Prometheus reads from a real server after a real turn is what happened."""

from pathlib import Path

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from tests.journeys.test_command_line import Home


async def test_a_turn_shows_in_the_metrics_that_administrators_may_read(tmp_path: Path) -> None:
    async with Home(tmp_path).served() as (home, _), aiohttp.ClientSession() as http:
        _, key, _ = await home.does("key", "create", "--user", "owner@palaver.local", "--name", "look")
        code, answer, _ = await home.does("chat", "What is Palaver?", "--model", "builtin/guide")
        assert code == 0
        at = f"http://127.0.0.1:{home.port}/metrics"
        async with http.get(at) as refused:
            assert refused.status == 401
        async with http.get(at, headers={"X-API-Key": key.strip()}) as reply:
            assert reply.content_type == "text/plain"
            families = list(text_string_to_metric_families(await reply.text()))
    numbers = {(sample.name, *sorted(sample.labels.values())): sample.value for f in families for sample in f.samples}
    assert numbers["palaver_runs_total", "stop"] == 1
    assert numbers["palaver_events_told_total",] >= 6
    assert numbers["palaver_input_tokens_total",] > 0
    assert numbers["palaver_output_tokens_total",] > len(answer.split()) / 2
    assert numbers["palaver_first_token_seconds_count", "builtin"] == 1
    assert numbers["palaver_streams_open",] == 0
    assert numbers["palaver_http_requests_total", "/api/v1/query", "200", "POST"] == 1
