"""A folder's stamps differ as soon as any of its files does."""

import os
from pathlib import Path

from quarterdeck.definitions.stamps import stamps


def test_a_file_replaced_by_one_of_the_same_time_and_size_is_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("one")
    before, noted = stamps(tmp_path), file.stat()
    other = tmp_path / "b.tmp"
    other.write_text("two")
    os.utime(other, ns=(noted.st_atime_ns, noted.st_mtime_ns))
    other.replace(file)
    assert stamps(tmp_path) != before


def test_only_names_with_the_ending_count(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("one")
    before = stamps(tmp_path, ".yaml")
    (tmp_path / "notes.txt").write_text("aside")
    assert stamps(tmp_path, ".yaml") == before
    assert [stamp.name for stamp in before] == ["a.yaml"]


def test_a_folder_that_is_not_there_and_a_link_to_nowhere_have_no_stamps(tmp_path: Path) -> None:
    assert stamps(tmp_path / "none") == ()
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere")
    assert stamps(tmp_path) == ()
