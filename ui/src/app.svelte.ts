/** The running app: whether the library answers, what it says about itself, and the states of the rooms. */
import { createContext } from 'svelte';
import { codeOf, messageOf, BackendError, type Backend } from './backend/backend';
import type { BackendEvent, EditState, Joined, Ledger } from './backend/types';
import { outdated } from './design/version';
import { ExportState } from './export/export.svelte';
import { Acts } from './history/acts';
import { undoneLine } from './history/words';
import { HouseholdState } from './household/household.svelte';
import { atRest, Heights, longest } from './household/ledger';
import { t, texts } from './i18n/i18n';
import { ImportState } from './import/import.svelte';
import { MapState } from './map/map.svelte';
import { Navigation } from './navigation/navigation.svelte';
import type { Page } from './navigation/pages';
import { SavedSearches } from './search/saved.svelte';
import { Organise } from './organise/organise.svelte';
import { SearchState } from './search/search.svelte';
import { PhotoActions } from './selection/actions.svelte';
import { DragState } from './selection/drag.svelte';
import { SelectionState } from './selection/selection.svelte';
import { Vanished } from './selection/vanished';
import { Preferences } from './settings/preferences.svelte';
import { ShellState } from './shell/shell.svelte';
import { photosFirst } from './timeline/marks';
import { TimelineState } from './timeline/timeline.svelte';
import { GridZoom } from './timeline/zoom.svelte';
import { ViewerState } from './viewer/viewer.svelte';

export type Phase = 'loading' | 'sign-in' | 'first-start' | 'ready' | 'failed';

const RETRY_FIRST_MS = 700;
const RETRY_MAX_MS = 5000;
const NOTICE_MS = 9000;
/** The ledger is read again this long after an event, and this often while something is on its way. */
const LEDGER_SOON_MS = 800;
const LEDGER_UNSETTLED_MS = 3000;
/** More would cover what they are about. */
const NOTICES_MAX = 3;
/** Anything may have changed while nothing was heard. */
const MISSED: BackendEvent = { type: 'photos', height: 0, ids: null };

export interface Notice {
  id: number;
  text: string;
  /** What somebody asked for and got, something to care about, or somebody who waits for an answer. */
  tone: 'done' | 'warning' | 'asks';
  /** What can be done about it. */
  action: { label: string; run: () => void } | null;
  /** Whether that is to undo the last action. */
  undoes?: boolean;
}

export class App {
  readonly backend: Backend;
  readonly timeline: TimelineState;
  readonly search: SearchState;
  readonly saved: SavedSearches;
  readonly viewer: ViewerState;
  readonly map: MapState;
  readonly imports: ImportState;
  readonly exports: ExportState;
  readonly household: HouseholdState;
  readonly organise: Organise;
  readonly navigation: Navigation;
  readonly selection = new SelectionState();
  readonly drag = new DragState();
  readonly zoom = new GridZoom();
  readonly preferences = new Preferences();
  readonly actions: PhotoActions;
  /** The desktop around the window; null in the browser. */
  readonly shell: ShellState | null;

  phase = $state<Phase>('loading');
  /** False from the first call that nobody answered until one is answered again. */
  online = $state(true);
  ledger = $state.raw<Ledger | null>(null);
  /** The height that every device within reach has had the time to report. */
  settled = $state(0);
  /** Since when too few devices have been within reach, by this window's clock; null while there are enough. */
  alone = $state<number | null>(null);
  suggestedDevice = $state<string | null>(null);
  /** Whether a restoring was begun here and did not come to its end. */
  halfRestored = $state(false);
  failure = $state<string | null>(null);
  notices = $state.raw<readonly Notice[]>([]);
  /** Whether the keyboard map is open. */
  keysShown = $state(false);

