"""The sections about images: whole, bounded in size, readable without the pictures."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from luthier.report import ColumnFacts, ReportRecord, render
from luthier.report.image_views import augmentation_words, mistakes_note, sure, suspects_note
from luthier.report.images import ImageStory
from tests.report.browser import measure, needs_chromium
from tests.report.image_samples import image_record, image_story
from tests.report.samples import binary_record, diagnosis_record, price_record
from tests.report.test_page import HOSTILE, _with_every_text_hostile


def sections(page: str) -> str:
    return page[page.index('<section id="images"') : page.index('<section id="checks"')]


def test_record_with_images_comes_back_from_json_as_it_was():
    record = image_record()

    assert ReportRecord.from_json(json.loads(json.dumps(record.to_json(), allow_nan=False))) == record


@pytest.mark.parametrize("shape", [(28, 28, 1), (600, 600, 3), (40, 900, 3), (900, 40, 3)], ids=["tiny", "large", "wide", "tall"])
def test_sections_stay_below_a_megabyte_and_a_half_whatever_the_size_of_the_images(shape):
    height, width, channels = shape

    page = sections(render(image_record(height=height, width=width, channels=channels)))

    assert page.count("<img ") == 110
    assert len(page.encode()) < 1_500_000


def test_every_picture_says_what_it_shows():
    page = sections(render(image_record()))
    texts = re.findall(r'<img [^>]*alt="([^"]*)"', page)

    assert len(texts) == page.count("<img ")
    assert "shirt/0.png: shirt, called pullover with 99.0 %" in texts
    assert "Heat map over shirt/0.png: what spoke for pullover" in texts
    assert "coat/3.png: labeled coat, looks like pullover" in texts
    assert "shirt/0.png: as a network saw it, 6" in texts


def test_page_says_how_much_it_leaves_out():
    story = image_story()

    assert mistakes_note(story) == "12 of 412 wrong answers"
    assert suspects_note(story) == "The clearest 18 of 57; report.json names the first 30."
    assert suspects_note(replace(story, suspects_in_all=30)) == "The clearest 18 of 30; report.json names them all."
    assert suspects_note(replace(story, suspects=story.suspects[:7], suspects_in_all=7)) == ""


def test_augmentation_is_told_by_what_it_does():
    assert augmentation_words(image_story().augmentation) == (("flip", "alternating"), ("shift", "up to 8 %"), ("rotation", "up to 10°"))


def test_no_answer_is_called_certain():
    image = image_story().mistakes[0]

    assert sure(replace(image, probability=1.0)) == "> 99.9 %"
    assert sure(replace(image, probability=None)) == ""


def test_sections_with_nothing_to_show_are_left_out_with_their_links():
    page = render(image_record(story=ImageStory()))

    assert 'id="images"' not in page
    assert 'id="choices"' not in page
    assert 'href="#images"' not in page


def test_every_text_about_images_is_escaped():
    page = render(_with_every_text_hostile(image_record()))

    assert "<script" not in page
    assert page.count(HOSTILE.replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;")) > 200


def test_links_to_the_sections_are_there():
    page = render(image_record())

    assert page.index('href="#classes"') < page.index('href="#images"') < page.index('href="#choices"') < page.index('href="#checks"')
    assert page.index('<section id="images"') < page.index('<section id="choices"') < page.index('<section id="checks"')


@needs_chromium
def test_pictures_are_drawn_inside_the_width_of_a_phone(tmp_path):
    story = image_story(height=20, width=300, channels=3)
    long = tuple(replace(cell, truth="anorakwithoutanyspaceinitsname" * 3) for cell in story.cells)
    expression = """[page.documentElement.scrollWidth - page.documentElement.clientWidth,
        [...page.images].every(image => image.complete && image.naturalWidth > 0),
        Math.max(...[...page.images].map(image => image.getBoundingClientRect().right))]"""

    sideways, drawn, right = measure(render(image_record(story=replace(story, cells=long))), tmp_path, width=390, expression=expression)

    assert (sideways, drawn) == (0, True)
    assert right <= 390


@pytest.mark.parametrize("sample", [diagnosis_record, binary_record, price_record], ids=["classes", "two classes", "a number"])
def test_a_report_of_images_does_not_speak_of_rows_and_columns(sample):
    """What the fit itself says, of its data and its phases, is left out."""
    record = replace(sample(), images=image_story(), importance=None, findings=(), events=(), phases=(), splits=None)

    page = re.sub(r"<style>.*?</style>", "", render(record), flags=re.DOTALL)
    told = re.sub(r"<[^>]*>", " ", page) + " ".join(re.findall(r'(?:alt|aria-label)="([^"]*)"', page))

    assert "sealed images" in told
    assert re.findall(r"[^.]*\b(?:[Rr]ows?|[Cc]olumns?)\b[^.]*", told) == []


def test_images_that_were_kept_together_are_told_with_what_they_share():
    record = replace(image_record(), columns=(ColumnFacts(name="image", kind="image"), ColumnFacts(name="camera", kind="category", used=False)))

    page = render(record)

    assert "How the images were divided" in page
    assert "<p>Images of the same <b>camera</b> were kept together.</p>" in page
