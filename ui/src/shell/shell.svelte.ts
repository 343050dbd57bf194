/** The desktop around the window: what was wished for on this computer, and what was told there. */
import { messageOf } from '../backend/backend';
import type { Handed, Manners, MannersChange, Shell, TrayFace } from '../backend/shell';
import type { ImportJob } from '../backend/types';
import { isOver } from '../import/progress';
import { receiptLine } from '../import/receipt';
import { t, texts } from '../i18n/i18n';
import { news, type Trouble } from './troubles';

const KEPT_KEY = 'kinfolio.shell.kept';
const NOTICES_KEY = 'kinfolio.shell.notices';
const TOLD_KEY = 'kinfolio.shell.told';

/** The tray is given other words at most this often. */
const TRAY_MS = 1000;
/** A session that has just begun may show its tray a while after the app: so often, and so far apart, it is asked. */
const LOOKS = 12;
const LOOK_MS = 5000;
/** Names of files that were not there, in one sentence. */
const NAMES_MAX = 3;

export class ShellState {
  readonly desktop: Shell;
  /** Null until they were read. */
  manners = $state.raw<Manners | null>(null);
  /** Why they cannot be read; null while they can. */
  fault = $state<string | null>(null);
  keepInTray = $state(read(KEPT_KEY, false));
  notices = $state(read(NOTICES_KEY, true));
  aboutShown = $state(false);

  private readonly notify: (text: string) => void;
  private looking: ReturnType<typeof setTimeout> | undefined;
  private face: TrayFace | null = null;
  private shown = '';
  private painting = false;
  private chooseInTray: (id: string) => void = () => undefined;
  private finished: string | null = null;
  private showing = Promise.resolve();

  /** `notify` says something in the window. */
  constructor(desktop: Shell, notify: (text: string) => void) {
    this.desktop = desktop;
    this.notify = notify;
  }

  /** Tells the desktop what is wished, and puts the window where it belongs; answers how to stop. */
  start(): () => void {
    void this.begin();
    return () => clearTimeout(this.looking);
  }

  /** Wishes something of the desktop. Throws what went wrong. */
  async wish(change: MannersChange): Promise<void> {
    this.manners = await this.desktop.changeManners(change);
    if (change.keep_in_tray !== undefined) {
      this.keepInTray = change.keep_in_tray;
      write(KEPT_KEY, change.keep_in_tray);
    }
  }

  wishNotices(wished: boolean): void {
    this.notices = wished;
    write(NOTICES_KEY, wished);
  }

  async raise(): Promise<void> {
    await this.quietly(() => this.desktop.raise());
  }

  /** Shows something of the app beside its page; one after the other, so that the last wish is what stays. */
  show(what: () => Promise<void>): void {
    this.showing = this.showing.then(() => this.quietly(what));
  }

  /** Shows this in the tray as soon as there is one, at most once a second. */
  showInTray(face: TrayFace, choose: (id: string) => void): void {
    this.face = face;
    this.chooseInTray = choose;
    if (!this.painting) void this.paint();
  }

  /** Takes over what was named on a command line. */
  async takeHanded(importPaths: (paths: string[]) => Promise<void>): Promise<void> {
    let handed: Handed;
    try {
      handed = await this.desktop.takeHanded();
    } catch (error) {
      this.notify(t('handed.failed', { reason: messageOf(error) }));
      return;
    }
    const { paths, missing } = handed;
    if (missing.length > 0)
      this.notify(t('handed.missing', { count: missing.length, names: named(missing) }));
    await importPaths(paths);
  }

  /** Says that an import is over, to whoever looks elsewhere. */
  async onImport(job: ImportJob | null): Promise<void> {
    if (!job || !isOver(job.state)) {
      this.finished = null;
      return;
    }
    if (this.finished === job.id) return;
    this.finished = job.id;
    if (job.state === 'cancelled' || !this.notices) return;
    await this.quietly(async () => {
      if (await this.desktop.isFocused()) return;
      const body = job.error ? `${job.error}\n${receiptLine(job, texts)}` : receiptLine(job, texts);
      await this.desktop.notify(t(job.state === 'failed' ? 'import.failed' : 'import.done'), body);
    });
  }

  /** Tells each trouble of the household once, and again when it comes back; `device` is this one. */
  async onTroubles(now: readonly Trouble[], device: string): Promise<void> {
    if (!this.notices) return;
    const key = `${TOLD_KEY}.${device}`;
    const { fresh, told } = news(now, read<string[]>(key, []));
    write(key, told);
    for (const { title, body } of fresh) await this.quietly(() => this.desktop.notify(title, body));
  }

  private async begin(): Promise<void> {
    try {
      const manners = await this.desktop.changeManners({ keep_in_tray: this.keepInTray });
      this.manners = manners;
      this.fault = null;
      if (manners.background && !(this.keepInTray && manners.tray)) await this.desktop.minimise();
      if (!manners.tray) this.look(LOOKS);
      else if (this.face) void this.paint();
    } catch (error) {
      this.fault = messageOf(error);
      // A window that nobody sees is worse than one that nobody asked for.
      await this.raise();
    }
  }

  private look(left: number): void {
    if (left === 0) return;
    this.looking = setTimeout(() => {
      void this.quietly(async () => {
        this.manners = await this.desktop.manners();
        if (!this.manners.tray) this.look(left - 1);
        else if (!this.painting) await this.paint();
      });
    }, LOOK_MS);
  }

  private async paint(): Promise<void> {
    if (!this.manners?.tray || this.painting) return;
    this.painting = true;
    while (this.face && JSON.stringify(this.face) !== this.shown) {
      const { face } = this;
      this.shown = JSON.stringify(face);
      await this.quietly(() => this.desktop.showTray(face, (id) => this.chooseInTray(id)));
      await new Promise((done) => setTimeout(done, TRAY_MS));
    }
    this.painting = false;
  }

  /** What the desktop does not do is no reason to stop: the window shows the same. It is said where settings are. */
  private async quietly(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.fault = messageOf(error);
    }
  }
}

/** Names of what is not there, not all of many. */
function named(paths: readonly string[]): string {
  const names = paths.slice(0, NAMES_MAX).map((path) => texts.isolated(path));
  const more = paths.length - names.length;
  if (more > 0) names.push(t('handed.more', { count: more }));
  return texts.list(names, 'conjunction');
}

function read<T>(key: string, usual: T): T {
  try {
    const kept = localStorage.getItem(key);
    return kept === null ? usual : (JSON.parse(kept) as T);
  } catch {
    return usual;
  }
}

function write(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Without storage it lasts as long as the window.
  }
}
