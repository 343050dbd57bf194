/** The words of the query language, as far as the box knows them: its fields, and values that can be offered. Pure. */

/** The fields there are, in the order in which they are offered; the household's own come as `field.NAME`. */
export const FIELDS = [
  'tag',
  'album',
  'person',
  'place',
  'camera',
  'lens',
  'taken',
  'rating',
  'is',
  'has',
  'type',
  'near',
  'in',
  'iso',
  'folder',
  'device',
] as const;

export type Field = (typeof FIELDS)[number];

/** What may stand in a field whose values are few, or are usually these. */
export const VALUES: Partial<Record<Field, readonly string[]>> = {
  has: ['gps', 'people', 'tags', 'albums', 'caption', 'conflict'],
  is: ['favorite', 'video', 'duplicate', 'pending', 'trashed'],
  type: ['photo', 'raw', 'video', 'file', 'jpeg', 'heic', 'png'],
  rating: ['5', '>=4', '>=3', '0'],
  iso: ['<=200', '>=800', '>=3200'],
};

export function fieldOf(name: string): Field | null {
  const wanted = name.toLowerCase();
  return FIELDS.find((field) => field === wanted) ?? null;
}

/** The household's own field of this name, as in `field.box:attic`; null where it is none. */
export function ownFieldOf(name: string): string | null {
  return /^field\../i.test(name) ? name.slice('field.'.length) : null;
}

/** Whether a value is only the beginning of a known one; numbers mean something whatever may come behind them. */
export function isBeginning(name: string, value: string): boolean {
  const field = fieldOf(name);
  const values = (field && VALUES[field]) ?? [];
  const wanted = value.toLowerCase();
  return !/\d/.test(value) && !values.includes(wanted) && values.some((one) => one.startsWith(wanted));
}
