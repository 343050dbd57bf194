/** Whether the column of facets stands beside the results, remembered on this device. */
const KEY = 'kinfolio.search.filters';

export class FiltersShown {
  private wide = $state(kept());
  /** Where it would cover the photos, it opens only when it is asked for. */
  private over = $state(false);

  shown(narrow: boolean): boolean {
    return narrow ? this.over : this.wide;
  }

  toggle(narrow: boolean): void {
    if (narrow) {
      this.over = !this.over;
      return;
    }
    this.wide = !this.wide;
    try {
      localStorage.setItem(KEY, this.wide ? 'shown' : 'hidden');
    } catch {
      // Without storage it is remembered as long as the window lasts.
    }
  }
}

function kept(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'hidden';
  } catch {
    return true;
  }
}
