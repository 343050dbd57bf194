/** The two choosers, as the desktop and the browser have them: the platform's own, or a file input. */
import type { App } from '../app.svelte';
import { messageOf } from '../backend/backend';
import { t } from '../i18n/i18n';
import { fromList } from './uploads';

export async function chooseFolder(app: App): Promise<void> {
  const { desktop } = app.backend;
  if (!desktop) return pick(app, true);
  await guarded(app, async () => {
    const path = await desktop.chooseFolder(t('import.folder.title'));
    if (path !== null) await app.imports.startPaths([path]);
  });
}

export async function chooseFiles(app: App): Promise<void> {
  const { desktop } = app.backend;
  if (!desktop) return pick(app, false);
  await guarded(app, async () => app.imports.startPaths(await desktop.chooseFiles(t('import.files.title'))));
}

async function guarded(app: App, choose: () => Promise<void>): Promise<void> {
  try {
    await choose();
  } catch (error) {
    app.notify(t('import.start.failed', { reason: messageOf(error) }));
  }
}

function pick(app: App, folder: boolean): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.webkitdirectory = folder;
  input.onchange = () => void app.imports.startFiles(fromList(input.files ?? []));
  input.click();
}
