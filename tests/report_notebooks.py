"""Small notebooks made for one test each."""

from pathlib import Path

import nbformat

PARAMETERS = 'country: str = "DNK"  # which country\n'


def write_notebook(folder: Path, name: str, *cells: str, parameters: str = PARAMETERS, title: str = "A title") -> Path:
    """Write a notebook of code cells; a cell that begins with ``%tag NAME`` carries that tag."""
    v4 = nbformat.v4
    made = [v4.new_markdown_cell(f"# {title}"), v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})]
    for source in cells:
        if source.startswith("%tag "):
            tag, source = source.removeprefix("%tag ").split("\n", 1)
            made.append(v4.new_code_cell(source, metadata={"tags": [tag]}))
        elif source.startswith("%md "):
            made.append(v4.new_markdown_cell(source.removeprefix("%md ")))
        else:
            made.append(v4.new_code_cell(source))
    for number, cell in enumerate(made):
        cell.id = f"c{number}"  # else drawn by chance, and the notebook would be another one each time
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = v4.new_notebook(cells=made, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.ipynb"
    nbformat.write(notebook, path)
    return path
