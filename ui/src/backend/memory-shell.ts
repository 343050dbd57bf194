/** A desktop in memory: it records what was shown, and lets a test choose from it. */
import { BackendError } from './backend';
import type { Handed, Manners, MannersChange, MenuGroup, Shell, TrayFace } from './shell';

export class MemoryShell implements Shell {
  /** The menu on the window. */
  menu: readonly MenuGroup[] = [];
  /** What the tray shows; null while nothing is there. */
  tray: TrayFace | null = null;
  /** How often the tray was given something to show. */
  trayShown = 0;
  readonly notifications: { title: string; body: string }[] = [];
  /** Files that were shown in their folder. */
  readonly files: string[] = [];
  title = '';
  focused = true;
  fullscreen = false;
  /** What became of the window last. */
  window: 'shown' | 'minimised' | 'closed' | 'ended' = 'shown';
  kept = false;
  /** Set to make the next wishes fail with this message. */
  fault: string | null = null;

  private readonly now: Manners = {
    version: '0.1.0',
    background: false,
    tray: true,
    open_with: false,
    at_login: false,
  };
  private readonly listeners = new Set<() => void>();
  private handed: Handed = { paths: [], missing: [] };
  private chooseMenu: (id: string) => void = () => undefined;
  private chooseTray: (id: string) => void = () => undefined;

  /** Sets how things are before the page asks. */
  be(manners: Partial<Manners>): void {
    Object.assign(this.now, manners);
  }

  /** Chooses from the menu, as a person does. */
  choose(id: string): void {
    this.chooseMenu(id);
  }

  chooseInTray(id: string): void {
    this.chooseTray(id);
  }

  /** Hands files over, as a second start does. */
  hand(handed: Handed): void {
    this.handed = handed;
    for (const listener of this.listeners) listener();
  }

  showMenu(groups: readonly MenuGroup[], choose: (id: string) => void): Promise<void> {
    this.menu = groups;
    this.chooseMenu = choose;
    return Promise.resolve();
  }

  showTray(face: TrayFace, choose: (id: string) => void): Promise<void> {
    this.tray = face;
    this.trayShown += 1;
    this.chooseTray = choose;
    return Promise.resolve();
  }

  notify(title: string, body: string): Promise<void> {
    this.notifications.push({ title, body });
    return Promise.resolve();
  }

  setTitle(title: string): Promise<void> {
    this.title = title;
    return Promise.resolve();
  }

  showFile(path: string): Promise<void> {
    if (this.fault !== null) return Promise.reject(new BackendError('desktop', this.fault, { status: 500 }));
    this.files.push(path);
    return Promise.resolve();
  }

  isFocused(): Promise<boolean> {
    return Promise.resolve(this.focused);
  }

  toggleFullscreen(): Promise<void> {
    this.fullscreen = !this.fullscreen;
    return Promise.resolve();
  }

  raise(): Promise<void> {
    return this.become('shown');
  }

  minimise(): Promise<void> {
    return this.become('minimised');
  }

  close(): Promise<void> {
    return this.become('closed');
  }

  quit(): Promise<void> {
    return this.become('ended');
  }

  manners(): Promise<Manners> {
    return Promise.resolve({ ...this.now });
  }

  changeManners({ keep_in_tray, ...change }: MannersChange): Promise<Manners> {
    if (this.fault !== null) return Promise.reject(new BackendError('desktop', this.fault, { status: 500 }));
    if (keep_in_tray !== undefined) this.kept = keep_in_tray;
    Object.assign(this.now, change);
    return this.manners();
  }

  takeHanded(): Promise<Handed> {
    const taken = this.handed;
    this.handed = { paths: [], missing: [] };
    return Promise.resolve(taken);
  }

  onHanded(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private become(window: MemoryShell['window']): Promise<void> {
    this.window = window;
    return Promise.resolve();
  }
}
