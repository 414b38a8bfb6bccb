"""What can be seen on a screenshot, measured by the browser itself on a blank page of its own (which has no policy of ours)."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.sync_api import Page

READ = """
async ([png, boxes, columns, rows]) => {
  const image = new Image();
  image.src = 'data:image/png;base64,' + png;
  await image.decode();
  const context = new OffscreenCanvas(image.width, image.height).getContext('2d', {willReadFrequently: true});
  context.drawImage(image, 0, 0);
  const part = c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const light = (data, at) =>
    0.2126 * part(data[at] / 255) + 0.7152 * part(data[at + 1] / 255) + 0.0722 * part(data[at + 2] / 255);
  return (boxes || [[0, 0, image.width, image.height]]).map(box => {
    const {data, width, height} = context.getImageData(...box);
    let darkest = 1, lightest = 0;
    const sums = Array.from({length: columns * rows}, () => [0, 0, 0, 0]);
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x), seen = light(data, at);
      darkest = Math.min(darkest, seen);
      lightest = Math.max(lightest, seen);
      const cell = sums[Math.floor(y * rows / height) * columns + Math.floor(x * columns / width)];
      for (let channel = 0; channel < 3; channel++) cell[channel] += data[at + channel];
      cell[3] += 1;
    }
    const cells = sums.map(cell => cell.slice(0, 3).map(sum => cell[3] ? Math.round(sum / cell[3]) : -1));
    return {cells, contrast: (lightest + 0.05) / (darkest + 0.05)};
  });
}
"""

Colour = tuple[int, int, int]
Box = tuple[int, int, int, int]
"""Left, top, width, height in whole pixels."""


@dataclass(frozen=True)
class Seen:
    """`cells` are the mean colours of a grid over the picture, row by row (-1 where the picture is smaller than the grid);
    `contrast` is that of its lightest and darkest point."""

    cells: tuple[Colour, ...]
    contrast: float


def look_at(blank: Page, png: bytes) -> Seen:
    """Measure one whole picture. `blank` is any page that admits data addresses, such as about:blank."""
    return measured(blank, png, None, 1, 1)[0]


def look_at_parts(blank: Page, png: bytes, boxes: Sequence[Box], columns: int, rows: int) -> list[Seen]:
    """Measure parts of one picture, each in a grid of its own."""
    return measured(blank, png, boxes, columns, rows)


def measured(blank: Page, png: bytes, boxes: Sequence[Box] | None, columns: int, rows: int) -> list[Seen]:
    """One entry a box; without boxes one for the whole picture."""
    found = blank.evaluate(READ, [base64.b64encode(png).decode(), boxes, columns, rows])
    return [Seen(tuple(tuple(cell) for cell in each["cells"]), each["contrast"]) for each in found]
