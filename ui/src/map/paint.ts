/** Puts the world onto a canvas: cuts out what is near the view, keeps that, and moves it with the view. */
import type { Atlas } from './atlas';
import { namesOf, written } from './labels';
import { worldSize, type View } from './projection';
import { cutLines, cutRings, type Frame } from './shapes';

export interface Colours {
  land: string;
  border: string;
  name: string;
}

/** What is cut out reaches this far beyond the view, in its widths and heights. */
const BEYOND = 0.5;
/** It is cut anew when it would be drawn this many times larger or smaller. */
const STRETCH_MAX = 1.6;

export class Painter {
  private cut: { atlas: Atlas; frame: Frame; land: Path2D; borders: Path2D } | null = null;
  private readonly font: string;

  constructor(font: string) {
    this.font = font;
  }

  paint(context: CanvasRenderingContext2D, atlas: Atlas, view: View, colours: Colours, ratio: number): void {
    const { frame, land, borders } = this.cutFor(atlas, view);
    const size = worldSize(view.zoom);
    const stretch = size / frame.scale;
    const x = (copyOf(frame, view) - view.x) * size + view.width / 2;
    const y = (frame.top - view.y) * size + view.height / 2;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    context.setTransform(ratio * stretch, 0, 0, ratio * stretch, ratio * x, ratio * y);
    context.fillStyle = colours.land;
    context.fill(land);
    context.lineWidth = (view.zoom < 4 ? 0.8 : 1.1) / stretch;
    context.lineJoin = 'round';
    context.strokeStyle = colours.border;
    context.stroke(borders);
    this.write(context, atlas, view, colours, ratio);
  }

  private write(
    context: CanvasRenderingContext2D,
    atlas: Atlas,
    view: View,
    colours: Colours,
    ratio: number,
  ): void {
    const font = (size: number) => `500 ${size}px ${this.font}`;
    const widthOf = (text: string, size: number) => {
      context.font = font(size);
      return context.measureText(text).width;
    };
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.lineWidth = 3;
    context.strokeStyle = colours.land;
    context.fillStyle = colours.name;
    for (const { text, size, x, y } of written(atlas.labels, view, (label) => namesOf(label), widthOf)) {
      context.font = font(size);
      context.strokeText(text, x, y);
      context.fillText(text, x, y);
    }
  }

  private cutFor(atlas: Atlas, view: View): NonNullable<typeof this.cut> {
    if (this.cut && this.cut.atlas === atlas && serves(this.cut.frame, view)) return this.cut;
    const size = worldSize(view.zoom);
    const across = (view.width / size) * (0.5 + BEYOND);
    const down = (view.height / size) * (0.5 + BEYOND);
    const frame = {
      left: view.x - across,
      right: view.x + across,
      top: Math.max(0, view.y - down),
      bottom: Math.min(1, view.y + down),
      scale: size,
    };
    const land = new Path2D();
    const borders = new Path2D();
    cutRings(atlas.land, frame, land);
    cutLines(atlas.borders, frame, borders);
    this.cut = { atlas, frame, land, borders };
    return this.cut;
  }
}

/** The frame's left edge in the copy of the world that the view is in. */
function copyOf(frame: Frame, view: View): number {
  return frame.left + Math.round(view.x - (frame.left + frame.right) / 2);
}

function serves(frame: Frame, view: View): boolean {
  const size = worldSize(view.zoom);
  const stretch = size / frame.scale;
  if (stretch > STRETCH_MAX || stretch < 1 / STRETCH_MAX) return false;
  const left = copyOf(frame, view);
  const [across, down] = [view.width / size / 2, view.height / size / 2];
  const sides = view.x - across >= left && view.x + across <= left + frame.right - frame.left;
  const ends =
    (frame.top === 0 || view.y - down >= frame.top) && (frame.bottom === 1 || view.y + down <= frame.bottom);
  return sides && ends;
}
