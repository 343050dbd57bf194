/** Every text of the UI in German. */
import { app } from './de/app';
import { bucket } from './de/bucket';
import { commands } from './de/commands';
import { history } from './de/history';
import { household } from './de/household';
import { importing } from './de/import';
import { invite } from './de/invite';
import { ledger } from './de/ledger';
import { map } from './de/map';
import { organise } from './de/organise';
import { search } from './de/search';
import { selection } from './de/selection';
import { start } from './de/start';
import { timeline } from './de/timeline';
import { trash } from './de/trash';
import { viewer } from './de/viewer';
import type { Catalogue } from './i18n';

export const de: Catalogue = {
  ...app,
  ...commands,
  ...start,
  ...timeline,
  ...selection,
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
};
