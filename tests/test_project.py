"""The promises of the project's own files: pins, settings, sizes, and what may be imported where."""

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from streamlit import config as streamlit_config
from streamlit.components.v2.manifest_scanner import scan_component_manifests

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETTINGS = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))

MAX_FUNCTION_LINES = 40
MAX_MODULE_LINES = 250
PACKAGE_FILES = sorted((ROOT / "bnviz").rglob("*.py"))
PAGE_FILES = sorted([*(ROOT / "pages").glob("*.py"), *ROOT.glob("app.py")])


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# ---- requirements


def pins(filename: str) -> dict[str, str]:
    """Every `name==version` line of a requirements file."""
    lines = (ROOT / filename).read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if "==" in line and not line.startswith("#"))
    return {name.strip(): pin.strip() for name, pin in pairs}


ALL_PINS = pins("requirements.txt") | pins("requirements-dev.txt")


@pytest.mark.parametrize(("name", "pin"), ALL_PINS.items())
def test_pin_is_what_is_installed(name: str, pin: str) -> None:
    assert version(name).split("+")[0] == pin


def test_every_dependency_is_pinned_within_its_bound() -> None:
    pinned = {canonicalize_name(name): pin for name, pin in pins("requirements.txt").items()}
    for requirement in map(Requirement, PYPROJECT["project"]["dependencies"]):
        pin = pinned[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(Version(pin)), f"{requirement} does not admit {pin}"


def test_requirements_install_the_package_editable() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert lines[-1] == "-e ."


def test_streamlit_finds_the_components() -> None:
    found = {manifest.name: (manifest, root) for manifest, root in scan_component_manifests()}
    manifest, package_root = found["bnviz"]
    assert package_root == ROOT / "bnviz"
    folders = {component.name: component.resolve_asset_root(package_root) for component in manifest.components}
    assert folders["player"] == ROOT / "bnviz/assets/player"
    for name in ("ravine", "axes", "microscope", "presenter"):  # which use parts of the player
        assert folders[name] == ROOT / "bnviz/assets"


# ---- .streamlit/config.toml


def flatten(table: dict[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


OPTIONS = dict(flatten(SETTINGS))


@pytest.mark.parametrize("option", OPTIONS)
def test_streamlit_knows_the_option(option: str) -> None:
    assert option in streamlit_config.get_config_options()


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("server.address", "127.0.0.1"),
        ("server.enableCORS", True),
        ("server.enableXsrfProtection", True),
        ("server.enableStaticServing", False),
        ("server.maxUploadSize", 5),
        ("server.showEmailPrompt", False),
        ("browser.gatherUsageStats", False),
        ("client.showErrorDetails", "none"),
        ("client.toolbarMode", "viewer"),
        ("runner.postScriptGC", False),
    ],
)
def test_promised_setting(option: str, value: object) -> None:
    assert OPTIONS[option] == value


def test_nothing_in_the_theme_is_fetched() -> None:
    assert not [option for option, value in OPTIONS.items() if "://" in str(value)]


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, as WCAG 2 defines it."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_black_on_white() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def blend(top: str, ground: str, opacity: float) -> str:
    """The colour that `top` has when it is drawn with this opacity."""
    pairs = ((int(top[i : i + 2], 16), int(ground[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(opacity * over + (1 - opacity) * under):02x}" for over, under in pairs)


CAPTION_OPACITY = 0.6  # Streamlit's own, and below
CHOSEN_OPACITY = 0.167  # a chosen button of a segmented control


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_is_readable(theme: str) -> None:
    palette = SETTINGS["theme"][theme]
    sidebar = palette["sidebar"]
    text, primary = palette["textColor"], palette["primaryColor"]
    for ground in (palette["backgroundColor"], sidebar["backgroundColor"]):
        assert contrast(blend(text, ground, CAPTION_OPACITY), ground) >= 4.5
        assert contrast(palette["linkColor"], ground) >= 4.5
        assert contrast(primary, ground) >= 4.5
    for ground in (palette["secondaryBackgroundColor"], sidebar["secondaryBackgroundColor"]):
        assert contrast(text, ground) >= 7
        assert contrast(primary, ground) >= 3
    chosen = blend(primary, palette["backgroundColor"], CHOSEN_OPACITY)
    assert contrast(primary, chosen) >= 4.5
    assert contrast("#ffffff", primary) >= 3  # WCAG 1.4.11: ticks and knobs
    assert contrast(palette["codeTextColor"], palette["codeBackgroundColor"]) >= 4.5


# ---- house style


@pytest.mark.parametrize("path", [*PACKAGE_FILES, *PAGE_FILES], ids=relative)
def test_module_and_functions_are_short(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= MAX_MODULE_LINES
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            assert lines <= MAX_FUNCTION_LINES, f"{relative(path)}:{node.lineno} {node.name} has {lines} lines"


def imported_packages(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("path", PAGE_FILES, ids=relative)
def test_page_imports_nothing_heavy(path: Path) -> None:
    assert not imported_packages(path.read_text(encoding="utf-8")) & {"torch", "plotly", "altair"}


# ---- what may not be committed

# Written in two parts, so that this file does not find itself.
FORBIDDEN = [
    "/" + "work/",
    "/" + "root/",
    "pypi" + ".org",
    "python" + "hosted",
    "unsafe_" + "allow_html=True",
]


def project_files() -> list[Path]:
    """Tracked files and those that could be added."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not a git checkout")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listing.split("\0") if name and (path := ROOT / name).is_file()]


def test_no_file_contains_a_forbidden_word() -> None:
    found = []
    for path in project_files():
        content = path.read_bytes()
        found += [f"{relative(path)}: {word}" for word in FORBIDDEN if word.encode() in content]
    assert not found


# ---- scripts/setup.sh says plainly what is missing


def run_setup(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    """Run the set-up in an empty folder where apt-get and sudo refuse."""
    (folder / "scripts").mkdir()
    shutil.copy(ROOT / "scripts/setup.sh", folder / "scripts")
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    command = ["bash", "scripts/setup.sh", "app"]
    env = os.environ | {"PATH": path, "PYTHON": python}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def script(path: Path, body: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)


needs_shell = pytest.mark.skipif(sys.platform == "win32", reason="the set-up is a shell script")


@needs_shell
def test_setup_without_python(tmp_path: Path) -> None:
    result = run_setup(tmp_path, "no-such-python")
    assert result.returncode == 1
    assert "Install Python 3.11 or newer" in result.stderr


@needs_shell
def test_setup_without_venv_names_the_package(tmp_path: Path) -> None:
    script(tmp_path / "bin/apt-get", "exit 100")
    script(tmp_path / "bin/sudo", "exit 1")
    refuse = '[ "$1 $2" = "-m venv" ] && echo "ensurepip is not available" && exit 1'
    script(tmp_path / "bin/python-without-venv", f'{refuse}\nexec "{sys.executable}" "$@"')
    result = run_setup(tmp_path, "python-without-venv")
    assert result.returncode == 1
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    assert f"sudo apt-get install {package}" in result.stderr
    assert not (tmp_path / ".venv").exists()
