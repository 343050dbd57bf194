/** Which sentence the ledger line says. Pure: what is not within reach is named, so that one knows what to switch on. */
import { texts, type Key, type Texts } from '../i18n/i18n';
import type { Ledger, Member } from '../backend/types';
import { shortName } from './device';

/** `good`: nothing to do. `waiting`: passes by itself or once a device is on. `trouble`: somebody has to act. */
export type Tone = 'good' | 'waiting' | 'trouble';

export interface LedgerLine {
  tone: Tone;
  /** The sentence with its block behind it, for the line under the photos. */
  text: string;
  /** The sentence alone. */
  sentence: string;
  /** Beginning of the newest block's hash. */
  tip: string;
  /** What to do about it; null where nothing is. */
  advice: string | null;
}

const STANDINGS = ['healing', 'superseded', 'removed', 'forked'] as const;
/** Characters of a device's name within a sentence. */
const NAME_MAX = 32;
const HASH_SHOWN = 4;
/** Within this time a device that is not behind has told its height. */
const REPORTED_MS = 5000;
/** Nobody is to give up a device sooner than this after it was last seen. */
const LOST_MIN_MS = 24 * 3_600_000;

type Said = [tone: Tone, sentence: string, advice?: string];

/** `settled` is the height that everyone within reach has had the time to report: see `Heights`. */
export function ledgerLine(ledger: Ledger, words: Texts = texts, settled = longest(ledger)): LedgerLine {
  const tip = `${ledger.tip.slice(0, HASH_SHOWN)}…`;
  const block = words.t('ledger.block', { block: ledger.height, tip });
  const [tone, sentence, advice = null] = say(ledger, words, settled);
  return { tone, sentence, tip, advice, text: words.t('ledger.line', { what: sentence, block }) };
}

/** The longest chain that is known of within reach. */
export function longest(ledger: Ledger): number {
  const heard = ledger.members.filter((member) => member.reachable).map((member) => member.height ?? 0);
  return Math.max(ownHeight(ledger), ...heard);
}

/**
 * Heights of the last seconds. Others tell theirs a moment after a block, and the device that wrote it must not say
 * each time that they are behind.
 */
export class Heights {
  private readonly seen: { at: number; height: number }[] = [];

  /** Notes the longest chain of the moment `now` and answers the one of a while ago, or the first one noted. */
  note(height: number, now: number): number {
    this.seen.push({ at: now, height });
    while (this.seen[1] && this.seen[1].at <= now - REPORTED_MS) this.seen.shift();
    return this.seen[0]?.height ?? height;
  }
}

/** True while nothing is on its way: then the ledger changes only with an event. */
export function atRest(ledger: Ledger): boolean {
  const { members, pending, standing } = ledger;
  return (
    pending === 0 && standing === 'good' && members.every((one) => !one.reachable || agrees(one, ledger))
  );
}

/** Voters that a block needs, and how many there are. */
export function majority(members: readonly Member[]): { needed: number; voters: number } {
  const voters = members.filter((member) => member.role === 'voter').length;
  return { needed: Math.floor(voters / 2) + 1, voters };
}

/** The voters without which no block can be written now; nobody, where enough are within reach. */
export function missed(members: readonly Member[]): Member[] {
  const away = members.filter((member) => member.role === 'voter' && !member.reachable);
  const { needed, voters } = majority(members);
  return voters - away.length < needed ? away : [];
}

/** Whether those without whom no block can be written may be lost: a device that was seen today is only off. */
export function mayBeLost(members: readonly Member[], now: number): boolean {
  const away = missed(members);
  const seenToday = ({ last_seen }: Member) => last_seen && now - Date.parse(last_seen) < LOST_MIN_MS;
  return away.length > 0 && !away.some(seenToday);
}

/** True where the folder was copied, moved or put back, and nobody else can tell what it may lack. */
export function isLoneCopy({ standing, members, device }: Ledger): boolean {
  return standing === 'healing' && !members.some((one) => one.role !== 'observer' && one.id !== device.id);
}