  private unsubscribe: (() => void) | null = null;
  private readonly listeners = new Set<(event: BackendEvent) => void>();
  private retry: ReturnType<typeof setTimeout> | undefined;
  private retryMs = RETRY_FIRST_MS;
  private noticed = 0;
  private deaf = false;
  private readonly acts = new Acts(() => this.withdrawUndo());
  private readonly vanished: Vanished;
  private readonly heights = new Heights();
  private ledgerSoon: ReturnType<typeof setTimeout> | undefined;

  constructor(library: Backend) {
    const trouble = (error: unknown) => this.trouble(error);
    const backend = this.acts.watch(library);
    this.backend = backend;
    this.timeline = new TimelineState(backend, trouble);
    this.search = new SearchState(backend, trouble, (query) => this.navigation.note(query));
    this.saved = new SavedSearches(backend, {
      notify: (text, tone, action) => this.notify(text, tone, action),
      trouble,
    });
    this.viewer = new ViewerState(backend, trouble);
    this.map = new MapState(backend, trouble);
    this.imports = new ImportState(
      backend,
      (text) => this.notify(text),
      () => this.timeline.onEvent({ type: 'photos', height: 0, ids: [] }),
    );
    this.exports = new ExportState(backend, trouble);
    this.household = new HouseholdState(
      backend,
      trouble,
      () => this.readLedger(),
      ({ name }) => {
        const device = texts.isolated(name ?? '');
        const compare = { label: t('invite.compare.go'), run: () => this.show({ name: 'household' }) };
        return this.ask(t('invite.asking', { device }), compare);
      },
    );
    this.organise = new Organise(backend, trouble);
    this.shell = backend.desktop ? new ShellState(backend.desktop.shell, (text) => this.notify(text)) : null;
    this.navigation = new Navigation({
      leave: () => this.leave(),
      search: (query) => this.search.type(query),
    });
    this.vanished = new Vanished(backend, {
      selection: this.selection,
      inTrash: () => !this.search.active && this.navigation.page.name === 'trash',
      busy: () => this.actions.changing > 0,
      dropped: (count) => this.notify(t('selection.vanished', { count })),
    });
    this.actions = new PhotoActions(backend, {
      selection: this.selection,
      opened: () => this.viewer.row,
      inTrash: () => this.inTrash(),
      left: (opened) => void (opened && this.viewer.leave(opened)),
      notify: (text, tone, action) => this.notify(text, tone, action),
      undoable: (text, state) => this.undoable(text, state),
      trouble,
    });
  }

  /** Asks the library how it is, and opens the page that its answer calls for. */
  async check(): Promise<void> {
    clearTimeout(this.retry);
    this.retry = undefined;
    try {
      if (this.phase === 'loading') await this.begin();
      await this.enter(await this.backend.ledger());
    } catch (error) {
      this.turnedAway(error);
    }
  }

  /** Opens the page with the newest photos: what else the library says can wait until they are seen. */
  private async begin(): Promise<void> {
    await this.timeline.begin();
    this.online = true;
    this.failure = null;
    this.open();
    if (this.navigation.page.name === 'photos' && this.timeline.total > 0) await photosFirst();
  }

  /** There is a library to look at. What the address says was searched is searched again. */
  private open(): void {
    if (this.phase === 'ready') return;
    this.phase = 'ready';
    const { searched } = this.navigation;
    if (searched !== '') this.search.type(searched);
  }

  /** Makes the household, then opens its library. Throws what went wrong. */
  async startHousehold(household: string, device: string): Promise<void> {
    await this.backend.desktop?.startHousehold(household, device);
    await this.check();
  }

  /** Makes this device a member; its library is opened by `check`, once the check words were compared. */
  async joinHousehold(invitation: string, device: string): Promise<Joined | null> {
    return (await this.backend.desktop?.joinHousehold(invitation, device)) ?? null;
  }

  async signIn(token: string): Promise<void> {
    await this.backend.signIn(token);
    await this.check();
  }

  /** Opens a page. */
  show(page: Page): void {
    this.leave();
    this.navigation.go(page);
  }

