/** Texts of importing, in German. */
import type { importing as english } from '../en/import';
import type { In } from '../i18n';

export const importing: In<typeof english> = {
  'import.button': 'Importieren',
  'import.folder': 'Ordner wählen …',
  'import.files': 'Dateien wählen …',
  'import.folder.title': 'Einen Ordner mit Fotos wählen',
  'import.files.title': 'Fotos wählen',
  'import.drop': {
    one: 'Loslassen, um {count} Objekt zu importieren',
    other: 'Loslassen, um {count} Objekte zu importieren',
  },
  'import.drop.unknown': 'Loslassen zum Importieren',
  'import.drop.where': 'Wird in {household} auf {device} kopiert. Die Originale bleiben, wo sie sind.',
  'import.panel': 'Import',
  'import.scanning': 'Fotos werden gesucht …',
  'import.running': { one: 'Noch {count}', other: 'Noch {count}' },
  'import.done': 'Import abgeschlossen',
  'import.cancelled': 'Import abgebrochen',
  'import.cancelled.kept': 'Was bis dahin importiert war, bleibt erhalten.',
  'import.failed': 'Import angehalten',
  'import.processed': '{processed} von {found}',
  'import.speed': '{speed} pro Sekunde',
  'import.left': 'noch {time}',
  'import.minimise': 'Minimieren',
  'import.restore': { one: 'Import zeigen, {count} abgelehnt', other: 'Import zeigen, {count} abgelehnt' },
  'import.cancel': 'Abbrechen',
  'import.tab.added': 'Neu',
  'import.tab.duplicate': 'Doppelt',
  'import.tab.rejected': 'Abgelehnt',
  'import.added.text': {
    one: '{count} Datei ist neu in der Bibliothek.',
    other: '{count} Dateien sind neu in der Bibliothek.',
  },
  'import.added.later': 'Ihre Bilder erscheinen hier, sobald der Import fertig ist.',
  'import.duplicate.text': {
    one: '{count} Datei war schon in der Bibliothek, Byte für Byte.',
    other: '{count} Dateien waren schon in der Bibliothek, Byte für Byte.',
  },
  'import.duplicate.trashed': {
    one: '{count} davon liegt im Papierkorb und bleibt dort.',
    other: '{count} davon liegen im Papierkorb und bleiben dort.',
  },
  'import.warned.text': {
    one: 'Von {count} Datei konnte nicht alles gelesen werden:',
    other: 'Von {count} Dateien konnte nicht alles gelesen werden:',
  },
  'import.duplicate.none': 'Keine Datei war schon in der Bibliothek.',
  'import.rejected.none': 'Keine Datei wurde abgelehnt.',
  'import.receipt.added': { one: '{count} neu', other: '{count} neu' },
  'import.receipt.duplicate': { one: '{count} doppelt', other: '{count} doppelt' },
  'import.receipt.rejected': { one: '{count} abgelehnt', other: '{count} abgelehnt' },
  'import.receipt': '{added} + {duplicate} + {rejected} = {found} gefunden',
  'import.start.failed': 'Der Import konnte nicht begonnen werden: {reason}',
  'import.cancel.failed': 'Der Import konnte nicht abgebrochen werden: {reason}',
  'import.progress': 'Fortschritt des Imports',
};
