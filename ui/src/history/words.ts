/** Changes, values and what came of an undo as short texts. */
import type { Change, Label, Undone, Written } from '../backend/types';
import { t, texts, type Key } from '../i18n/i18n';
import { position } from '../viewer/facts';

const FIELDS = ['caption', 'rating', 'favorite', 'taken_at', 'position', 'trash'] as const;

type Field = (typeof FIELDS)[number];

/** "tags added: beach · rating: 4 stars" */
export function changeLine(change: Change): string {
  const parts: string[] = [];
  const lists: [string[] | undefined, (names: string) => string][] = [
    [change.add_tags, (tags) => t('change.tags.add', { tags })],
    [change.remove_tags, (tags) => t('change.tags.remove', { tags })],
    [change.add_albums, (albums) => t('change.albums.add', { albums })],
    [change.remove_albums, (albums) => t('change.albums.remove', { albums })],
    [change.add_people, (people) => t('change.people.add', { people })],
    [change.remove_people, (people) => t('change.people.remove', { people })],
  ];
  for (const [names, line] of lists) if (names?.length) parts.push(line(names.join(', ')));
  for (const field of FIELDS) {
    if (!(field in change)) continue;
    if (field === 'favorite' || field === 'trash')
      parts.push(t(change[field] === true ? `change.${field}` : `change.${field}.not`));
    else parts.push(t('change.field', { field: fieldName(field), value: valueText(field, change[field]) }));
  }
  for (const [field, value] of Object.entries(change.fields ?? {}))
    parts.push(t('change.field', { field, value: valueText(field, value) }));
  return parts.join(' · ');
}

/** What became of a label: "Tag “beach” is called “sea”". */
export function labelLine({ list, from, to }: Label): string {
  const kind = t(LISTS[list] ?? 'label.tag');
  if (typeof from !== 'string') return t('label.made', { kind, to: to ?? '' });
  return typeof to !== 'string' ? t('label.removed', { kind, from }) : t('label.renamed', { kind, from, to });
}

const LISTS: Record<string, Key> = { tag: 'label.tag', album: 'label.album', person: 'label.person' };

/** The name of a field of a change; a field that this version does not know is called as the API calls it. */
export function fieldName(field: string): string {
  return isField(field) ? t(`field.${field}` satisfies Key) : field.replace(/^fields\./, '');
}

/** A field's value as it stands in a change. */
export function valueText(field: string, value: unknown): string {
  if (field === 'favorite') return t(value === true ? 'value.favorite' : 'value.favorite.not');
  if (field === 'trash') return t(value === true ? 'value.trash' : 'value.trash.not');
  if (field === 'rating' && typeof value === 'number' && value > 0) return t('value.stars', { count: value });
  if (field === 'taken_at' && typeof value === 'string')
    return texts.date(value, { dateStyle: 'long', timeStyle: 'medium' });
  if (field === 'position' && Array.isArray(value)) return position(value as number[]);
  if (typeof value === 'string' && value !== '') return t('value.text', { text: value });
  return t('value.none');
}

/** The name of the device that wrote something, or the beginning of its id. */
export function deviceName(by: Pick<Written, 'device' | 'device_name'>): string {
  return by.device_name ?? by.device.slice(0, 8);
}

/** What an undo came to, for a notice. */
export function undoneLine(done: Undone): string {
  const { undone, skipped, change, label } = done;
  const lines: string[] = [];
  if (label) lines.push(t('undo.label', { what: labelLine(label) }));
  else if (undone === 0) lines.push(t('undo.none'));
  else if (change) lines.push(t('undo.done', { count: undone, what: changeLine(change) }));
  else lines.push(t('undo.added', { count: undone }));
  if (undone > 0 && skipped > 0) lines.push(t('undo.skipped', { count: skipped }));
  if (done.state === 'pending') lines.push(t('undo.waits'));
  return lines.join(' ');
}

function isField(field: string): field is Field {
  return (FIELDS as readonly string[]).includes(field);
}
