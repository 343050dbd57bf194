/** A photo's time as a form has it: the camera's wall clock in parts, and its offset where one is known. Pure. */

export interface Wall {
  /** `yyyy-mm-dd`. */
  day: string;
  /** `hh:mm` or `hh:mm:ss`. */
  time: string;
  /** `+hh:mm`, or empty where none is known. */
  offset: string;
}

export function wallOf(taken: string): Wall {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?([+-]\d{2}:\d{2}|Z)?$/.exec(taken);
  if (!match) return { day: '', time: '12:00:00', offset: '' };
  const [, day = '', time = '', offset = ''] = match;
  return { day, time, offset: offset === '-00:00' ? '' : offset.replace('Z', '+00:00') };
}

/** As the API takes it; null where a part is missing or wrong. */
export function takenOf({ day, time, offset }: Wall): string | null {
  const clock = /^\d{2}:\d{2}$/.test(time) ? `${time}:00` : time;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || !/^\d{2}:\d{2}:\d{2}$/.test(clock)) return null;
  if (offset !== '' && !/^[+-](0\d|1[0-4]):[0-5]\d$/.test(offset)) return null;
  return `${day}T${clock}${offset === '' ? '-00:00' : offset}`;
}
