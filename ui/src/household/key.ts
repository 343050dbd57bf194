/** The recovery key as text: as a person reads it from paper, and as it is named as a file. Pure. */

const GROUP = 8;
const BEGINNING = 'kinfolio-key1';
/** More than a file with a key has. */
export const KEY_FILE_BYTES_MAX = 4096;

/** In groups that are easy to compare with a sheet of paper; the beginning, which all keys share, apart. */
export function grouped(key: string): string[] {
  const rest = key.startsWith(BEGINNING) ? key.slice(BEGINNING.length) : key;
  const groups = rest.match(new RegExp(`.{1,${GROUP}}`, 'g')) ?? [];
  return rest === key ? groups : [BEGINNING, ...groups];
}

/** Without what no file system takes. */
export function fileName(what: string, household: string): string {
  const name = `${what} ${household}`.replace(/[\\/:*?"<>|\s\p{C}]+/gu, ' ').trim();
  return `${name.slice(0, 100)}.txt`;
}

/** The key in what was pasted or read from a file. */
export function pastedKey(text: string): string {
  return text.replace(/[\s\u200b-\u200d\u2060\ufeff]+/gu, '');
}

export function looksLikeKey(key: string): boolean {
  return key.toLowerCase().startsWith(BEGINNING);
}
