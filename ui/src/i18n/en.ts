/** Every text of the UI in English. A message with `one` and `other` is chosen by its parameter `count`. */
import { app } from './en/app';
import { bucket } from './en/bucket';
import { commands } from './en/commands';
import { history } from './en/history';
import { household } from './en/household';
import { importing } from './en/import';
import { invite } from './en/invite';
import { ledger } from './en/ledger';
import { map } from './en/map';
import { organise } from './en/organise';
import { search } from './en/search';
import { selection } from './en/selection';
import { start } from './en/start';
import { timeline } from './en/timeline';
import { trash } from './en/trash';
import { viewer } from './en/viewer';

export const en = {
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
} as const;
