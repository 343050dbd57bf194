/** A position as people write it: decimal degrees, or degrees, minutes and seconds, with or without letters. Pure. */
import type { Key } from '../i18n/i18n';

export type Parsed = { position: [number, number] } | { fault: Key };

/** One number with its minutes and seconds… */
const NUMBER =
  /([-+−]?\d+(?:\.\d+)?)\s*(?:°|º|deg)?\s*(?:(\d+(?:\.\d+)?)\s*[′'’](?!')\s*)?(?:(\d+(?:\.\d+)?)\s*(?:″|"|”|'')\s*)?/;
/** …and a letter before it, or else after it. */
const PART = new RegExp(`([NSEWO])\\s*${NUMBER.source}|${NUMBER.source}([NSEWO](?![A-Z]))?`, 'gi');

interface Part {
  degrees: number;
  letter: string;
}

/** Reads `48.8584, 2.2945`, `48,8584 2,2945`, `N 48.86 E 2.29`, `48° 51′ 30″ N, 2° 17′ 40″ E`. `O` is the German east. */
export function parsePosition(text: string): Parsed {
  const plain = withPoints(text.trim());
  const parts: Part[] = [];
  const rest = plain.replace(PART, (_whole, ...found: (string | undefined)[]) => {
    const [before, degrees, minutes, seconds] = found;
    const [plainDegrees, plainMinutes, plainSeconds, after] = found.slice(4);
    if (before) parts.push(partOf(before, degrees, minutes, seconds));
    else parts.push(partOf(after, plainDegrees, plainMinutes, plainSeconds));
    return '';
  });
  if (parts.length !== 2 || /[^\s,;/()]/.test(rest)) return { fault: 'place.fault.form' };
  if (parts.some(({ degrees }) => Number.isNaN(degrees))) return { fault: 'place.fault.minutes' };
  const [first, second] = parts as [Part, Part];
  const eastFirst = /[EW]/.test(first.letter) || /[NS]/.test(second.letter);
  const [lat, lon] = eastFirst ? [second, first] : [first, second];
  if (/[EW]/.test(lat.letter) || /[NS]/.test(lon.letter)) return { fault: 'place.fault.letters' };
  if (Math.abs(lat.degrees) > 90) return { fault: 'place.fault.latitude' };
  if (Math.abs(lon.degrees) > 180) return { fault: 'place.fault.longitude' };
  return { position: [lat.degrees, lon.degrees] };
}

/** As `parsePosition` reads it again, for a field: five digits are a metre. */
export function writePosition([lat, lon]: readonly number[]): string {
  return [lat, lon].map((degrees) => (degrees ?? 0).toFixed(5)).join(', ');
}

function partOf(letter = '', degrees = '', minutes = '0', seconds = '0'): Part {
  const whole = Number(degrees.replace('−', '-'));
  const named = letter.toUpperCase().replace('O', 'E');
  if (Number(minutes) >= 60 || Number(seconds) >= 60) return { degrees: NaN, letter: named };
  const size = Math.abs(whole) + Number(minutes) / 60 + Number(seconds) / 3600;
  const negative = /^[-−]/.test(degrees) !== /[SW]/.test(named);
  return { degrees: negative ? -size : size, letter: named };
}

/** A comma between digits is a decimal comma where the numbers are parted by something else. */
function withPoints(text: string): string {
  const decimal = /\d,\d/.test(text) && !text.includes('.') && /\d,\d+\D*[\s;]+\D*\d+,\d/.test(text);
  return decimal ? text.replace(/(\d),(\d)/g, '$1.$2') : text;
}
