/** The page that is shown. It follows the address, so that the browser's Back and a reload lead where one expects. */
import { addressOf, pageOf, samePage, type Page } from './pages';

export class Navigation {
  page = $state.raw<Page>(pageOf(location.hash));
  private readonly leave: () => void;

  /** `leave` is called before Back, or an address that was typed, leads to another page. */
  constructor(leave: () => void) {
    this.leave = leave;
    addEventListener('hashchange', this.follow);
  }

  go(page: Page): void {
    if (samePage(page, this.page)) return;
    this.page = page;
    history.pushState(null, '', addressOf(page));
  }

  stop(): void {
    removeEventListener('hashchange', this.follow);
  }

  private readonly follow = () => {
    const page = pageOf(location.hash);
    if (samePage(page, this.page)) return;
    this.leave();
    this.page = page;
  };
}
