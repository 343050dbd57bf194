/** What the commands do that count everywhere; those of a grid, the viewer and the map are carried out there. */
import type { App } from '../app.svelte';
import { chooseFiles, chooseFolder } from '../import/choose';
import type { CommandId } from './keymap';

const EVERYWHERE: Partial<Record<CommandId, (app: App) => unknown>> = {
  'go.photos': (app) => app.show({ name: 'photos' }),
  'go.map': (app) => app.show({ name: 'map' }),
  'go.albums': (app) => app.show({ name: 'albums' }),
  'go.alike': (app) => app.show({ name: 'alike' }),
  'go.trash': (app) => app.show({ name: 'trash' }),
  'go.household': (app) => app.show({ name: 'household' }),
  'go.settings': (app) => app.show({ name: 'settings' }),
  search: (app) => app.search.focus(),
  'import.folder': chooseFolder,
  'import.files': chooseFiles,
  undo: (app) => app.undo(),
  keys: (app) => (app.keysShown = !app.keysShown),
  'window.fullscreen': (app) => app.shell?.desktop.toggleFullscreen(),
  'window.close': (app) => app.shell?.desktop.close(),
  'window.quit': (app) => app.shell?.desktop.quit(),
};

/** Carries a command out; false where it is not one of those. */
export function runEverywhere(app: App, command: CommandId): boolean {
  const run = EVERYWHERE[command];
  if (run) void run(app);
  return run !== undefined;
}
