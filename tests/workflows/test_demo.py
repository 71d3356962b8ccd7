from __future__ import annotations

import pytest

from luthier.core.errors import DataUnreadable, SettingInvalid
from luthier.workflows.demo import DEMOS, IDX_FILES, demo_data, demo_named


def test_an_unknown_demo_is_refused_with_the_known_ones():
    with pytest.raises(SettingInvalid) as refused:
        demo_named("finance")

    assert str(refused.value) == "A demo must be one of health, retail, but 'finance' came."


def test_the_full_set_of_a_demo_that_has_none_is_refused():
    with pytest.raises(SettingInvalid) as refused:
        demo_named("health", full=True)

    assert str(refused.value) == "--full must come with a demo that has a full set (retail), but health has none. Leave it away."


@pytest.mark.parametrize("name", DEMOS)
def test_what_a_demo_fits_comes_with_the_package(name):
    with demo_data(DEMOS[name], full=False) as data:
        assert data.exists()


def test_a_full_set_that_is_not_installed_is_refused_with_the_command_that_installs_it(tmp_path):
    with pytest.raises(DataUnreadable) as refused, demo_data(DEMOS["retail"], full=True, full_set=tmp_path):
        pass

    assert str(refused.value) == (
        f"The full Fashion-MNIST must be in {tmp_path}, but train-images-idx3-ubyte.gz is not there. Run: sudo apt-get install dataset-fashion-mnist"
    )


def test_the_full_set_gets_the_names_of_its_classes_and_is_itself_not_touched(tmp_path):
    for file in IDX_FILES:
        (tmp_path / file).write_bytes(file.encode())

    with demo_data(DEMOS["retail"], full=True, full_set=tmp_path) as data:
        assert [(data / file).read_bytes() for file in IDX_FILES] == [file.encode() for file in IDX_FILES]
        assert (data / "classes.txt").read_text().startswith("T-shirt/top\nTrouser\n")
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(IDX_FILES)
    assert not data.exists()
