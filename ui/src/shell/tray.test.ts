import { describe, expect, it } from 'vitest';
import type { ImportJob } from '../backend/types';
import { Texts } from '../i18n/i18n';
import { trayFace } from './tray';

const english = new Texts(['en']);

const JOB: ImportJob = {
  id: '1',
  state: 'running',
  found: 1200,
  processed: 12,
  added: 12,
  duplicate: 0,
  trashed: 0,
  rejected_count: 0,
  warned_count: 0,
  warned: [],
  rejected: [],
  bytes: 0,
  seconds: 0,
  current: null,
  error: null,
  paths: [],
  ids: [],
};

function written(job: ImportJob | null, open: boolean, words = english): string[] {
  return trayFace('All 3 devices agree', job, open, words).lines.map((line) =>
    line === 'separator' ? '–' : `${line.text}${line.enabled ? '' : ' (off)'}`,
  );
}

describe('the tray', () => {
  const choices = ['–', 'Show Kinfolio', 'Import files…', '–', 'Quit'];
  const cases: [string, ImportJob | null, string[]][] = [
    ['how the household stands', null, ['All 3 devices agree (off)', ...choices]],
    ['how far an import is', JOB, ['All 3 devices agree (off)', 'Import: 12 of 1,200 (off)', ...choices]],
    [
      'that an import begins',
      { ...JOB, state: 'scanning' },
      ['All 3 devices agree (off)', 'Import: looking for photos… (off)', ...choices],
    ],
    [
      'nothing of an import that is over',
      { ...JOB, state: 'done' },
      ['All 3 devices agree (off)', ...choices],
    ],
  ];
  for (const [name, job, lines] of cases) it(`says ${name}`, () => expect(written(job, true)).toEqual(lines));

  it('imports only into a library', () => {
    expect(written(null, false)).toContain('Import files… (off)');
  });

  it('says the same in its tooltip', () => {
    expect(trayFace('Both devices agree', JOB, true, english).tooltip).toBe(
      'Kinfolio\nBoth devices agree\nImport: 12 of 1,200',
    );
  });

  it('speaks German', () => {
    expect(written(JOB, true, new Texts(['de'])).slice(1, 4)).toEqual([
      'Import: 12 von 1.200 (off)',
      '–',
      'Kinfolio zeigen',
    ]);
  });
});
