/**
 * Every key of the app, in one table: pure. Who handles keys asks it which command a key is, and the keyboard map and
 * the desktop's menu show it, so that none of them tells of a key that another one does not know.
 */

/** Where a key counts: everywhere, among the photos of a grid, in the viewer, in a slideshow, on the map. */
export type Scope = 'everywhere' | 'grid' | 'photo' | 'viewer' | 'slideshow' | 'map';

interface Entry {
  id: string;
  scope: Scope;
  /** As `Ctrl+Shift+O`, `g p` (one after the other) or `ArrowLeft`; the first one is shown. */
  keys: readonly string[];
}

export const KEYMAP = [
  { id: 'go.photos', scope: 'everywhere', keys: ['g p'] },
  { id: 'go.map', scope: 'everywhere', keys: ['g m'] },
  { id: 'go.albums', scope: 'everywhere', keys: ['g a'] },
  { id: 'go.alike', scope: 'everywhere', keys: ['g l'] },
  { id: 'go.trash', scope: 'everywhere', keys: ['g t'] },
  { id: 'go.household', scope: 'everywhere', keys: ['g h'] },
  { id: 'go.settings', scope: 'everywhere', keys: ['g s'] },
  { id: 'search', scope: 'everywhere', keys: ['/', 'Ctrl+F'] },
  { id: 'import.folder', scope: 'everywhere', keys: ['Ctrl+O'] },
  { id: 'import.files', scope: 'everywhere', keys: ['Ctrl+Shift+O'] },
  { id: 'undo', scope: 'everywhere', keys: ['Ctrl+Z'] },
  { id: 'keys', scope: 'everywhere', keys: ['?', 'F1'] },

  { id: 'move.left', scope: 'grid', keys: ['ArrowLeft'] },
  { id: 'move.right', scope: 'grid', keys: ['ArrowRight'] },
  { id: 'move.up', scope: 'grid', keys: ['ArrowUp'] },
  { id: 'move.down', scope: 'grid', keys: ['ArrowDown'] },
  { id: 'move.first', scope: 'grid', keys: ['Home'] },
  { id: 'move.last', scope: 'grid', keys: ['End'] },
  { id: 'select.toggle', scope: 'grid', keys: ['x'] },
  { id: 'select.left', scope: 'grid', keys: ['Shift+ArrowLeft'] },
  { id: 'select.right', scope: 'grid', keys: ['Shift+ArrowRight'] },
  { id: 'select.up', scope: 'grid', keys: ['Shift+ArrowUp'] },
  { id: 'select.down', scope: 'grid', keys: ['Shift+ArrowDown'] },
  { id: 'select.all', scope: 'grid', keys: ['Ctrl+A'] },
  { id: 'select.none', scope: 'grid', keys: ['Escape'] },
  { id: 'burst', scope: 'grid', keys: ['s'] },
  { id: 'grid.larger', scope: 'grid', keys: ['+', '=', 'Ctrl++', 'Ctrl+='] },
  { id: 'grid.smaller', scope: 'grid', keys: ['-', 'Ctrl+-'] },

  { id: 'photo.tag', scope: 'photo', keys: ['t'] },
  { id: 'photo.album', scope: 'photo', keys: ['a'] },
  { id: 'photo.favorite', scope: 'photo', keys: ['f'] },
  { id: 'photo.rate.1', scope: 'photo', keys: ['1'] },
  { id: 'photo.rate.2', scope: 'photo', keys: ['2'] },
  { id: 'photo.rate.3', scope: 'photo', keys: ['3'] },
  { id: 'photo.rate.4', scope: 'photo', keys: ['4'] },
  { id: 'photo.rate.5', scope: 'photo', keys: ['5'] },
  { id: 'photo.rate.0', scope: 'photo', keys: ['0'] },
  { id: 'photo.date', scope: 'photo', keys: ['d'] },
  { id: 'photo.place', scope: 'photo', keys: ['p'] },
  { id: 'photo.export', scope: 'photo', keys: ['e'] },
  { id: 'photo.trash', scope: 'photo', keys: ['Delete', 'Backspace'] },

  { id: 'viewer.close', scope: 'viewer', keys: ['Escape'] },
  { id: 'viewer.previous', scope: 'viewer', keys: ['ArrowLeft'] },
  { id: 'viewer.next', scope: 'viewer', keys: ['ArrowRight'] },
  { id: 'viewer.info', scope: 'viewer', keys: ['i'] },
  { id: 'viewer.zoom.in', scope: 'viewer', keys: ['+', '='] },
  { id: 'viewer.zoom.out', scope: 'viewer', keys: ['-'] },
  { id: 'viewer.zoom.fit', scope: 'viewer', keys: ['z'] },
  { id: 'viewer.slideshow', scope: 'viewer', keys: ['F5', 'o'] },

  { id: 'slideshow.pause', scope: 'slideshow', keys: ['Space'] },
  { id: 'slideshow.previous', scope: 'slideshow', keys: ['ArrowLeft'] },
  { id: 'slideshow.next', scope: 'slideshow', keys: ['ArrowRight'] },
  { id: 'slideshow.end', scope: 'slideshow', keys: ['Escape', 'F5', 'o'] },

  { id: 'map.left', scope: 'map', keys: ['ArrowLeft'] },
  { id: 'map.right', scope: 'map', keys: ['ArrowRight'] },
  { id: 'map.up', scope: 'map', keys: ['ArrowUp'] },
  { id: 'map.down', scope: 'map', keys: ['ArrowDown'] },
  { id: 'map.zoom.in', scope: 'map', keys: ['+', '='] },
  { id: 'map.zoom.out', scope: 'map', keys: ['-'] },
] as const satisfies readonly Entry[];

export type CommandId = (typeof KEYMAP)[number]['id'];

/** The first of two keys that make one command, and how long it waits for the second. */
export const PREFIX = 'g';
export const PREFIX_MS = 1200;

/** A key as the table writes it. Shift is told only where it is not what makes the character. */
export function keyName(event: KeyboardEvent): string {
  const held = (event.ctrlKey || event.metaKey ? 'Ctrl+' : '') + (event.altKey ? 'Alt+' : '');
  const letter = event.key.length === 1 && /\p{L}/u.test(event.key);
  const shift = event.shiftKey && (letter || event.key.length > 1) ? 'Shift+' : '';
  if (event.key === ' ') return `${held}${event.shiftKey ? 'Shift+' : ''}Space`;
  return held + shift + (letter ? (held === '' ? event.key : event.key.toUpperCase()) : event.key);
}

/** The command of a key in one of these scopes, the first of them first; null where it is none. */
export function commandOf(name: string, scopes: readonly Scope[]): CommandId | null {
  const plain =
    name.length === 1 || /^Shift\+\p{L}$/u.test(name) ? name.replace('Shift+', '').toLowerCase() : name;
  for (const scope of scopes) {
    const entry = KEYMAP.find(
      (one) => one.scope === scope && (one.keys as readonly string[]).includes(plain),
    );
    if (entry) return entry.id;
  }
  return null;
}

/** Whether somebody writes there, so that letters are letters. */
export function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement)
    return !['checkbox', 'radio', 'range', 'button'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
