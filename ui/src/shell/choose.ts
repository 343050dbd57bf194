/** What a choice from the window's menu or the tray does: the same as its key. */
import type { App } from '../app.svelte';
import { tellChosen } from '../commands/chosen';
import { isTyping } from '../commands/keymap';
import { runEverywhere } from '../commands/run';
import { isOfWindow, type Choice } from './menu';
import type { TrayChoice } from './tray';

export function chooseInMenu(app: App, choice: Choice): void {
  if (choice === 'about') {
    if (app.shell) app.shell.aboutShown = true;
    return;
  }
  if (!isOfWindow(choice)) {
    if (app.phase !== 'ready' || document.querySelector('dialog[open]')) return;
    if (inField(choice)) return;
  }
  if (!runEverywhere(app, choice)) tellChosen(choice);
}

export function chooseInTray(app: App, choice: TrayChoice): void {
  if (choice === 'window.quit') return chooseInMenu(app, choice);
  void app.shell?.raise().then(() => {
    if (choice === 'import.files') chooseInMenu(app, choice);
  });
}

/** Where somebody types, these are about what was typed. */
function inField(choice: Choice): boolean {
  const field = document.activeElement;
  if (!isTyping(field) || (choice !== 'undo' && choice !== 'select.all')) return false;
  if (choice === 'undo') document.execCommand('undo');
  else if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) field.select();
  return true;
}
