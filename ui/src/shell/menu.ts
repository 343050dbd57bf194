/** The window's menu, made from the keymap: pure. Labels and keys are those of the commands. */
import type { MenuGroup, MenuLine } from '../backend/shell';
import { KEYMAP, type CommandId } from '../commands/keymap';
import type { Texts } from '../i18n/i18n';

/** What a menu can choose: commands, and what no key is for. */
export type Choice = CommandId | 'about';

interface Group {
  text: 'menu.file' | 'menu.edit' | 'menu.view' | 'menu.help';
  choices: readonly (Choice | 'separator')[];
}

const GROUPS: readonly Group[] = [
  {
    text: 'menu.file',
    choices: ['import.folder', 'import.files', 'separator', 'window.close', 'window.quit'],
  },
  { text: 'menu.edit', choices: ['undo', 'separator', 'select.all', 'select.none'] },
  {
    text: 'menu.view',
    choices: [
      'go.photos',
      'go.map',
      'go.albums',
      'go.alike',
      'go.trash',
      'go.household',
      'go.settings',
      'separator',
      'grid.larger',
      'grid.smaller',
      'separator',
      'window.fullscreen',
    ],
  },
  { text: 'menu.help', choices: ['keys', 'separator', 'about'] },
];

/** Keys that mean something else where somebody types; a menu takes its keys before any field has them. */
const FIELDS_OWN = ['Ctrl+A', 'Ctrl+Z'];

/** `open`: whether there is a library that commands could be about. */
export function menu(words: Texts, open: boolean): MenuGroup[] {
  return GROUPS.map(({ text, choices }) => ({
    text: words.t(text),
    lines: choices.map((choice) => line(choice, words, open)),
  }));
}

/** Whether a choice is of use without a library. */
export function isOfWindow(choice: Choice): boolean {
  return choice === 'about' || choice.startsWith('window.');
}

/** The key that a menu can have for a command: none that a text field needs. */
export function acceleratorOf(command: CommandId): string | null {
  const keys: readonly string[] = KEYMAP.find(({ id }) => id === command)?.keys ?? [];
  return keys.find((key) => /^(Ctrl\+|F\d+$)/.test(key) && !FIELDS_OWN.includes(key)) ?? null;
}

function line(choice: Choice | 'separator', words: Texts, open: boolean): MenuLine {
  if (choice === 'separator') return choice;
  const text = words.t(choice === 'about' ? 'menu.about' : `command.${choice}`);
  const accelerator = choice === 'about' ? null : acceleratorOf(choice);
  return { id: choice, text, enabled: open || isOfWindow(choice), ...(accelerator ? { accelerator } : {}) };
}
