/** How large the photos of all grids are, remembered on this device. */

const KEY = 'kinfolio.grid.scale';
/** Times the usual height of a row, from a contact sheet to one or two in a row. */
const SCALES = [0.4, 0.55, 0.75, 1, 1.35, 1.8, 2.4] as const;
const USUAL = SCALES.indexOf(1);
/** Pixels of the wheel that make one step. */
const TURN = 60;

export class GridZoom {
  /** How many sizes there are. */
  readonly sizes = SCALES.length;
  private at = $state(remembered());
  private turned = 0;

  get scale(): number {
    return SCALES[this.at] ?? 1;
  }

  /** Which of the sizes it is, 0 the smallest. */
  get size(): number {
    return this.at;
  }

  step(by: -1 | 1): void {
    this.choose(this.at + by);
  }

  choose(size: number): void {
    this.at = Math.min(SCALES.length - 1, Math.max(0, size));
    try {
      localStorage.setItem(KEY, String(this.scale));
    } catch {
      // Without storage the size lasts as long as the window.
    }
  }

  /** The wheel, in pixels; positive makes photos larger. */
  turn(pixels: number): void {
    this.turned += pixels;
    if (Math.abs(this.turned) < TURN) return;
    this.step(this.turned > 0 ? 1 : -1);
    this.turned = 0;
  }
}

function remembered(): number {
  try {
    const at = SCALES.findIndex((scale) => String(scale) === localStorage.getItem(KEY));
    return at < 0 ? USUAL : at;
  } catch {
    return USUAL;
  }
}
