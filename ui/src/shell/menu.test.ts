import { describe, expect, it } from 'vitest';
import { KEYMAP, type CommandId } from '../commands/keymap';
import { Texts } from '../i18n/i18n';
import { acceleratorOf, menu } from './menu';

const english = new Texts(['en']);

function written(words: Texts, open = true): string[] {
  return menu(words, open).flatMap(({ text, lines }) => [
    text,
    ...lines.map((line) =>
      line === 'separator'
        ? '  –'
        : `  ${line.text}${line.accelerator ? ` [${line.accelerator}]` : ''}${line.enabled ? '' : ' (off)'}`,
    ),
  ]);
}

describe('the menu', () => {
  it('has the commands with their keys', () => {
    expect(written(english)).toEqual([
      '&File',
      '  Import a folder… [Ctrl+O]',
      '  Import files… [Ctrl+Shift+O]',
      '  –',
      '  Close window [Ctrl+W]',
      '  Quit [Ctrl+Q]',
      '&Edit',
      '  Undo',
      '  –',
      '  Select all',
      '  Select none',
      '&View',
      '  Photos',
      '  Map',
      '  Albums and tags',
      '  Look-alikes',
      '  Trash',
      '  Household',
      '  Settings',
      '  –',
      '  Larger photos [Ctrl++]',
      '  Smaller photos [Ctrl+-]',
      '  –',
      '  Full screen [F11]',
      '&Help',
      '  Keys [F1]',
      '  –',
      '  About Kinfolio',
    ]);
  });

  it('speaks German', () => {
    const lines = written(new Texts(['de']));
    expect(lines.slice(0, 3)).toEqual([
      '&Datei',
      '  Ordner importieren … [Ctrl+O]',
      '  Dateien importieren … [Ctrl+Shift+O]',
    ]);
  });

  it('offers the window only before there is a library', () => {
    const on = written(english, false).filter((line) => line.startsWith('  ') && !line.endsWith('(off)'));
    expect(on.filter((line) => line !== '  –')).toEqual([
      '  Close window [Ctrl+W]',
      '  Quit [Ctrl+Q]',
      '  Full screen [F11]',
      '  About Kinfolio',
    ]);
  });

  it('has a letter of its own for each group', () => {
    for (const language of ['en', 'de']) {
      const letters = menu(new Texts([language]), true).map(({ text }) => /&(.)/.exec(text)?.[1]);
      expect(new Set(letters).size).toBe(4);
    }
  });
});

describe('accelerators', () => {
  const cases: [CommandId, string | null][] = [
    ['import.folder', 'Ctrl+O'],
    ['keys', 'F1'],
    ['search', 'Ctrl+F'],
    ['grid.larger', 'Ctrl++'],
    ['undo', null],
    ['select.all', null],
    ['select.none', null],
    ['go.photos', null],
    ['photo.tag', null],
    ['photo.trash', null],
  ];
  for (const [command, key] of cases) it(`of ${command}`, () => expect(acceleratorOf(command)).toBe(key));

  it('are none that writing needs', () => {
    const all = KEYMAP.flatMap(({ id }) => acceleratorOf(id) ?? []);
    expect(all.filter((key) => !/^(Ctrl\+.+|F\d+)$/.test(key))).toEqual([]);
  });
});
