"""Rows: printed as a table, written as JSON, gathered into the page."""

import json

from harness import figures, machine

FOLDER = machine.ROOT / "build" / "bench"
PAGE = machine.ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- begin: bench/run --table -->", "<!-- end -->"


def rounded_rows(rows):
    return [{key: figures.rounded(value) for key, value in row.items()} for row in rows]


def write(name, description, rows):
    FOLDER.mkdir(parents=True, exist_ok=True)
    document = {**description, "rows": rounded_rows(rows)}
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(document, indent=1) + "\n")
    return path


def lines_of(name, rows):
    """A table for people, a row for each figure."""
    lines = [f"{name}"]
    for row in rounded_rows(rows):
        lines.append(f"  {row['name']}")
        lines += [f"    {key:<28} {value:>12}" for key, value in row.items() if key != "name"]
    return lines


def markdown(name, document):
    """One benchmark as Markdown: a row of the table for each row, its figures in their order."""
    lines = [f"### {name}", "", "| row | figures |", "|---|---|"]
    for row in document["rows"]:
        cells = ", ".join(f"{key} {value:g}" for key, value in row.items() if key != "name")
        lines.append(f"| `{row['name']}` | {cells} |")
    about = (f"{document['machine']}; Linux {document['kernel']}; page map: {document['page_map']}; {document['date']}; "
             f"skep `{document['skep_sha256'][:16]}`")
    return "\n".join([*lines, "", about, ""])


def with_table(page, table):
    """`page` with what lies between the two marks replaced by `table`."""
    head, rest = page.split(BEGIN)
    return f"{head}{BEGIN}\n{table}\n{END}{rest.split(END, 1)[1]}"


def update_page(names):
    """Puts the last figures of `names` into docs/benchmarks.md."""
    parts = [markdown(name, json.loads((FOLDER / f"{name}.json").read_text()))
             for name in names if (FOLDER / f"{name}.json").exists()]
    PAGE.write_text(with_table(PAGE.read_text(), "\n".join(parts)))
    return len(parts)
