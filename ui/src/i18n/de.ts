/** Every text of the UI in German. */
import { alike } from './de/alike';
import { app } from './de/app';
import { bucket } from './de/bucket';
import { commands } from './de/commands';
import { exporting } from './de/export';
import { first } from './de/first';
import { history } from './de/history';
import { household } from './de/household';
import { importing } from './de/import';
import { invite } from './de/invite';
import { ledger } from './de/ledger';
import { map } from './de/map';
import { organise } from './de/organise';
import { preferences } from './de/preferences';
import { search } from './de/search';
import { selection } from './de/selection';
import { shell } from './de/shell';
import { start } from './de/start';
import { timeline } from './de/timeline';
import { trash } from './de/trash';
import { viewer } from './de/viewer';
import type { Catalogue } from './i18n';

export { problems } from './de/problems';
export { sentences } from './de/sentences';

export const de: Catalogue = {
  ...first,
  ...app,
  ...commands,
  ...start,
  ...shell,
  ...timeline,
  ...selection,
  ...exporting,
  ...map,
  ...search,
  ...viewer,
  ...history,
  ...importing,
  ...ledger,
  ...household,
  ...invite,
  ...bucket,
  ...organise,
  ...trash,
  ...preferences,
  ...alike,
};