  /** An open photo, a search or a selection belongs to the page that is left. */
  private leave(): void {
    this.viewer.close();
    this.search.leave();
    this.selection.clear();
  }

  notify(
    text: string,
    tone: Notice['tone'] = 'warning',
    action: Notice['action'] = null,
    undoes = false,
  ): void {
    const id = ++this.noticed;
    const others = this.notices.filter((notice) => notice.text !== text && notice.tone !== 'asks');
    const waiting = this.notices.filter((notice) => notice.tone === 'asks');
    this.notices = [...waiting, ...others.slice(1 - NOTICES_MAX), { id, text, tone, action, undoes }];
    setTimeout(() => this.dismiss(id), NOTICE_MS);
  }

  /** Says that somebody waits, until that is answered; answers how to take it away. */
  ask(text: string, action: NonNullable<Notice['action']>): () => void {
    const id = ++this.noticed;
    this.notices = [{ id, text, tone: 'asks', action }, ...this.notices];
    return () => this.dismiss(id);
  }

  /** Says what was done, whether it still waits for other devices, and offers to take it back while it is the last. */
  undoable(text: string, state: EditState): void {
    const waits = state === 'pending' ? ` ${t('undo.waits')}` : '';
    // Each photo that an import adds makes that the last action.
    const offered = this.acts.settled && !this.imports.running;
    const undo = { label: t('command.undo'), run: () => void this.undo() };
    this.notify(text + waits, 'done', offered ? undo : null, offered);
  }

  /** Takes back the last action of this device, in the whole household, and says what that was. */
  async undo(): Promise<void> {
    try {
      const undone = undoneLine(await this.backend.undo());
      // What they say is not so any more.
      this.notices = this.notices.filter((notice) => notice.tone !== 'done');
      this.notify(undone, 'done');
    } catch (error) {
      if (codeOf(error) === 'nothing_to_undo') this.notify(t('undo.nothing'), 'done');
      else {
        this.notify(t('undo.failed', { reason: messageOf(error) }));
        this.trouble(error);
      }
    }
  }

  /** Something else is the last action now: what stands in a notice would not be what is taken back. */
  private withdrawUndo(): void {
    if (!this.notices.some(({ undoes }) => undoes)) return;
    this.notices = this.notices.map((notice) =>
      notice.undoes ? { ...notice, action: null, undoes: false } : notice,
    );
  }

  dismiss(id: number): void {
    this.notices = this.notices.filter((notice) => notice.id !== id);
  }

