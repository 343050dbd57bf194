/** Every text of the UI in English. A message with `one` and `other` is chosen by its parameter `count`. */
import { app } from './en/app';
import { bucket } from './en/bucket';
import { commands } from './en/commands';
import { history } from './en/history';
import { household } from './en/household';
import { importing } from './en/import';
import { invite } from './en/invite';
import { ledger } from './en/ledger';
import { search } from './en/search';
import { selection } from './en/selection';
import { shell } from './en/shell';
import { start } from './en/start';
import { timeline } from './en/timeline';
import { viewer } from './en/viewer';

export const en = {
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
} as const;
