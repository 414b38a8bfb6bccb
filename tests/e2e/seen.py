"""What can be seen on a screenshot, measured by the browser itself on a blank page of its own (which has no policy of ours)."""

import base64
from dataclasses import dataclass

from playwright.sync_api import Page

READ = """
async ([png, columns, rows]) => {
  const image = new Image();
  image.src = 'data:image/png;base64,' + png;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  const {data, width, height} = context.getImageData(0, 0, image.width, image.height);
  const part = c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const light = at => 0.2126 * part(data[at] / 255) + 0.7152 * part(data[at + 1] / 255) + 0.0722 * part(data[at + 2] / 255);
  let darkest = 1, lightest = 0;
  const sums = Array.from({length: columns * rows}, () => [0, 0, 0, 0]);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
    const at = 4 * (y * width + x), seen = light(at);
    darkest = Math.min(darkest, seen);
    lightest = Math.max(lightest, seen);
    const cell = sums[Math.floor(y * rows / height) * columns + Math.floor(x * columns / width)];
    for (let channel = 0; channel < 3; channel++) cell[channel] += data[at + channel];
    cell[3] += 1;
  }
  const cells = sums.map(cell => cell.slice(0, 3).map(sum => cell[3] ? Math.round(sum / cell[3]) : -1));
  return {cells, contrast: (lightest + 0.05) / (darkest + 0.05)};
}
"""

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Seen:
    """`cells` are the mean colours of a grid over the picture, row by row (-1 where the picture is smaller than the grid);
    `contrast` is that of its lightest and darkest point."""

    cells: tuple[Colour, ...]
    contrast: float


def look_at(blank: Page, png: bytes, columns: int = 1, rows: int = 1) -> Seen:
    """Measure one picture. `blank` is any page that admits data addresses, such as about:blank."""
    found = blank.evaluate(READ, [base64.b64encode(png).decode(), columns, rows])
    return Seen(tuple(tuple(cell) for cell in found["cells"]), found["contrast"])
