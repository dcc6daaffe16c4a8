"""Adds the generated reference and the list of decisions to the documentation while it is built."""

import re
import sys
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

sys.path.insert(0, str(Path(__file__).parent))

from reference import pages


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    decisions = sorted((Path(config.docs_dir) / "decisions").glob("[0-9]*.md"))
    named: list[Any] = [{_title(file): f"decisions/{file.name}"} for file in decisions]
    config.nav = [
        {"Decisions": named} if isinstance(entry, dict) and "Decisions" in entry else entry
        for entry in config.nav or []
    ]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def _title(file: Path) -> str:
    first = re.match(r"#\s*(.+)", file.read_text(encoding="utf-8"))
    return first.group(1) if first else file.stem
