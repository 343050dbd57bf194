/** The query language as the memory backend has it: the whole grammar, with values read less strictly. */
import { BackendError } from './backend';
import type { Bounds, Photo } from './types';

type Test = (photo: Photo) => boolean;

const FIELDS = [
  'tag',
  'album',
  'person',
  'place',
  'camera',
  'lens',
  'folder',
  'iso',
  'rating',
  'taken',
  'near',
  'in',
  'has',
  'is',
  'type',
  'device',
];
/** Parentheses, `OR`, and words, quoted or not, with a field or without. */
const PIECE = /\s+|[()]|-?(?:[^\s():"]+:)?(?:"(?:\\.|[^"\\])*"?|[^\s()"]+)|[^]/g;

interface Piece {
  text: string;
  at: number;
}

/** What a query asks of a photo; throws where and why it is wrong. */
export function compiled(query: string): Test {
  const pieces: Piece[] = [...query.matchAll(PIECE)]
    .map(({ 0: text, index }) => ({ text, at: [...query.slice(0, index)].length }))
    .filter(({ text }) => text.trim() !== '');
  const reader = { pieces, next: 0, end: [...query].length };
  const test = either(reader);
  const left = reader.pieces[reader.next];
  if (left) throw wrong(left.at, 'this `)` closes nothing; remove it or put a `(` before');
  return test;
}

interface Reader {
  pieces: Piece[];
  next: number;
  end: number;
}

function either(reader: Reader): Test {
  const tests = [every(reader)];
  for (let or = reader.pieces[reader.next]; or?.text === 'OR'; or = reader.pieces[reader.next]) {
    reader.next += 1;
    const right = reader.pieces[reader.next]?.text;
    if (right === undefined || right === ')') throw wrong(or.at, '`OR` needs something on its right');
    tests.push(every(reader));
  }
  return (photo) => tests.some((test) => test(photo));
}

function every(reader: Reader): Test {
  const tests: Test[] = [];
  for (let piece = reader.pieces[reader.next]; piece; piece = reader.pieces[reader.next]) {
    if (piece.text === ')' || piece.text === 'OR') break;
    reader.next += 1;
    tests.push(one(reader, piece));
  }
  return (photo) => tests.every((test) => test(photo));
}

function one(reader: Reader, piece: Piece): Test {
  if (piece.text === '-') {
    const after = reader.pieces[reader.next];
    if (!after) throw wrong(piece.at, '`-` must stand right before what it leaves out');
    reader.next += 1;
    const inner = one(reader, after);
    return (photo) => !inner(photo);
  }
  if (piece.text.startsWith('-')) {
    const inner = one(reader, { text: piece.text.slice(1), at: piece.at + 1 });
    return (photo) => !inner(photo);
  }
  if (piece.text !== '(') return termTest(piece);
  const inner = either(reader);
  if (reader.pieces[reader.next]?.text !== ')') throw wrong(piece.at, 'this `(` is not closed; add a `)`');
  reader.next += 1;
  return inner;
}

function termTest({ text, at }: Piece): Test {
  const [, name, rest = ''] = /^([^":]+):([^]*)$/.exec(text) ?? [null, undefined, text];
  const value = rest.replace(/^"|"$/g, '').replace(/\\(.)/g, '$1').toLowerCase();
  if (name === undefined) return (photo) => textsOf(photo).some((one) => one.toLowerCase().includes(value));
  const field = name.toLowerCase();
  const own = field.startsWith('field.') ? field.slice(6) : null;
  if (own === null && !FIELDS.includes(field)) throw wrong(at, `there is no field \`${name}\``);
  if (value === '') throw wrong(at + name.length + 1, `a value is missing after \`${name}:\``);
  const has = (names: readonly (string | null | undefined)[]) =>
    names.some((one) => one?.toLowerCase().includes(value) ?? false);
  if (own !== null)
    return ({ fields }) =>
      Object.entries(fields).some(
        ([key, held]) => key.toLowerCase() === own && (value === '*' || has([held])),
      );
  const numbers =
    field === 'iso' || field === 'rating' ? numberTest(value, at + name.length + 1) : () => false;
  const times = field === 'taken' ? timeTest(value, at + name.length + 1) : () => false;
  return (photo) => {
    const tests: Record<string, () => boolean> = {
      tag: () =>
        photo.tags.some((tag) => tag.toLowerCase() === value || tag.toLowerCase().startsWith(`${value}/`)),
      album: () => photo.albums.some((album) => album.toLowerCase() === value),
      person: () => has(photo.people),
      place: () => has([photo.place]),
      camera: () => has([photo.camera]),
      lens: () => has([photo.lens]),
      folder: () => has([photo.folder]),
      iso: () => numbers(photo.exposure.iso ?? -1),
      rating: () => numbers(photo.rating),
      taken: () => times(photo.taken_at),
      near: () => near(photo, value),
      in: () => inside(photo, value.split(',').map(Number) as Bounds),
      has: () => flag(photo, value, 'has'),
      is: () => flag(photo, value, 'is'),
      type: () => photo.kind === value || photo.mime.includes(value),
      device: () => photo.added_by.startsWith(value),
    };
    return tests[field]?.() ?? false;
  };
}

export function inside({ position }: Photo, [south, west, north, east]: Bounds): boolean {
  if (!position) return false;
  const [lat = 0, lon = 0] = position;
  const across = west <= east ? lon >= west && lon <= east : lon >= west || lon <= east;
  return lat >= south && lat <= north && across;
}

function near({ position }: Photo, value: string): boolean {
  const [lat = 0, lon = 0, km = 0] = value.split(',').map(parseFloat);
  if (!position) return false;
  const degrees = Math.hypot(
    (position[0] ?? 0) - lat,
    ((position[1] ?? 0) - lon) * Math.cos((lat * Math.PI) / 180),
  );
  return degrees * 111.2 <= km;
}

function flag(photo: Photo, value: string, field: 'has' | 'is'): boolean {
  const flags: Record<string, boolean> = {
    'has:gps': Boolean(photo.position),
    'has:caption': photo.caption !== '',
    'has:tags': photo.tags.length > 0,
    'has:albums': photo.albums.length > 0,
    'has:people': photo.people.length > 0,
    'has:conflict': photo.conflicts.length > 0,
    'is:video': photo.kind === 'video',
    'is:favorite': photo.favorite,
    'is:trashed': photo.trashed,
    'is:pending': photo.state === 'pending',
  };
  return flags[`${field}:${value}`] ?? false;
}

function numberTest(value: string, at: number): (number: number) => boolean {
  const match = /^(?:(\d+)\.\.(\d+)|([<>]=?)?(\d+))$/.exec(value);
  if (!match) throw wrong(at, `\`${value}\` is not a whole number`);
  const [, from, to, compare = '', bound] = match;
  if (from !== undefined) return (number) => number >= Number(from) && number <= Number(to);
  return (number) => {
    if (number < 0) return false;
    if (compare === '') return number === Number(bound);
    const side = Math.sign(number - Number(bound));
    return (compare.endsWith('=') && side === 0) || side === (compare.startsWith('<') ? -1 : 1);
  };
}

function timeTest(value: string, at: number): (taken: string) => boolean {
  const match = /^(?:(\d{4}[\d-]*)\.\.(\d{4}[\d-]*)|([<>]=?)?(\d{4}[\d-]*))$/.exec(value);
  if (!match) throw wrong(at, `\`${value}\` is not a date; write 2019, 2019-07, 2019-07-14`);
  const [, from = '', to = '', compare = '', period = ''] = match;
  const side = (taken: string, bound: string) => {
    const start = taken.slice(0, bound.length);
    return start < bound ? -1 : start > bound ? 1 : 0;
  };
  if (from !== '') return (taken) => side(taken, from) >= 0 && side(taken, to) <= 0;
  return (taken) => {
    const where = side(taken, period);
    if (compare === '') return where === 0;
    return (compare.endsWith('=') && where === 0) || where === (compare.startsWith('<') ? -1 : 1);
  };
}

function textsOf(photo: Photo): string[] {
  const { name, caption, camera, place, tags, albums, people } = photo;
  return [name, caption, camera ?? '', place ?? '', ...tags, ...albums, ...people];
}

function wrong(at: number, message: string): BackendError {
  return new BackendError('bad_query', message, { status: 400, at });
}
