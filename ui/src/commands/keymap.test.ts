import { describe, expect, it } from 'vitest';
import { commandOf, isTyping, KEYMAP, keyName, type CommandId, type Scope } from './keymap';

function press(key: string, held: Partial<KeyboardEventInit> = {}): string {
  return keyName(new KeyboardEvent('keydown', { key, ...held }));
}

describe('keys', () => {
  const cases: [string, string, Scope[], CommandId | null][] = [
    ['a letter', press('t'), ['photo'], 'photo.tag'],
    ['a letter with the shift lock', press('T'), ['photo'], 'photo.tag'],
    ['a letter with Shift', press('T', { shiftKey: true }), ['photo'], 'photo.tag'],
    ['Control', press('z', { ctrlKey: true }), ['everywhere'], 'undo'],
    ['Command on a Mac', press('z', { metaKey: true }), ['everywhere'], 'undo'],
    ['Shift and Control', press('O', { ctrlKey: true, shiftKey: true }), ['everywhere'], 'import.files'],
    ['redo is none', press('Z', { ctrlKey: true, shiftKey: true }), ['everywhere'], null],
    ['a character that Shift makes', press('?', { shiftKey: true }), ['everywhere'], 'keys'],
    ['an arrow', press('ArrowLeft'), ['grid'], 'move.left'],
    ['an arrow with Shift', press('ArrowLeft', { shiftKey: true }), ['grid'], 'select.left'],
    ['the nearer scope first', press('Escape'), ['viewer', 'grid'], 'viewer.close'],
    ['a letter with Control is no letter', press('t', { ctrlKey: true }), ['photo'], null],
    ['the space bar', press(' '), ['slideshow'], 'slideshow.pause'],
    ['another scope', press('t'), ['everywhere'], null],
  ];
  for (const [name, key, scopes, command] of cases) {
    it(name, () => expect(commandOf(key, scopes)).toBe(command));
  }

  it('mean one thing in each scope', () => {
    const all = KEYMAP.flatMap(({ scope, keys }) => keys.map((key) => `${scope} ${key}`));
    expect(all.filter((key, index) => all.indexOf(key) !== index)).toEqual([]);
  });

  it('are letters where somebody writes', () => {
    const input = document.createElement('input');
    expect(isTyping(input)).toBe(true);
    input.type = 'checkbox';
    expect(isTyping(input)).toBe(false);
    expect(isTyping(document.createElement('textarea'))).toBe(true);
    expect(isTyping(document.body)).toBe(false);
  });
});
