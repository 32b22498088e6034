"""What the readers and writers of files say in their notes, by their code."""

import ast
from pathlib import Path

import vintool

CODE = Path(vintool.__file__).parent


def _said(value, constants):
    """The texts in a value of the code, with {} for what is put into each; those that stand under a name too."""
    if isinstance(value, ast.Constant):
        yield from [value.value] if isinstance(value.value, str) else []
    elif isinstance(value, ast.JoinedStr):
        parts = (part.value for part in value.values)
        yield "".join(
            part if isinstance(part, str) else constants.get(ast.unparse(part), "{}")
            for part in parts
        )
    elif isinstance(value, ast.Name):
        yield from [constants[value.id]] if value.id in constants else []
    elif not (isinstance(value, ast.Call) and ast.unparse(value.func).endswith(".removeprefix")):
        for part in ast.iter_child_nodes(value):
            yield from _said(part, constants)


def _why(value):
    """Of what was not read, each with its name, what is no name."""
    pairs = [node for node in ast.walk(value) if isinstance(node, ast.Tuple) and node.elts]
    return [node.elts[-1] for node in pairs] or [value]


def _of_a_statement(node):
    """Where something is put, and what."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        if node.func.attr == "append":
            yield ast.unparse(node.func.value), node.args[0]
    elif isinstance(node, ast.AugAssign):
        yield ast.unparse(node.target), node.value
    elif isinstance(node, ast.Assign):
        yield ast.unparse(node.targets[0]), node.value
    elif isinstance(node, ast.keyword):
        yield f"{node.arg}", node.value
    elif isinstance(node, ast.FunctionDef) and node.name.endswith("notes"):
        yield from (("notes", one.value) for one in ast.walk(node) if isinstance(one, ast.Yield))


def of_the_readers():
    """Every sentence that is put into notes or told of a sheet or a file that was not read."""
    for path in (*CODE.glob("files/**/*.py"), *CODE.glob("desk/*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            node.targets[0].id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        }
        for place, value in (put for node in ast.walk(tree) for put in _of_a_statement(node)):
            name = place.rsplit(".", 1)[-1].removeprefix("_")
            if name in {"note", "notes"}:
                yield from _said(value, constants)
            elif name in {"skipped", "unread", "left_out"}:
                for why in _why(value):
                    yield from _said(why, constants)
