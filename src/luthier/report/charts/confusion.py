"""The confusion matrix: a table of counts and row shares up to a dozen classes, a picture and the worst pairs above."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from luthier.report.charts.svg import element
from luthier.report.numerals import percent

LARGEST_TABLE = 12
"Classes up to which every cell is written out."


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """Rows of one class that were called another."""

    truth: str
    predicted: str
    count: int
    share: float
    "Of the rows of the true class, 0 to 1."


def row_shares(counts: tuple[tuple[int, ...], ...]) -> tuple[tuple[float, ...], ...]:
    """Each count as a share of its row; a class without rows has zeros."""
    return tuple(tuple(count / (sum(row) or 1) for count in row) for row in counts)


def worst_confusions(classes: tuple[str, ...], counts: tuple[tuple[int, ...], ...], *, most: int = 8) -> tuple[Confusion, ...]:
    """The most frequent mistakes, the largest count first."""
    shares = row_shares(counts)
    wrong = [
        Confusion(truth=classes[i], predicted=classes[j], count=counts[i][j], share=shares[i][j])
        for i in range(len(classes))
        for j in range(len(classes))
        if i != j and counts[i][j]
    ]
    return tuple(sorted(wrong, key=lambda confusion: -confusion.count)[:most])


def confusion_table(classes: tuple[str, ...], counts: tuple[tuple[int, ...], ...]) -> Markup:
    """Every cell with its count and its share of the row; the shade is the share."""
    columns = [element("th", element("span", name), scope="col") for name in classes]
    head = element("thead", element("tr", element("td", class_="corner"), *columns))
    shares = row_shares(counts)
    rows = [
        element(
            "tr", element("th", name, scope="row"), *[_cell(count, share, i == j) for j, (count, share) in enumerate(zip(counts[i], shares[i], strict=True))]
        )
        for i, name in enumerate(classes)
    ]
    return element("table", head, element("tbody", *rows), class_="confusion")


def confusion_picture(classes: tuple[str, ...], counts: tuple[tuple[int, ...], ...]) -> Markup:
    """Shades without numbers, for many classes."""
    size, shares = 600 / len(classes), row_shares(counts)
    cells = [
        element(
            "rect",
            element("title", f"{classes[i]} called {classes[j]}: {counts[i][j]:,} ({percent(share)})"),
            x=j * size,
            y=i * size,
            width=size * 0.96,
            height=size * 0.96,
            class_="hit" if i == j else "miss",
            style=f"fill-opacity:{0.08 + 0.92 * share:.2f}",
        )
        for i in range(len(classes))
        for j, share in enumerate(shares[i])
        if counts[i][j]
    ]
    ground = element("rect", x=0, y=0, width=600, height=600, class_="ground")
    return element(
        "svg",
        ground,
        *cells,
        viewBox="0 0 600 600",
        class_="chart confusion-picture",
        role="img",
        aria_label=f"Confusion matrix of {len(classes)} classes; truth downwards, prediction across.",
    )


def _cell(count: int, share: float, hit: bool) -> Markup:
    shade = " deep" if share > 0.85 else " strong" if share > 0.7 else ""
    kind = f"{'hit' if hit else 'miss'}{shade}{' none' if not count else ''}"
    inside = [f"{count:,}", element("small", percent(share))] if count else ["0"]
    return element("td", *inside, class_=kind, style=f"--share:{share:.3f}")
