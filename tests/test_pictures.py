"""The pictures of the documentation are those that `make screenshots` takes, and small."""

from tests.pictures.desk.shots import FOLDER, LATER, SHOTS

EACH_AT_MOST, ALL_AT_MOST = 150, 2000  # KB


def test_the_pictures_are_those_that_the_script_takes() -> None:
    assert sorted(FOLDER.iterdir()) == sorted(shot.file for shot in (*SHOTS, *LATER))


def test_pictures_are_small() -> None:
    sizes = [path.stat().st_size / 1024 for path in FOLDER.iterdir()]
    assert max(sizes) < EACH_AT_MOST
    assert sum(sizes) < ALL_AT_MOST
