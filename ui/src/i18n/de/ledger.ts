/** Texts of the ledger line, in German. */
import type { ledger as english } from '../en/ledger';
import type { In } from '../i18n';

export const ledger: In<typeof english> = {
  'ledger.one': 'Dieser PC hat das ganze Register',
  'ledger.pending': { one: '{count} Änderung wartet', other: '{count} Änderungen warten' },
  'ledger.block': 'Block {block} · {tip}',
  'ledger.line': '{what} ({block})',
  'ledger.agree': 'Alle {count} Geräte sind sich einig',
  'ledger.agree.both': 'Beide Geräte sind sich einig',
  'ledger.reach': '{count} von {total} Geräten erreichbar',
  'ledger.waiting': {
    one: 'Warten auf {devices}: {count} Änderung steht aus',
    other: 'Warten auf {devices}: {count} Änderungen stehen aus',
  },
  'ledger.more': { one: '{count} weiteres Gerät', other: '{count} weitere Geräte' },
  'ledger.advice.quorum':
    'Was Sie ändern, bleibt auf diesem Gerät und wird geteilt, sobald es {devices} erreicht.',
  'ledger.catching.up': 'Holt auf: Block {block} von {top}',
  'ledger.proving': 'Prüft, was zu sehen ist: Block {block} von {top}',
  'ledger.coming': { one: '{count} Original kommt noch', other: '{count} Originale kommen noch' },
  'ledger.restored': 'Aus dem Bucket wiederhergestellt',
  'ledger.late': '{device} holt auf',
  'ledger.late.more': { one: '{count} Gerät holt auf', other: '{count} Geräte holen auf' },
  'ledger.differ': '{device} hat einen anderen Block {block}',
  'ledger.healing': 'Das Register dieses Geräts wird repariert',
  'ledger.healing.advice':
    'Es war beschädigt, oder sein Ordner wurde kopiert oder von früher zurückgespielt. Die anderen Geräte stellen es wieder her: Schalten Sie sie ein und lassen Sie Kinfolio dort laufen; Sie können weitermachen wie gewohnt, nur ohne Stimme dieses Geräts.',
  'ledger.copied': 'Diese Bibliothek wurde kopiert, verschoben oder zurückgespielt',
  'ledger.copied.advice':
    'Kein anderes Gerät weiß, was ihr fehlen könnte. Sie zeigt, was sie hat, und Änderungen warten. Wird die Bibliothek, von der sie kopiert wurde, noch benutzt, schließen Sie diese hier; sonst sagen Sie auf der Seite des Haushalts, dass es hier weitergeht.',
  'ledger.superseded': 'Es gibt eine weitere Kopie dieses Geräts',
  'ledger.superseded.advice':
    'Seine Bibliothek wurde kopiert oder aus einer Sicherung zurückgespielt, und zwei können nicht für einen sprechen. Lassen Sie nur eine davon laufen; entfernen Sie dieses Gerät auf einem anderen, und lassen Sie es mit einer Einladung neu beitreten.',
  'ledger.removed': 'Dieses Gerät wurde aus dem Haushalt entfernt',
  'ledger.removed.advice':
    'Was es hat, bleibt hier lesbar, aber Neues wird weder mit ihm noch von ihm geteilt. Um es zurückzuholen, lassen Sie sich von einem anderen Gerät einladen und treten mit einer leeren Bibliothek bei.',
  'ledger.forked': 'Die Geräte haben verschiedene Register',
  'ledger.forked.advice':
    'Keine Mehrheit sagt, welches stimmt, also wird keines überschrieben. Lassen Sie die Bibliotheksordner aller Geräte, wie sie sind, und schalten Sie alle Geräte ein.',
  'ledger.other': 'Dieses Gerät stimmt zurzeit nicht mit ab ({standing})',
  'ledger.open': 'Haushalt zeigen',
  'ledger.label': 'Register',
};
