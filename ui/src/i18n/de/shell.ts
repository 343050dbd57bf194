/** Texts of the desktop around the window: menu, tray, notifications and their settings, in German. */
import type { shell as english } from '../en/shell';
import type { In } from '../i18n';

export const shell: In<typeof english> = {
  'window.title': '{household} – Kinfolio',
  'menu.file': '&Datei',
  'menu.edit': '&Bearbeiten',
  'menu.view': '&Ansicht',
  'menu.help': '&Hilfe',
  'menu.about': 'Über Kinfolio',

  'about.title': 'Über Kinfolio',
  'about.version': 'Version {version}',
  'about.what': 'Die Fotos eines Haushalts, auf seinen eigenen Geräten.',
  'about.licence': 'Freie Software unter der MIT- oder der Apache-2.0-Lizenz, ganz nach Wahl.',

  'tray.opening': 'Die Bibliothek wird geöffnet …',
  'tray.first': 'Noch kein Haushalt',
  'tray.offline': 'Die Bibliothek antwortet nicht',
  'tray.scanning': 'Import: Fotos werden gesucht …',
  'tray.importing': 'Import: {processed} von {found}',
  'tray.show': 'Kinfolio zeigen',

  'notice.full': '{device} ist voll',
  'notice.clock': 'Auf {device} geht die Uhr anders',
  'notice.silent': 'Von {device} ist nichts zu hören',
  'notice.device': '{device} braucht Aufmerksamkeit',
  'notice.ledger': 'Der Haushalt braucht Aufmerksamkeit',

  'handed.missing': {
    one: 'Nicht importiert, weil es nicht da ist: {names}',
    other: '{count} Einträge wurden nicht importiert, weil sie nicht da sind: {names}',
  },
  'handed.more': { one: '{count} weiterer', other: '{count} weitere' },
  'handed.failed': 'Dateien zum Importieren konnten nicht übernommen werden: {reason}',

  'desktop.title': 'Auf diesem Computer',
  'desktop.login': 'Beim Anmelden starten',
  'desktop.login.tray': 'Kinfolio startet im Infobereich, ohne Fenster.',
  'desktop.login.bar': 'Kinfolio startet minimiert.',
  'desktop.tray': 'Im Infobereich weiterlaufen',
  'desktop.tray.hint':
    'Auch bei geschlossenem Fenster tauscht sich Kinfolio weiter mit den anderen Geräten aus.',
  'desktop.tray.none': 'Dieser Desktop hat keinen Infobereich: Mit dem Fenster wird Kinfolio beendet.',
  'desktop.notices': 'Benachrichtigungen',
  'desktop.notices.hint': 'Wenn ein Import abgeschlossen ist und wenn ein Gerät Aufmerksamkeit braucht.',
  'desktop.offer': 'Kinfolio im Dateimanager für Fotos anbieten',
  'desktop.offer.hint': '„Öffnen mit Kinfolio“ importiert sie.',
  'desktop.failed': 'Das wurde nicht geändert: {reason}',
  'desktop.trouble': 'Auf diesem Desktop hat etwas nicht funktioniert: {reason}',
};
