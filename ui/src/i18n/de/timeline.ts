/** Texts of the timeline, in German. */
import type { timeline as english } from '../en/timeline';
import type { In } from '../i18n';

export const timeline: In<typeof english> = {
  'timeline.label': 'Fotos nach Datum',
  'timeline.failed': 'Die Zeitleiste konnte nicht geladen werden: {reason}',
  'scrubber.label': 'Durch die Zeit bewegen',
  'tile.photo': 'Foto, {date}',
  'tile.raw': 'Kamera-RAW, {date}',
  'tile.video': 'Video, {date}',
  'tile.file': '{type} {name}, {date}',
  'tile.plain': '{type} {name}, {photo}',
  'tile.file.unnamed': 'Datei, {date}',
  'tile.marked': '{photo}, {mark}',
  'tile.waits': 'noch nicht im Register',
  'tile.pending': 'Wartet darauf, ins Register geschrieben zu werden',
  'burst.closed': '{photo}. Eine Serie aus {count} Fotos: S öffnet sie',
  'burst.opened': '{photo}. Teil einer Serie aus {count} Fotos: S schließt sie',
  'burst.open': 'Serie aus {count} Fotos öffnen (S)',
  'burst.close': 'Serie aus {count} Fotos schließen (S)',
};
