/** What an album or a tag can be called, and what else is called so: pure. */
import type { Counted } from '../backend/types';

/** As many characters as a name has at most, and parts of a tag's. */
export const NAME_MAX = 200;
const PARTS_MAX = 16;

export type NameList = 'albums' | 'tags';
export type NameFault = 'empty' | 'long' | 'part' | 'deep';

/** A name without what nobody means: spaces at its ends, and around the parts of a tag. */
export function tidied(list: NameList, name: string): string {
  const whole = name.trim().normalize('NFC');
  if (list === 'albums') return whole;
  return whole
    .split('/')
    .map((part) => part.trim())
    .join('/');
}

/** Why a tidied name cannot be; null where it can. */
export function faultOf(list: NameList, name: string): NameFault | null {
  if (name === '') return 'empty';
  if ([...name].length > NAME_MAX) return 'long';
  if (list === 'albums') return null;
  const parts = name.split('/');
  if (parts.includes('')) return 'part';
  return parts.length > PARTS_MAX ? 'deep' : null;
}

/**
 * The label that a search could not tell from `name`, in another case or with other accents say; a label may be
 * called anew what it is called but for that.
 */
export function twinOf(name: string, known: readonly Counted[], from: string | null): Counted | null {
  const folded = fold(name);
  const twins = known.filter((one) => one.name !== from && fold(one.name) === folded);
  return twins.find((one) => one.name === name) ?? twins[0] ?? null;
}

function fold(name: string): string {
  return name.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase();
}
