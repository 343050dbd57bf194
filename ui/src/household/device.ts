/** What a card says about its device. Pure: the moment is given. */
import type { Member } from '../backend/types';
import { texts, type Texts } from '../i18n/i18n';

export type Presence = 'here' | 'online' | 'away';
/** Against the longest chain that this device knows of; `unheard` before a device has said anything. */
export type Progress = { is: 'current' } | { is: 'behind'; blocks: number } | { is: 'unheard' };

/** As many as the ledger takes. */
export const NAME_CHARS_MAX = 100;
/** More can be typed, so that nothing is cut off unseen. */
export const NAME_TYPED_MAX = 400;

/** As the library counts it. */
export function isTooLong(name: string): boolean {
  return [...name.trim()].length > NAME_CHARS_MAX;
}

/** Less than this long ago is "just now". */
const JUST_NOW_S = 45;
const UNITS = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['week', 7 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

const CLOCK_UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** This device first, the others by name, so that no card moves when one comes or goes. */
export function inOrder(members: readonly Member[], here: string): Member[] {
  return [...members].sort((a, b) => {
    if (a.id === here || b.id === here) return a.id === here ? -1 : 1;
    return a.name.localeCompare(b.name) || a.id.localeCompare(b.id);
  });
}

export function presence(member: Member, here: string): Presence {
  if (member.id === here) return 'here';
  return member.reachable ? 'online' : 'away';
}

/** `settled` is a height that each device has had the time to report. */
export function progress(member: Member, members: readonly Member[], settled = Infinity): Progress {
  if (member.height === null || member.height === undefined) return { is: 'unheard' };
  const top = Math.max(...members.map((one) => one.height ?? 0));
  return member.height < Math.min(top, settled)
    ? { is: 'behind', blocks: top - member.height }
    : { is: 'current' };
}

/** Whether the household would be without a voter if this device were gone or only observed. */
export function isLastVoter(member: Member, members: readonly Member[]): boolean {
  return !members.some((one) => one.id !== member.id && one.role === 'voter');
}

/** So little room is left on its disk that somebody should see to it. */
const TIGHT_BYTES = 5_000_000_000;

export function isTight(member: Member): boolean {
  return (member.free_bytes ?? Infinity) < TIGHT_BYTES;
}

/** "3 hours ago"; a clock that runs behind the other device's says "just now". */
export function ago(then: string, now: number, words: Texts = texts): string {
  const seconds = (now - Date.parse(then)) / 1000;
  if (Number.isNaN(seconds)) return then;
  for (const [unit, length] of UNITS) {
    if (seconds >= length) return words.ago(Math.floor(seconds / length), unit);
  }
  return seconds < JUST_NOW_S ? words.t('device.now') : words.ago(1, 'minute');
}

/** That nothing is heard of a device for long, and what follows; null while there is nothing to say. */
export function silence(member: Member, words: Texts = texts): string | null {
  if (member.pruned) {
    return member.last_seen
      ? words.t('device.silent.over', { date: day(member.last_seen, words) })
      : words.t('device.silent.over.long');
  }
  const count = Math.floor(member.silent_seconds / 86_400);
  if (count === 0) return null;
  return member.prune_at
    ? words.t('device.silent.until', { count, date: day(member.prune_at, words) })
    : words.t('device.silent', { count });
}

/** That its clock differs from the others', and by how much; null while it does not. */
export function clock(member: Member, words: Texts = texts): string | null {
  const ahead = member.clock_ahead_seconds ?? 0;
  if (ahead === 0) return null;
  const seconds = Math.abs(ahead);
  const [unit, length] = CLOCK_UNITS.find(([, length]) => seconds >= 2 * length) ?? CLOCK_UNITS[2];
  const far = words.unit(Math.round(seconds / length), unit);
  return words.t(ahead > 0 ? 'device.clock.ahead' : 'device.clock.behind', { far });
}

/** The day of a moment by this computer's calendar. */
function day(moment: string, words: Texts): string {
  const at = new Date(moment);
  const two = (number: number) => String(number).padStart(2, '0');
  const wall = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return words.date(wall, { dateStyle: 'long' });
}

/** Cuts between characters as people see them: an emoji of a family is one. */
export function shortName(name: string, max: number): string {
  if (name.length <= max) return name;
  const characters = [...new Intl.Segmenter().segment(name)].map((part) => part.segment);
  return characters.length <= max
    ? name
    : `${characters
        .slice(0, max - 1)
        .join('')
        .trimEnd()}…`;
}

/** How far back "recent" reaches when it is chosen here, in days. */
export const RECENT_DAYS = 90;

/** Which originals a device keeps, without the number of days. */
export function placed(placement: string): 'all' | 'recent' | 'on-demand' {
  if (placement.startsWith('recent')) return 'recent';
  return placement === 'on-demand' ? 'on-demand' : 'all';
}
