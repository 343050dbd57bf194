/** Texts of selecting photos and changing many at once, in German. */
import type { selection as english } from '../en/selection';
import type { In } from '../i18n';

export const selection: In<typeof english> = {
  'tile.select': 'Auswählen: {photo}',
  'tile.selected': '{photo}, ausgewählt',
  'timeline.day.select': 'Alle vom {day} auswählen',
  'timeline.day.at': '{day}, {place}',
  'bulk.label': 'Ausgewählte Fotos',
  'bulk.close': 'Auswahl aufheben',
  'bulk.count': { one: '{count} ausgewählt', other: '{count} ausgewählt' },
  'bulk.changing': { one: '{count} Foto wird geändert …', other: '{count} Fotos werden geändert …' },
  'bulk.tag': 'Tag',
  'bulk.album': 'Album',
  'bulk.favorite': 'Favorit',
  'bulk.favorite.give': 'Als Favoriten merken',
  'bulk.favorite.take': 'Keine Favoriten mehr',
  'bulk.rating': 'Sterne',
  'bulk.rating.none': 'Keine Sterne',
  'bulk.date': 'Datum',
  'bulk.place': 'Ort',
  'bulk.export': 'Exportieren',
  'bulk.trash': 'Papierkorb',
  'bulk.restore': 'Wiederherstellen',
  'bulk.purge': 'Endgültig löschen',
  'bulk.take.out': 'Herausnehmen',
  'ask.cancel': 'Abbrechen',
  'ask.add': 'Hinzufügen',
  'ask.forget': '{label} doch nicht',
  'ask.tag': { one: 'Tag für {count} Foto', other: 'Tag für {count} Fotos' },
  'ask.album': { one: '{count} Foto in ein Album legen', other: '{count} Fotos in ein Album legen' },
  'ask.album.find': 'Album suchen oder anlegen',
  'ask.album.create': 'Album „{tag}“ anlegen',
  'ask.date': { one: 'Wann ist dieses Foto entstanden?', other: 'Wann sind diese {count} Fotos entstanden?' },
  'ask.date.lead': {
    one: 'Die Uhrzeit dort, wo es entstand. Was die Datei selbst sagt, bleibt erhalten.',
    other:
      'Die Uhrzeit dort, wo sie entstanden, eine für alle. Was die Dateien selbst sagen, bleibt erhalten.',
  },
  'ask.date.day': 'Datum',
  'ask.date.time': 'Uhrzeit',
  'ask.date.offset': 'Abstand zu UTC',
  'ask.date.offset.unknown': 'Unbekannt, oder wie +02:00',
  'ask.date.offset.hint': 'Wie +02:00, oder leer',
  'ask.date.go': 'Übernehmen',
  'actions.changed': { one: '{count} Foto: {what}.', other: '{count} Fotos: {what}.' },
  'shelf.new': 'Neues Album …',
  'selection.vanished': {
    one: 'Ein ausgewähltes Foto kam inzwischen in den Papierkorb oder heraus. Es ist nicht mehr ausgewählt.',
    other:
      '{count} ausgewählte Fotos kamen inzwischen in den Papierkorb oder heraus. Sie sind nicht mehr ausgewählt.',
  },
  'actions.trashed': {
    one: '{count} Foto liegt jetzt im Papierkorb.',
    other: '{count} Fotos liegen jetzt im Papierkorb.',
  },
  'actions.restored': { one: '{count} Foto wiederhergestellt.', other: '{count} Fotos wiederhergestellt.' },
  'actions.taken.out': {
    one: '{count} Foto aus dem Album genommen.',
    other: '{count} Fotos aus dem Album genommen.',
  },
  'actions.purged': {
    one: '{count} Original auf allen Geräten gelöscht.',
    other: '{count} Originale auf allen Geräten gelöscht.',
  },
  'actions.failed': 'Nichts wurde geändert: {reason}',
};
