/**
 * The window and what the platform shows of the app beside it, for the desktop only. All of it is plain data with the
 * page's own words; what stands behind it has none.
 */

/** A line of a menu; a line without a command only says something. */
export type MenuLine =
  { id: string; text: string; enabled: boolean; /** As `Ctrl+O`. */ accelerator?: string } | 'separator';

export interface MenuGroup {
  /** The letter after `&` opens it. */
  text: string;
  lines: readonly MenuLine[];
}

/** What the tray shows. */
export interface TrayFace {
  tooltip: string;
  lines: readonly MenuLine[];
}

/** How the app gets on with the desktop. */
export interface Manners {
  version: string;
  /** Whether it was started without showing its window. */
  background: boolean;
  /** Whether a tray shows what is put there. */
  tray: boolean;
  /** Whether file managers offer it for photos. */
  open_with: boolean;
  /** Whether the session starts it. */
  at_login: boolean;
}

export interface MannersChange {
  /** Whether closing the window leaves the app in the tray, where there is one. */
  keep_in_tray?: boolean;
  open_with?: boolean;
  at_login?: boolean;
}

/** Files that were named on a command line. */
export interface Handed {
  paths: string[];
  /** What is not there. */
  missing: string[];
}

export interface Shell {
  /** Puts the menu on the window, in the place of the one before. */
  showMenu(groups: readonly MenuGroup[], choose: (id: string) => void): Promise<void>;
  /** Shows this in the tray, in the place of what was there. */
  showTray(face: TrayFace, choose: (id: string) => void): Promise<void>;
  notify(title: string, body: string): Promise<void>;
  setTitle(title: string): Promise<void>;
  /** Shows a file in its folder, in the file manager. */
  showFile(path: string): Promise<void>;
  isFocused(): Promise<boolean>;
  toggleFullscreen(): Promise<void>;
  /** Brings the window to the front, wherever it is. */
  raise(): Promise<void>;
  /** Shows the window in the task bar only. */
  minimise(): Promise<void>;
  /** As the window's own cross. */
  close(): Promise<void>;
  /** Ends the app, once its library is sealed. */
  quit(): Promise<void>;
  manners(): Promise<Manners>;
  changeManners(change: MannersChange): Promise<Manners>;
  /** Gives out what was handed over and not taken yet. */
  takeHanded(): Promise<Handed>;
  /** Told when there is something to take; answers how to stop listening. */
  onHanded(listener: () => void): () => void;
}
