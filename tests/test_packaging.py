"""The package: what its import loads, its public names, and the old names and modules that still work."""

from __future__ import annotations

import subprocess
import sys
import types
from pathlib import Path

import pytest

import atomglass
from atomglass.errors import InputError


def fresh(code: str) -> str:
    """Return what code prints in a new interpreter."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_import_and_version_load_nothing_heavy() -> None:
    heavy = "sorted({'numba', 'scipy', 'pandas', 'matplotlib', 'ase', 'numpy', 'pyarrow'} & set(sys.modules))"
    assert fresh(f"import sys, atomglass; print({heavy})") == "[]"
    imports = "import sys; from typer.testing import CliRunner; from atomglass.cli.main import app"
    command = "r = CliRunner().invoke(app, ['version'])"
    assert fresh(f"{imports}; {command}; print(r.exit_code, {heavy})") == "0 []"


def test_names_are_listed_without_being_loaded() -> None:
    names = dir(atomglass)
    assert names == sorted(names)
    assert {"load_potential", "quench", "hessian", "lowest_modes", "expand", "InputError", "__version__"} <= set(names)
    assert set(names) == set(atomglass.__all__)


def test_a_name_is_loaded_on_first_use() -> None:
    assert fresh("import atomglass; a = 'InputError' in vars(atomglass); atomglass.InputError; print(a)") == "False"
    assert atomglass.InputError is InputError


def test_an_unknown_name() -> None:
    with pytest.raises(AttributeError, match="module 'atomglass' has no attribute 'qench'"):
        atomglass.qench  # noqa: B018
    assert not hasattr(atomglass, "_nothing")
    from atomglass import theory  # a module that is not a public name can still be imported

    assert isinstance(theory, types.ModuleType)


def test_no_module_has_the_name_of_a_verb() -> None:
    """Otherwise `atomglass.quench`, the function, would be replaced by the module once that is imported."""
    modules = {path.stem for path in Path(atomglass.__file__).parent.iterdir()}
    assert not modules & set(atomglass.__all__)


def test_the_verbs_remain_functions_after_their_modules_are_imported() -> None:
    modules = (
        "import atomglass.vibrations.modes, atomglass.minimization.quench, atomglass.vibrations.hessian, atomglass"
    )
    assert fresh(f"{modules}; print(callable(atomglass.quench), callable(atomglass.hessian))") == "True True"


def test_an_old_name_still_works_and_names_the_new_one() -> None:
    with pytest.warns(DeprecationWarning, match="use atomglass.HybridMonteCarlo"):
        assert atomglass.Trajectories is atomglass.HybridMonteCarlo


def test_an_old_module_still_works_and_names_the_new_one() -> None:
    code = (
        "import warnings; warnings.simplefilter('always')\n"
        "from atomglass.study_model import FLOAT, Column, RealizationModel\n"
        "from atomglass.study.protocol import Column as new\n"
        "print(Column is new)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
    assert "atomglass.study_model is now atomglass.study.protocol" in done.stderr
    assert "<string>:2" in done.stderr


def test_every_old_module_can_still_be_imported() -> None:
    modules = ", ".join(f"atomglass.{name}" for name in atomglass._MOVED_MODULES)
    assert fresh(f"import {modules}; print('all')") == "all"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("import sys; sys.argv[1:] = ['doctor']; from atomglass.cli.main import main; main()", 2),
        ("import atomglass as ag; ag.read", 1),
    ],
)
def test_a_python_without_file_locks_is_refused_in_one_line(code: str, status: int) -> None:
    windows = f"import sys; sys.modules['fcntl'] = None; {code}"
    done = subprocess.run([sys.executable, "-c", windows], capture_output=True, text=True, timeout=120)
    assert done.returncode == status, done.stderr
    assert "no module fcntl" in done.stderr.splitlines()[-1] and "on Windows use" in done.stderr.splitlines()[-1]
    assert status == 1 or done.stderr.count("\n") == 1
