"""Snippets: valid code, whatever the columns are called."""

from __future__ import annotations

import ast
import shlex
from dataclasses import replace

import pytest

from luthier.report import ColumnFacts
from luthier.report.usage import usage
from tests.report.samples import diagnosis_record, price_record


@pytest.mark.parametrize("sample", [diagnosis_record, price_record])
def test_python_snippets_are_valid_python(sample):
    snippets = usage(sample())

    ast.parse(snippets.python)
    ast.parse(snippets.onnx)


def test_names_with_quotes_stay_one_name():
    column = ColumnFacts(name='it\'s "x"\\', kind="category", example='a"b')
    record = replace(diagnosis_record(), bundle="my model's.luthier", columns=(column,))

    snippets = usage(record)

    strings = {node.value for node in ast.walk(ast.parse(snippets.onnx)) if isinstance(node, ast.Constant)}
    assert {column.name, column.example, "my model's.luthier/model.onnx"} <= strings
    assert shlex.split(snippets.command_line.splitlines()[0])[2] == "my model's.luthier"


def test_long_tables_are_cut_short_in_the_snippet():
    columns = tuple(ColumnFacts(name=f"x{k}", kind="numeric", example="1") for k in range(500))

    assert "# ... and 496 more columns" in usage(replace(diagnosis_record(), columns=columns)).onnx
