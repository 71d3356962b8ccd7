"""The script and its policy; an examination as a file of its own."""

from __future__ import annotations

import base64
import hashlib
import re

import numpy as np
import polars as pl

from luthier.core.task import Column, ColumnKind, Schema, Task, TaskKind
from luthier.monitor.examination import examine
from luthier.monitor.sample import Sample, Subject
from luthier.web import render_examination
from luthier.web.page import script, security_policy
from tests.web.made_up import HOSTILE, examination, quality


def test_script_is_small_and_the_only_one_that_may_run(visitor):
    page = visitor.get("/").text

    inline = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(inline[0].encode()).digest()).decode()
    assert len(inline) == 1
    assert f"script-src 'sha256-{digest}'" in security_policy()
    assert len(script().strip().splitlines()) <= 15


def test_without_the_script_moving_pages_ask_for_themselves(visitor):
    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in visitor.get("/").text
    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in visitor.get("/runs/run-one").text
    assert "<noscript>" not in visitor.get("/runs").text


def test_examination_is_one_file_without_script_and_request():
    page = render_examination(examination(alarmed=True, estimated=quality(0.9, 0.85)), title=HOSTILE)

    assert "<h1>1 alarm: age.</h1>" in page
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"https?:|url\(|@import", page)
    assert set(re.findall(r'(?:src|href)="([^"#]*)', page)) <= {"", "data:,"}


def test_examination_that_the_monitor_made_is_rendered_whole():
    schema = Schema(columns=(Column(name="age", kind=ColumnKind.NUMERIC, dtype="Float64"),))
    subject = Subject(task=Task(kind=TaskKind.REGRESSION, target="y", metric="mae"), schema=schema)
    rng = np.random.default_rng(0)
    ages, truth = rng.normal(50.0, 10.0, size=1_000), rng.normal(size=1_000)
    then = Sample(frame=pl.DataFrame({"age": ages[:500]}), predictions=truth[:500] + 0.1 * ages[:500] * rng.normal(size=500), truth=truth[:500])
    now = Sample(frame=pl.DataFrame({"age": ages[500:] + 10.0}), predictions=truth[500:] + 2.0, truth=truth[500:])

    page = render_examination(examine(subject, then, now).to_json(), title="clinic")

    assert "Column &#39;age&#39; drifted" in page
    assert "Realised, on rows with a label" in page
    assert "Every test" in page
