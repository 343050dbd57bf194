/** Texts of photos that look alike, in German. */
import type { alike as english } from '../en/alike';
import type { In } from '../i18n';

export const alike: In<typeof english> = {
  'alike.lead':
    'Was behalten wird, bekommt Tags, Alben, Personen und die meisten Sterne der anderen; diese kommen in den Papierkorb.',
  'alike.note': { one: '{count} Gruppe', other: '{count} Gruppen' },
  'alike.group': { one: '{count} Foto', other: '{count} Fotos' },
  'alike.plan': {
    one: 'Eines bleibt, {count} kommt in den Papierkorb',
    other: 'Eines bleibt, {count} kommen in den Papierkorb',
  },
  'alike.keep': 'Dieses behalten',
  'alike.hide': 'Nicht dasselbe',
  'alike.hide.hint': 'Diese Gruppe auf diesem Gerät nicht mehr zeigen',
  'alike.hidden': 'Diese Gruppe wird auf diesem Gerät nicht mehr gezeigt.',
  'alike.done': {
    one: 'Eines behalten, {count} Foto in den Papierkorb gelegt.',
    other: 'Eines behalten, {count} Fotos in den Papierkorb gelegt.',
  },
  'alike.choose': 'Welches behalten wird',
  'alike.choose.one': '{name} behalten',
  'alike.best': 'Behalten',
  'alike.kept': 'Dieses wird behalten',
  'alike.leave': 'So lassen',
  'alike.leave.one': '{name} so lassen, wie es ist',
  'alike.compare': '{name} vergleichen',
  'alike.compare.title': '{count} Fotos vergleichen',
  'alike.compare.keys': 'Pfeiltasten wechseln das rechte Foto, + und − vergrößern beide.',
  'alike.compare.previous': 'Voriges Foto rechts',
  'alike.compare.next': 'Nächstes Foto rechts',
  'alike.compare.place': '{at} von {count}',
  'alike.compare.choose': 'Lieber dieses behalten',
  'alike.fact.pixels': 'Pixel',
  'alike.fact.size': 'Größe der Datei',
  'alike.fact.taken': 'Aufgenommen',
  'alike.fact.rating': 'Sterne',
  'alike.fact.tags': 'Tags',
  'alike.tags': { one: '{count} Tag', other: '{count} Tags' },
  'alike.most': 'am meisten',
  'alike.unknown': 'Größe unbekannt',
  'alike.more': 'Weitere kommen …',
  'alike.failed': 'Was sich ähnelt, konnte nicht gelesen werden',
  'alike.empty': 'Nichts ähnelt sich',
  'alike.empty.lead':
    'Fotos, die dasselbe zeigen, etwa kleinere Kopien oder mehrere Versuche, erscheinen hier, um das beste davon zu behalten.',
};
