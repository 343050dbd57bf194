/** Something that is done when asked for, once at a time: under way, done, or failed with words to say. */
export class Acting {
  busy = $state(false);
  fault = $state<string | null>(null);

  /** Answers whether it was done. */
  async run(act: () => Promise<void>, why: (error: unknown) => string): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.fault = null;
    try {
      await act();
      return true;
    } catch (error) {
      this.fault = why(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
