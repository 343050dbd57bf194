/** What the tray says: pure. */
import type { MenuLine, TrayFace } from '../backend/shell';
import type { ImportJob } from '../backend/types';
import { isOver } from '../import/progress';
import type { Texts } from '../i18n/i18n';

/** What a tray can choose. */
export type TrayChoice = 'show' | 'import.files' | 'window.quit';

/** `state` is how the household stands, in words; `open`: whether there is a library to import into. */
export function trayFace(state: string, job: ImportJob | null, open: boolean, words: Texts): TrayFace {
  const importing = job && !isOver(job.state) ? progress(job, words) : null;
  const said = [state, ...(importing === null ? [] : [importing])];
  return {
    tooltip: ['Kinfolio', ...said].join('\n'),
    lines: [
      ...said.map((text, index): MenuLine => ({ id: `said.${index}`, text, enabled: false })),
      'separator',
      choice('show', words.t('tray.show')),
      choice('import.files', words.t('command.import.files'), open),
      'separator',
      choice('window.quit', words.t('command.window.quit')),
    ],
  };
}

function progress({ state, processed, found }: ImportJob, words: Texts): string {
  return state === 'scanning' ? words.t('tray.scanning') : words.t('tray.importing', { processed, found });
}

function choice(id: TrayChoice, text: string, enabled = true): MenuLine {
  return { id, text, enabled };
}