function say(ledger: Ledger, words: Texts, settled: number): Said {
  const { members, pending, quorum, standing } = ledger;
  if (isLoneCopy(ledger)) return ['trouble', words.t('ledger.copied'), words.t('ledger.copied.advice')];
  if (standing !== 'good') return sayStanding(standing, words);
  const coming = ledger.coming ?? 0;
  if (ledger.restored) {
    const what = coming > 0 ? words.t('ledger.coming', { count: coming }) : words.t('ledger.restored');
    return [coming > 0 ? 'waiting' : 'good', what, words.t('restored.note')];
  }
  const reachable = members.filter((member) => member.reachable);
  const counts = { count: reachable.length, total: members.length };
  if (!quorum) {
    const missing = awaited(members, words);
    const advice = words.t('ledger.advice.quorum', { devices: missing });
    if (pending > 0)
      return ['waiting', words.t('ledger.waiting', { count: pending, devices: missing }), advice];
    return ['waiting', words.t('ledger.reach', counts), advice];
  }
  const other = reachable.find((member) => differs(member, ledger));
  if (other) {
    const what = words.t('ledger.differ', { device: spoken(other, words), block: other.height ?? 0 });
    return ['trouble', what, words.t('ledger.forked.advice')];
  }
  if (pending > 0) return ['waiting', words.t('ledger.pending', { count: pending })];
  const behind = sayBehind(ledger, reachable, words, settled);
  if (behind) return behind;
  if (ledger.proving) {
    const { height, of } = ledger.proving;
    return ['waiting', words.t('ledger.proving', { block: height, top: of })];
  }
  if (coming > 0) return ['waiting', words.t('ledger.coming', { count: coming })];
  if (members.length === 1) return ['good', words.t('ledger.one')];
  // Enough of them, so nothing is to be done; yet nobody vouches for those that are away.
  if (reachable.length < members.length) return ['waiting', words.t('ledger.reach', counts)];
  if (members.length === 2) return ['good', words.t('ledger.agree.both')];
  return ['good', words.t('ledger.agree', { count: members.length })];
}

function sayStanding(standing: string, words: Texts): Said {
  const known = STANDINGS.find((one) => one === standing);
  if (!known) return ['trouble', words.t('ledger.other', { standing })];
  const sentence: Key = `ledger.${known}`;
  const advice: Key = `ledger.${known}.advice`;
  return [known === 'healing' ? 'waiting' : 'trouble', words.t(sentence), words.t(advice)];
}

function sayBehind(ledger: Ledger, reachable: readonly Member[], words: Texts, settled: number): Said | null {
  const own = ownHeight(ledger);
  if (own < settled) return ['waiting', words.t('ledger.catching.up', { block: own, top: longest(ledger) })];
  const late = reachable.filter((member) => (member.height ?? settled) < settled);
  const [first] = late;
  if (!first) return null;
  if (late.length > 1) return ['waiting', words.t('ledger.late.more', { count: late.length })];
  return ['waiting', words.t('ledger.late', { device: spoken(first, words) })];
}

/** Who has to come within reach before a block can be written, in as few words as are true. */
function awaited(members: readonly Member[], words: Texts): string {
  const voters = members.filter((member) => member.role === 'voter');
  const away = voters.filter((member) => !member.reachable);
  const missing = majority(members).needed - (voters.length - away.length);
  if (away.length > 2 || away.length === 0) return words.t('ledger.more', { count: Math.max(1, missing) });
  const names = away.map((member) => spoken(member, words));
  return words.list(names, missing < away.length ? 'disjunction' : 'conjunction');
}

/** This device's own height as of the same moment as the others': blocks may have come since. */
function ownHeight(ledger: Ledger): number {
  const own = ledger.members.find((member) => member.id === ledger.device.id);
  return own?.height ?? ledger.height;
}

function agrees(member: Member, ledger: Ledger): boolean {
  return (member.height ?? ownHeight(ledger)) === ownHeight(ledger) && !differs(member, ledger);
}

/** Two chains of one height are one chain, or something is badly wrong. */
function differs(member: Member, ledger: Ledger): boolean {
  const own = ledger.members.find((one) => one.id === ledger.device.id);
  if (!own?.tip || !member.tip) return false;
  return member.height === own.height && member.tip !== own.tip;
}

/** A name that keeps its own direction within the sentence. */
function spoken(member: Member, words: Texts): string {
  return words.isolated(shortName(member.name, NAME_MAX));
}
