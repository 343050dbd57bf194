/**
 * The page that is shown, and what is searched over it. Both follow the address, so that the browser's Back and a reload
 * lead where one expects.
 */
import { addressOf, pageOf, samePage, searchedAt, type Page } from './pages';

interface Around {
  /** Called before Back, or an address that was typed, leads elsewhere. */
  leave: () => void;
  /** Called when that is where something was searched. */
  search: (query: string) => void;
}

export class Navigation {
  page = $state.raw<Page>(pageOf(location.hash));
  /** What is searched there, as it stands in the address. */
  searched = searchedAt(location.hash);
  private readonly around: Around;

  constructor(around: Around) {
    this.around = around;
    addEventListener('hashchange', this.follow);
  }

  go(page: Page): void {
    const before = addressOf(this.page, this.searched);
    this.page = page;
    this.searched = '';
    if (addressOf(page) !== before) history.pushState(null, '', addressOf(page));
  }

  /** Notes in the address what is searched: a search that grows is no further step for Back. */
  note(searched: string): void {
    if (searched === this.searched) return;
    this.searched = searched;
    history.replaceState(null, '', addressOf(this.page, searched));
  }

  stop(): void {
    removeEventListener('hashchange', this.follow);
  }

  private readonly follow = () => {
    const [page, searched] = [pageOf(location.hash), searchedAt(location.hash)];
    if (samePage(page, this.page) && searched === this.searched) return;
    this.around.leave();
    this.page = page;
    this.searched = searched;
    if (searched !== '') this.around.search(searched);
  };
}
