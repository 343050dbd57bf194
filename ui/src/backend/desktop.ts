/** The desktop: the same routes through `kinfolio://`, events and drops from the window, choosers of the platform. */
import { listen } from '@tauri-apps/api/event';
import { getCurrentWebview } from '@tauri-apps/api/webview';
import { open, save } from '@tauri-apps/plugin-dialog';
import type { Backend, Desktop, NativeDrop } from './backend';
import { DesktopShell } from './desktop-shell';
import { HttpClient } from './http';
import { later } from './later';
import type { BackendEvent } from './types';

export class DesktopBackend extends HttpClient implements Backend {
  readonly desktop: Desktop = {
    chooseFolder: (title) => open({ directory: true, title }),
    chooseFiles: async (title) => (await open({ multiple: true, title })) ?? [],
    onNativeDrop: (listener) =>
      later(getCurrentWebview().onDragDropEvent((event) => forward(event.payload, listener))),
    startImport: (paths, tags) => this.startImport(paths, tags),
    startExport: (which, to, template, sidecars) => this.startExport(which, to, template, sidecars),
    startHousehold: (household, device) => this.startHousehold(household, device),
    joinHousehold: (invitation, device) => this.joinHousehold(invitation, device),
    wordsToCompare: () => this.wordsToCompare(),
    stopJoining: () => this.stopJoining(),
    restoreHousehold: (source) => this.restoreHousehold(source),
    restoring: () => this.restoring(),
    stopRestoring: () => this.stopRestoring(),
    chooseSave: (title, name) => save({ title, defaultPath: name }),
    saveRecoveryKey: (path) => this.saveRecoveryKey(path),
    shell: new DesktopShell(),
  };

  subscribe(listener: (event: BackendEvent) => void): () => void {
    return later(listen<BackendEvent>('kinfolio', (event) => listener(event.payload)));
  }
}

function forward(drop: NativeDrop, listener: (drop: NativeDrop) => void): void {
  listener(
    drop.type === 'enter' || drop.type === 'drop'
      ? { type: drop.type, paths: drop.paths }
      : { type: drop.type },
  );
}
