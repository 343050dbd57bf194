/** Every text of the UI in German. */
import { app } from './de/app';
import { bucket } from './de/bucket';
import { commands } from './de/commands';
import { history } from './de/history';
import { household } from './de/household';
import { importing } from './de/import';
import { invite } from './de/invite';
import { ledger } from './de/ledger';
import { search } from './de/search';
import { selection } from './de/selection';
import { shell } from './de/shell';
import { start } from './de/start';
import { timeline } from './de/timeline';
import { viewer } from './de/viewer';
import type { Catalogue } from './i18n';

export const de: Catalogue = {
  ...app,
  ...commands,
  ...start,
  ...shell,
  ...timeline,
  ...selection,
  ...search,
  ...viewer,
  ...history,
  ...importing,
  ...ledger,
  ...household,
  ...invite,
  ...bucket,
};
