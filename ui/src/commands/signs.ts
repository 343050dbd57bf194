/** Keys as they are shown: in the keyboard map, and in the tooltip of a button that does the same. */
import { t } from '../i18n/i18n';
import { KEYMAP, type CommandId } from './keymap';

/** Signs that say more than the names of keys. */
const SIGNS: Record<string, string> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  Shift: '⇧',
  '-': '−',
};

/** The keys that are held together for one step of a command. */
export function signs(step: string): string[] {
  const pieces = step.split(/(?<=.)\+(?=.)/);
  return pieces.map((piece) => {
    if (piece === 'Space') return t('keys.space');
    if (piece === 'Ctrl') return t('keys.ctrl');
    if (piece === 'Delete') return t('keys.delete');
    if (piece === 'Home') return t('keys.home');
    if (piece === 'End') return t('keys.end');
    return SIGNS[piece] ?? (piece.length === 1 ? piece.toUpperCase() : piece);
  });
}

/** "Favourite (F)": what a button does, and the key that does it. */
export function withKey(label: string, command: CommandId): string {
  const key = KEYMAP.find((entry) => entry.id === command)?.keys[0] ?? '';
  const steps = key.split(' ').map((step) => signs(step).join('+'));
  return `${label} (${steps.join(` ${t('keys.then')} `)})`;
}
