/** Fields of the household's own: what they can be called and what there can be to choose from. Pure. */
import type { OwnField } from '../backend/types';

export const FIELD_NAME_MAX = 40;
export const CHOICES_MAX = 100;

export const FIELD_TYPES = ['text', 'number', 'date', 'choice'] as const;

export type FieldFault = 'name' | 'alike' | 'choices' | 'many' | 'twice';

/** The choices of a field as they are written, one a line. */
export function choicesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Why a field cannot be; null where it can. `known`: the other fields there are. */
export function fieldFault(field: OwnField, known: readonly OwnField[]): FieldFault | null {
  const { name, type, choices = [] } = field;
  if (!/^[\p{L}\p{N}_-]+$/u.test(name) || [...name].length > FIELD_NAME_MAX) return 'name';
  if (known.some((other) => fold(other.name) === fold(name))) return 'alike';
  if (type !== 'choice') return null;
  if (choices.length === 0) return 'choices';
  if (choices.length > CHOICES_MAX) return 'many';
  return new Set(choices).size < choices.length ? 'twice' : null;
}

function fold(name: string): string {
  return name.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase();
}
