/** Texts of the trash and of deleting for good, in German. */
import type { trash as english } from '../en/trash';
import type { In } from '../i18n';

export const trash: In<typeof english> = {
  'trash.lead':
    'Fotos im Papierkorb sind auf allen Geräten aus den Augen, aber nichts wird von selbst gelöscht. Hier lassen sie sich zurücklegen oder endgültig löschen, damit ihr Platz frei wird.',
  'trash.empty': 'Der Papierkorb ist leer',
  'trash.empty.lead':
    'Was in den Papierkorb gelegt wird, wartet hier auf allen Geräten, bis es jemand zurücklegt oder endgültig löscht.',
  'trash.restore.all': 'Alle wiederherstellen',
  'trash.purge.all': 'Alle endgültig löschen …',
  'purge.title': {
    one: '{count} Original endgültig löschen?',
    other: '{count} Originale endgültig löschen?',
  },
  'purge.lead': {
    one: 'Das Original wird auf allen Geräten des Haushalts gelöscht. Das lässt sich nicht rückgängig machen.',
    other:
      'Die Originale werden auf allen Geräten des Haushalts gelöscht. Das lässt sich nicht rückgängig machen.',
  },
  'purge.lead.bucket': {
    one: 'Das Original wird auf allen Geräten des Haushalts und in seinem Bucket gelöscht. Das lässt sich nicht rückgängig machen.',
    other:
      'Die Originale werden auf allen Geräten des Haushalts und in seinem Bucket gelöscht. Das lässt sich nicht rückgängig machen.',
  },
  'purge.kept': {
    one: 'Was im Register darüber steht, bleibt: Name, Datum und wer was geändert hat.',
    other: 'Was im Register über sie steht, bleibt: Namen, Daten und wer was geändert hat.',
  },
  'purge.looking': 'Suche nach weiteren Kopien: {looked} von {count}',
  'purge.looking.label': 'Suche nach weiteren Kopien',
  'purge.last': {
    one: 'Von {count} dieser Fotos kennt der Haushalt keine weitere gute Kopie. Gelöscht ist es für immer verloren.',
    other:
      'Von {count} dieser Fotos kennt der Haushalt keine weitere gute Kopie. Gelöscht sind sie für immer verloren.',
  },
  'purge.last.all': {
    one: 'Der Haushalt kennt keine weitere gute Kopie dieses Fotos. Gelöscht ist es für immer verloren.',
    other:
      'Der Haushalt kennt keine weiteren guten Kopien dieser Fotos. Gelöscht sind sie für immer verloren.',
  },
  'purge.last.label': 'Fotos, deren letzte Kopie verschwinden würde',
  'purge.last.more': { one: '{count} weiteres zeigen', other: '{count} weitere zeigen' },
  'purge.agree': {
    one: 'Auch diese letzte bekannte Kopie löschen. Ich brauche das Foto nicht mehr.',
    other: 'Auch diese {count} letzten bekannten Kopien löschen. Ich brauche die Fotos nicht mehr.',
  },
  'purge.go': { one: 'Endgültig löschen', other: 'Endgültig löschen' },
  'purge.go.last': { one: 'Letzte Kopie löschen', other: 'Alle {count} löschen' },
};
