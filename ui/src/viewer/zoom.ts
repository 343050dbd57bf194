/** Zoom and pan of the viewer, as arithmetic: sizes and positions in CSS pixels, the origin in the stage's middle. */

export interface Size {
  width: number;
  height: number;
}

/** `scale` 1 fits the stage; `x`, `y` move the picture's middle away from the stage's. */
export interface View {
  scale: number;
  x: number;
  y: number;
}

export const FITTED: View = { scale: 1, x: 0, y: 0 };

/** Size at which a picture just fits, never larger than its own pixels. */
export function fit(picture: Size, stage: Size, pixelRatio: number): Size {
  if (picture.width <= 0 || picture.height <= 0) return { width: 0, height: 0 };
  const factor = Math.min(stage.width / picture.width, stage.height / picture.height, 1 / pixelRatio);
  return { width: picture.width * factor, height: picture.height * factor };
}

/** The scale at which one pixel of the picture is one of the screen. */
export function pixelScale(picture: Size, fitted: Size, pixelRatio: number): number {
  return fitted.width === 0 ? 1 : Math.max(1, picture.width / pixelRatio / fitted.width);
}

/** Twice beyond single pixels, and always at least four times the fitted size. */
export function scaleMax(picture: Size, fitted: Size, pixelRatio: number): number {
  return Math.max(4, 2 * pixelScale(picture, fitted, pixelRatio));
}

/** Zooms by a factor so that what is under the point stays under it. */
export function zoomAt(view: View, factor: number, point: { x: number; y: number }, max: number): View {
  const scale = Math.min(max, Math.max(1, view.scale * factor));
  const change = scale / view.scale;
  return { scale, x: point.x - (point.x - view.x) * change, y: point.y - (point.y - view.y) * change };
}

/** Moves the view back until the picture covers the stage, or is centred where it is smaller. */
export function clamp(view: View, fitted: Size, stage: Size): View {
  const reach = (size: number, room: number) => Math.max(0, (size * view.scale - room) / 2);
  const within = (value: number, limit: number) => Math.min(limit, Math.max(-limit, value)) || 0;
  return {
    scale: view.scale,
    x: within(view.x, reach(fitted.width, stage.width)),
    y: within(view.y, reach(fitted.height, stage.height)),
  };
}
