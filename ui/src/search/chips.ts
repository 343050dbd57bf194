/** What a term of the query looks like as a chip: an icon for its field, and its value in words. Pure. */
import type { IconName } from '../design/Icon.svelte';
import type { Key, Texts } from '../i18n/i18n';
import { fieldOf, ownFieldOf, type Field } from './language';
import { termOf, type Term } from './tokens';

export interface Chip {
  icon: IconName;
  /** The field's name in the person's language. */
  field: string;
  /** The value in words. */
  value: string;
  not: boolean;
}

const ICONS: Record<Field, IconName> = {
  tag: 'tag',
  album: 'album',
  person: 'person',
  place: 'pin',
  camera: 'camera',
  lens: 'camera',
  taken: 'calendar',
  rating: 'star',
  is: 'check',
  has: 'info',
  type: 'files',
  near: 'pin',
  in: 'map',
  iso: 'camera',
  folder: 'folder',
  device: 'device',
};

/** Yes-or-no values, which say more than their field does. */
const FLAGS: Record<string, { icon: IconName; text: Key }> = {
  'has:gps': { icon: 'pin', text: 'value.has.gps' },
  'has:people': { icon: 'person', text: 'value.has.people' },
  'has:tags': { icon: 'tag', text: 'value.has.tags' },
  'has:albums': { icon: 'album', text: 'value.has.albums' },
  'has:caption': { icon: 'edit', text: 'value.has.caption' },
  'has:conflict': { icon: 'warning', text: 'value.has.conflict' },
  'is:favorite': { icon: 'heart', text: 'value.is.favorite' },
  'is:video': { icon: 'play', text: 'value.is.video' },
  'is:duplicate': { icon: 'alike', text: 'value.is.duplicate' },
  'is:pending': { icon: 'clock', text: 'value.is.pending' },
  'is:trashed': { icon: 'trash', text: 'value.is.trashed' },
  'type:photo': { icon: 'photo', text: 'kind.photo' },
  'type:raw': { icon: 'camera', text: 'kind.raw' },
  'type:video': { icon: 'play', text: 'kind.video' },
  'type:file': { icon: 'files', text: 'kind.file' },
};

/** What stands before the value of a comparison, `''` where the value itself is meant. */
type Compare = '' | '<' | '<=' | '>' | '>=';

const STARS: Record<Compare, Key> = {
  '': 'value.stars',
  '<': 'value.stars.fewer',
  '<=': 'value.stars.most',
  '>': 'value.stars.more',
  '>=': 'value.stars.least',
};

const ISO: Record<Compare, Key> = {
  '': 'value.iso',
  '<': 'value.iso.less',
  '<=': 'value.iso.most',
  '>': 'value.iso.more',
  '>=': 'value.iso.least',
};

const TIMES: Record<Exclude<Compare, ''>, Key> = {
  '<': 'value.before',
  '<=': 'value.until',
  '>': 'value.after',
  '>=': 'value.from',
};

/** The chip of a term; what is no term shows as it is written. */
export function chipOf(text: string, texts: Texts): Chip {
  const term = termOf(text);
  if (!term) return { icon: 'search', field: '', value: text, not: false };
  const { not } = term;
  const own = ownFieldOf(term.field);
  if (own !== null) {
    const value = term.value === '*' ? texts.t('value.own.any') : term.value;
    const said = texts.t('value.own', { field: own, value });
    return { icon: 'edit', field: texts.t('field.name.own'), value: said, not };
  }
  const flag = FLAGS[`${term.field}:${term.value.toLowerCase()}`];
  const icon = flag?.icon ?? iconOf(term.field);
  return { icon, field: fieldName(term.field, texts), value: valueOf(term, texts), not };
}

/** A chip as a sentence part, as a screen reader says it. */
export function nameOf(chip: Chip, texts: Texts): string {
  const { field, value, not } = chip;
  const said = field === '' ? value : texts.t('chip.name', { field, value });
  return not ? `${texts.t('chip.not')} ${said}` : said;
}

export function iconOf(name: string): IconName {
  const field = fieldOf(name);
  return field ? ICONS[field] : ownFieldOf(name) === null ? 'search' : 'edit';
}

export function fieldName(name: string, texts: Texts): string {
  const field = fieldOf(name);
  return field ? texts.t(`field.name.${field}`) : (ownFieldOf(name) ?? name);
}

/** The value of a term in words; one that makes no sense as it is written. */
export function valueOf({ field, value }: Pick<Term, 'field' | 'value'>, texts: Texts): string {
  const flag = FLAGS[`${field}:${value.toLowerCase()}`];
  if (flag) return texts.t(flag.text);
  const said =
    field === 'taken'
      ? timesOf(value, texts)
      : field === 'rating'
        ? starsOf(value, texts)
        : field === 'iso'
          ? isoOf(value, texts)
          : field === 'near'
            ? nearOf(value, texts)
            : null;
  if (said !== null) return said;
  if (field === 'in' && value.split(',').length === 4) return texts.t('value.in');
  if (field === 'type' && /^\w{2,4}$/.test(value)) return value.toUpperCase();
  return value;
}

function compared(value: string): [Compare, string] {
  const compare = (/^[<>]=?/.exec(value)?.[0] ?? '') as Compare;
  return [compare, value.slice(compare.length)];
}

function timesOf(value: string, texts: Texts): string | null {
  const [from = '', to] = value.split('..');
  if (to !== undefined) {
    const ends = [period(from, texts), period(to, texts)];
    return ends[0] && ends[1] ? texts.t('value.range', { from: ends[0], to: ends[1] }) : null;
  }
  const [compare, rest] = compared(value);
  const date = period(rest, texts);
  if (date === null || compare === '') return date;
  return texts.t(TIMES[compare], { date });
}

function period(text: string, texts: Texts): string | null {
  if (/^\d{4}$/.test(text)) return text;
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return texts.date(text, { month: 'long', year: 'numeric' });
  if (/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(text))
    return texts.date(text, { dateStyle: 'long' });
  return null;
}

function starsOf(value: string, texts: Texts): string | null {
  const range = /^([0-5])\.\.([0-5])$/.exec(value);
  if (range) return texts.t('value.stars.range', { from: Number(range[1]), to: Number(range[2]) });
  const [compare, rest] = compared(value);
  if (!/^[0-5]$/.test(rest)) return null;
  if (Number(rest) === 0 && compare === '') return texts.t('value.stars.none');
  return texts.t(STARS[compare], { count: Number(rest) });
}

/** Sensitivities are names rather than numbers: nobody writes ISO 3,200. */
function isoOf(value: string, texts: Texts): string | null {
  const range = /^(\d+)\.\.(\d+)$/.exec(value);
  if (range) return texts.t('value.iso', { iso: `${range[1]}–${range[2]}` });
  const [compare, rest] = compared(value);
  return /^\d+$/.test(rest) ? texts.t(ISO[compare], { iso: rest }) : null;
}

function nearOf(value: string, texts: Texts): string | null {
  const distance = /^[^,]+,[^,]+,\s*([\d.]+)\s*(km|mi|m)?$/i.exec(value);
  if (!distance) return null;
  const unit = { km: 'kilometer', mi: 'mile', m: 'meter' }[(distance[2] ?? 'km').toLowerCase()];
  const style = { style: 'unit', unit: unit ?? 'kilometer', unitDisplay: 'short' } as const;
  const said = texts.number(Number(distance[1]), { ...style, maximumFractionDigits: 1 });
  return texts.t('value.near', { distance: said });
}