  /** Tells a page of the library's events, also of those that may have been missed; answers how to stop. */
  listen(listener: (event: BackendEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  stop(): void {
    this.unsubscribe?.();
    this.unsubscribe = null;
    clearTimeout(this.retry);
    clearTimeout(this.ledgerSoon);
    this.household.stop();
    this.saved.stop();
    this.vanished.stop();
    this.navigation.stop();
  }

  private async enter(ledger: Ledger): Promise<void> {
    const returning = !this.online || this.phase !== 'ready' || this.unsubscribe === null;
    const again = !this.online && this.phase === 'ready' && this.unsubscribe !== null;
    this.keep(ledger);
    this.online = true;
    this.failure = null;
    this.retryMs = RETRY_FIRST_MS;
    if (!returning) return;
    this.unsubscribe?.();
    this.unsubscribe = this.backend.subscribe((event) => this.onEvent(event));
    const rest = Promise.all([this.imports.resume(), this.saved.load()]);
    await this.timeline.reload();
    if (this.online) this.open();
    await rest;
    this.tell(MISSED);
    if (this.search.active) void this.search.run();
    this.map.reload();
    this.viewer.onReturn();
    if (again) await this.askVersion();
  }

  /** Who came back may have been brought up to date, and this page is still the old one's. */
  private async askVersion(): Promise<void> {
    const reload = { label: t('app.reload'), run: () => location.reload() };
    if (await outdated().catch(() => false)) this.notify(t('app.outdated'), 'warning', reload);
  }

  private turnedAway(error: unknown): void {
    const code = codeOf(error);
    if (code === 'unreachable') {
      this.online = false;
      this.retry = setTimeout(() => void this.check(), this.retryMs);
      this.retryMs = Math.min(RETRY_MAX_MS, this.retryMs * 1.6);
      return;
    }
    this.online = true;
    if (code === 'unauthorized') this.phase = 'sign-in';
    else if (code === 'no_library' && this.backend.desktop) {
      this.suggestedDevice = error instanceof BackendError ? error.device : null;
      this.halfRestored = error instanceof BackendError && error.restoring;
      this.phase = 'first-start';
    } else {
      this.failure = messageOf(error);
      this.phase = 'failed';
    }
  }

  /** A call somewhere failed: if nobody answers or the session ended, that is for the whole app to deal with. */
  trouble(error: unknown): void {
    const code = codeOf(error);
    if (code === 'unauthorized') this.phase = 'sign-in';
    if (code !== 'unreachable' || this.retry !== undefined) return;
    this.online = false;
    this.retryMs = RETRY_FIRST_MS;
    this.retry = setTimeout(() => void this.check(), this.retryMs);
  }

  private onEvent(event: BackendEvent): void {
    this.viewer.onEvent(event);
    if (event.type === 'connection') {
      this.onConnection(event.open);
      return;
    }
    if (event.type === 'devices') {
      this.refreshLedger();
      this.household.onDevices();
      return;
    }
    if (event.type === 'block' && this.ledger) {
      this.ledger = { ...this.ledger, height: event.height, tip: event.tip };
    }
    // Edits that wait for the other devices come without a block.
    if (event.type !== 'import' && event.type !== 'export') this.refreshLedger();
    if (event.type === 'import') this.withdrawUndo();
    this.timeline.onEvent(event);
    this.search.onEvent(event);
    this.saved.onEvent(event);
    this.map.onEvent(event);
    this.imports.onEvent(event);
    this.exports.onEvent(event);
    this.tell(event);
  }

  private tell(event: BackendEvent): void {
    this.organise.onEvent(event);
    this.vanished.onEvent(event);
    for (const listener of this.listeners) listener(event);
  }

  private inTrash(): boolean {
    const shown = !this.search.active && this.navigation.page.name === 'trash';
    return this.viewer.row ? (this.viewer.record?.photo?.trashed ?? shown) : shown;
  }

  /** What happened while the events were not heard is made up for by reading everything again. */
  private onConnection(open: boolean): void {
    if (!open) {
      this.deaf = true;
      if (this.online) void this.check();
    } else if (this.deaf) {
      this.deaf = false;
      void this.timeline.reload();
      this.map.reload();
      void this.imports.resume();
      void this.saved.load();
      this.tell(MISSED);
      void this.readLedger();
    }
  }

  /** Pending edits and the members follow the events, a moment later and not with every one of them. */
  private refreshLedger(delay = LEDGER_SOON_MS): void {
    if (this.ledgerSoon !== undefined) return;
    this.ledgerSoon = setTimeout(() => void this.readLedger(), delay);
  }

  private async readLedger(): Promise<void> {
    clearTimeout(this.ledgerSoon);
    this.ledgerSoon = undefined;
    try {
      this.keep(await this.backend.ledger());
    } catch (error) {
      this.trouble(error);
    }
  }

  private keep(ledger: Ledger): void {
    this.ledger = ledger;
    this.alone = ledger.quorum ? null : (this.alone ?? Date.now());
    this.settled = this.heights.note(longest(ledger), Date.now());
    // Others that catch up send no event here.
    if (!atRest(ledger)) this.refreshLedger(LEDGER_UNSETTLED_MS);
  }
}

export const [getApp, setApp] = createContext<App>();
