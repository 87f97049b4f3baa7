"""When a figure is taken for another one, and when it is too uncertain to be accused, read from ``limits.toml``."""

import tomllib
from pathlib import Path
from types import SimpleNamespace

LIMITS = SimpleNamespace(**tomllib.loads(Path(__file__).with_name("limits.toml").read_text(encoding="utf-8")))
