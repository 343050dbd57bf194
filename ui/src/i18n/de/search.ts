/** Texts of search, in German. */
import type { search as english } from '../en/search';
import type { In } from '../i18n';

export const search: In<typeof english> = {
  'search.label': 'Fotos suchen',
  'search.hint': 'Namen, Tags, Beschreibungen, Kameras, Daten suchen',
  'search.clear': 'Suche leeren',
  'search.summary': '{photos} · {time}',
  'search.busy': 'Suche läuft …',
  'search.empty': 'Kein Foto passt dazu',
  'search.empty.hint':
    'Weniger Wörter finden mehr. Versuchen Sie ein Tag, eine Kamera oder ein Jahr, etwa taken:2019.',
  'search.wrong': 'Diese Suche ist nicht zu verstehen',
  'search.failed': 'Die Suche ist fehlgeschlagen: {reason}',
  'search.results': 'Suchergebnisse',
};
