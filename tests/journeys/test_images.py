"""The whole road of images by the command line: fit, predict, evaluate, report, show; killed and taken up again."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from tests.journeys.conftest import Run
from tests.journeys.pictures import EACH, photo, save, write_photos

QUICK = ("--work", "400", "--folds", "2")
LINES_BEFORE_THE_END = 9
"Of the journal, when a fit is killed: the opening is trained, and a full training has begun."


def content(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.rglob("*")) if file.is_file()}


def weights_hash(model: Path) -> str:
    record = json.loads((model / "report.json").read_text())
    return next(fact["value"] for fact in record["provenance"] if fact["label"] == "weights hash")


def answers(run: Run, model: Path, data: object) -> pl.DataFrame:
    return pl.read_csv(io.StringIO(run("predict", model, data, "--proba").stdout))


def test_fit_talks_on_stderr_prints_scores_on_stdout_and_leaves_the_photos_alone(run: Run, tmp_path: Path) -> None:
    before = content(tmp_path / write_photos(tmp_path))

    fitted = run("fit", "photos", *QUICK)

    assert fitted.exit_code == 0
    assert fitted.stderr.startswith(
        "photos: 40 images.\nSeen as 10 × 12 pixels in color.\nTask: binary with 2 classes of 20 images each, predicting 'label'.\n"
    )
    assert fitted.stdout.startswith("On 8 images that it had never seen, the model ")
    assert fitted.stdout.endswith("Predict  luthier predict images.luthier NEW_IMAGES/ --out predictions.csv\n")
    assert content(tmp_path / "photos") == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["images.luthier", "photos"]


def test_predictions_of_a_folder_name_each_image_in_order_and_are_mostly_right(run: Run, tmp_path: Path, image_model: Path) -> None:
    photos = image_model.parent / "photos"

    written = run("predict", image_model, photos, "--proba", "--out", "answers.csv")

    table = pl.read_csv(tmp_path / "answers.csv")
    assert (written.stdout, written.stderr) == ("", "40 predictions were written to answers.csv.\n")
    assert table.columns == ["image", "prediction", "proba_leaf", "proba_rose"]
    assert table["image"].to_list() == sorted(content(photos))
    assert (table["prediction"] == table["image"].str.head(4)).mean() > 0.8
    np.testing.assert_allclose(table["proba_leaf"] + table["proba_rose"], 1.0, rtol=1e-5)


def test_an_image_is_answered_the_same_alone_and_among_others(run: Run, image_model: Path) -> None:
    photos = image_model.parent / "photos"

    alone, among = answers(run, image_model, photos / "rose" / "03.png"), answers(run, image_model, photos).filter(pl.col("image") == "rose/03.png")

    np.testing.assert_allclose(alone["proba_rose"], among["proba_rose"], rtol=1e-4)


def test_gray_and_larger_images_are_answered_by_a_model_of_small_color_ones(run: Run, tmp_path: Path, image_model: Path) -> None:
    save(tmp_path / "new" / "gray.png", photo(0, 99)[:, :, 0])
    save(tmp_path / "new" / "large.png", photo(0, 98, height=50, width=37))
    Image.fromarray(photo(1, 97)).convert("P").save(tmp_path / "new" / "palette.gif")

    table = answers(run, image_model, "new")

    assert table["image"].to_list() == ["gray.png", "large.png", "palette.gif"]
    assert all(0 < value < 1 for value in table["proba_rose"])


def test_evaluate_judges_a_folder_of_class_folders(run: Run, image_model: Path) -> None:
    evaluation = json.loads(run("evaluate", image_model, image_model.parent / "photos", "--json").stdout)

    assert (evaluation["rows"], evaluation["classes"]) == (2 * EACH, ["leaf", "rose"])


def test_the_report_has_the_sections_of_images_and_of_choices(run: Run, image_model: Path) -> None:
    page = (image_model / "report.html").read_text()

    assert run("report", image_model).stdout == f"{image_model / 'report.html'}\n"
    assert {"images", "choices"} <= set(re.findall(r'<section id="(\w+)"', page))
    assert "data:image/" in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_show_says_what_a_model_of_images_is(run: Run, image_model: Path) -> None:
    shown = run("show", image_model).stdout

    assert shown.startswith("Predicts      label (binary)\n")
    assert "\nLearned from  photos, 32 images; 8 sealed\n" in shown


def test_the_same_seed_and_work_give_the_same_model_and_a_cache_that_was_cut_short_is_made_whole(run: Run, image_model: Path) -> None:
    events = json.loads((image_model / "report.json").read_text())["events"]
    cached = Path(next(event["what"] for event in events if event["name"] == "pixel-cache").split("'")[1])
    whole = cached.read_bytes()
    cached.write_bytes(whole[:1000])

    again = json.loads(run("fit", image_model.parent / "photos", "--work", "2k", "--folds", "2", "--out", "again", "--json").stdout)

    assert again["weights_hash"] == weights_hash(image_model)
    assert cached.read_bytes() == whole


def test_photos_that_cannot_be_read_are_set_aside_and_named(run: Run, tmp_path: Path) -> None:
    write_photos(tmp_path)
    (tmp_path / "photos" / "leaf" / "zero.png").touch()
    (tmp_path / "photos" / "rose" / "text.png").write_text("no image")

    fitted = run("fit", "photos", *QUICK, "--out", "model")

    assert fitted.exit_code == 0
    assert (
        "warn: 2 of 42 images cannot be read and were set aside ('leaf/zero.png': it is empty; 'rose/text.png': it is no image of a known format). "
        "Bring them anew from their source, or remove them.\n"
    ) in fitted.stderr


def test_paths_of_a_table_that_lead_nowhere_are_set_aside_and_named(run: Run, tmp_path: Path) -> None:
    write_photos(tmp_path, each=12)
    paths = [str(file.relative_to(tmp_path)) for file in sorted((tmp_path / "photos").rglob("*.png"))]
    pl.DataFrame({"photo": [*paths, "photos/rose/98.png"], "kind": [path.split("/")[1] for path in paths] + ["rose"]}).write_csv(tmp_path / "paths.csv")

    fitted = run("fit", "paths.csv", "--target", "kind", *QUICK, "--out", "model")

    assert fitted.exit_code == 0
    assert "photos/rose/98.png" in fitted.stderr
    assert (tmp_path / "model" / "manifest.json").exists()


def test_a_model_is_made_where_no_cache_can_be_written(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_photos(tmp_path, each=10)
    (tmp_path / "file").touch()
    monkeypatch.setenv("LUTHIER_CACHE", str(tmp_path / "file"))

    fitted = json.loads(run("fit", "photos", *QUICK, "--out", "model", "--json").stdout)

    told = f"The decoded images are held in memory (0.1 MB): in '{tmp_path}/file/pixels' a part of the path is a file."
    assert told in [event["what"] for event in fitted["events"]]


def lines_written(folder: Path) -> int:
    journal = folder / "model.run" / "journal.jsonl"
    return journal.read_bytes().count(b"\n") if journal.exists() else 0


def test_a_fit_on_images_that_was_killed_ends_in_the_same_model(run: Run, tmp_path: Path, image_model: Path) -> None:
    write_photos(tmp_path)
    command = ("fit", "photos", "--work", "2k", "--folds", "2", "--out", "model")

    process = subprocess.Popen([sys.executable, "-m", "luthier", *command], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and lines_written(tmp_path) < LINES_BEFORE_THE_END:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert (tmp_path / "model.run").exists()
    taken_up = json.loads(run(*command, "--resume", "--json").stdout)

    assert taken_up["weights_hash"] == weights_hash(image_model)
    assert not (tmp_path / "model.run").exists()


@pytest.mark.parametrize("arguments", [("predict", "--out", "answers.csv"), ("fit", "--out", "model")], ids=["predict", "fit"])
def test_nothing_that_stands_there_is_overwritten_without_force(run: Run, tmp_path: Path, image_model: Path, arguments: tuple[str, ...]) -> None:
    shutil.copytree(image_model, tmp_path / "model")
    (tmp_path / "answers.csv").write_text("mine")
    before, photos = content(tmp_path), image_model.parent / "photos"

    outcome = run(arguments[0], *([image_model] if arguments[0] == "predict" else []), photos, *arguments[1:])

    assert outcome.exit_code == 1
    assert outcome.stderr.endswith(f"{arguments[-1]} exists already. Choose another name, or give --force to replace it.\n")
    assert content(tmp_path) == before
