/** Texts of histories, conflicts and undo, in German. */
import type { history as english } from '../en/history';
import type { In } from '../i18n';

export const history: In<typeof english> = {
  'undo.done': {
    one: 'Bei {count} Foto rückgängig gemacht: {what}.',
    other: 'Bei {count} Fotos rückgängig gemacht: {what}.',
  },
  'undo.added': {
    one: 'Import rückgängig gemacht: {count} Foto liegt jetzt im Papierkorb.',
    other: 'Import rückgängig gemacht: {count} Fotos liegen jetzt im Papierkorb.',
  },
  'undo.skipped': {
    one: '{count} Foto wurde seither wieder geändert und bleibt, wie es ist.',
    other: '{count} Fotos wurden seither wieder geändert und bleiben, wie sie sind.',
  },
  'undo.none': 'Nichts rückgängig gemacht: Diese Fotos wurden seither wieder geändert.',
  'undo.label': 'Rückgängig gemacht: {what}.',
  'undo.waits': 'Die anderen Geräte sehen es, sobald sie erreichbar sind.',
  'undo.nothing': 'Es gibt nichts rückgängig zu machen.',
  'undo.failed': 'Nichts rückgängig gemacht: {reason}',
  'history.title': 'Verlauf',
  'history.failed': 'Der Verlauf konnte nicht geladen werden: {reason}',
  'history.all': { one: '{count} Änderung zeigen', other: 'Alle {count} Änderungen zeigen' },
  'history.loading': 'Wird geladen …',
  'history.added': 'In die Bibliothek aufgenommen',
  'history.added_again': 'Erneut importiert',
  'history.purged': 'Original auf allen Geräten gelöscht',
  'history.undone': 'Rückgängig gemacht: {what}',
  'history.undone.unknown': 'Eine frühere Änderung wurde rückgängig gemacht',
  'history.by': '{device}, {time}',
  'history.waits': '{device}, {time}, wartet auf das Schreiben',
  'history.unseen': '{device} hatte {value} gesetzt, was hier nicht bekannt war',
  'conflict.title': 'Zwei Geräte sind sich uneins: {field}',
  'conflict.lead': 'Keines kannte den Wert des anderen. Wählen Sie einen; beide bleiben im Verlauf.',
  'conflict.shown': 'Wird jetzt gezeigt',
  'conflict.use': 'Diesen nehmen',
  'conflict.use.of': 'Diesen nehmen: {value}, von {device}',
  'conflict.failed': 'Die Auswahl wurde nicht gespeichert: {reason}',
};
