/** Every text of the UI in English. A message with `one` and `other` is chosen by its parameter `count`. */
import { alike } from './en/alike';
import { app } from './en/app';
import { bucket } from './en/bucket';
import { commands } from './en/commands';
import { exporting } from './en/export';
import { first } from './en/first';
import { history } from './en/history';
import { household } from './en/household';
import { importing } from './en/import';
import { invite } from './en/invite';
import { ledger } from './en/ledger';
import { map } from './en/map';
import { organise } from './en/organise';
import { preferences } from './en/preferences';
import { search } from './en/search';
import { selection } from './en/selection';
import { shell } from './en/shell';
import { start } from './en/start';
import { timeline } from './en/timeline';
import { trash } from './en/trash';
import { viewer } from './en/viewer';

export const en = {
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
} as const;
