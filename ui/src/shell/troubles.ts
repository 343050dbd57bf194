/** What of the household needs somebody's care, in words: pure. */
import type { Ledger, Member } from '../backend/types';
import { clock, shortName, silence } from '../household/device';
import { ledgerLine } from '../household/ledger';
import type { Texts } from '../i18n/i18n';

export interface Trouble {
  /** The same as long as it lasts. */
  key: string;
  title: string;
  body: string;
}

/** Characters of a device's name in a title. */
const NAME_MAX = 40;

export function troubles(ledger: Ledger, words: Texts): Trouble[] {
  const found = ledger.members.flatMap((member) => ofDevice(member, words));
  const line = ledgerLine(ledger, words);
  if (line.tone === 'trouble') {
    const body = line.advice === null ? line.sentence : `${line.sentence}. ${line.advice}`;
    found.push({ key: `ledger:${ledger.standing}`, title: words.t('notice.ledger'), body });
  }
  return found;
}

function ofDevice(member: Member, words: Texts): Trouble[] {
  const device = words.isolated(shortName(member.name, NAME_MAX));
  const said: [string, string, string | null][] = [
    ['full', words.t('notice.full', { device }), member.disk_full ? words.t('device.full') : null],
    ['clock', words.t('notice.clock', { device }), clock(member, words)],
    ['silent', words.t('notice.silent', { device }), silence(member, words)],
    ['trouble', words.t('notice.device', { device }), member.trouble ?? null],
  ];
  return said.flatMap(([kind, title, body]) =>
    body === null ? [] : [{ key: `${kind}:${member.id}`, title, body }],
  );
}

/** Those that nobody was told of yet, and all that last: what is over counts as new when it comes again. */
export function news(now: readonly Trouble[], told: readonly string[]): { fresh: Trouble[]; told: string[] } {
  return {
    fresh: now.filter(({ key }) => !told.includes(key)),
    told: now.map(({ key }) => key),
  };
}
