/** As long as a hand takes to see that something else is beneath it. */
const MOVED_MS = 700;

/** What has just come or moved beneath the pointer: a click that was meant for what was there before does nothing. */
export class Steady {
  moving = $state(false);
  private timer: ReturnType<typeof setTimeout> | undefined;

  moved(): void {
    this.moving = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.moving = false), MOVED_MS);
  }
}
