/** Texts of the household’s page, in German. */
import type { household as english } from '../en/household';
import type { In } from '../i18n';

export const household: In<typeof english> = {
  'household.label': 'Haushalt',
  'household.devices': 'Geräte',
  'household.alone.title': 'Ihre Fotos sind nur auf einem Gerät',
  'household.alone':
    'Fügen Sie ein weiteres hinzu: Jedes hat die ganze Bibliothek, und keines bestimmt über die anderen.',
  'household.majority':
    'Eine Änderung ist endgültig, sobald {needed} der {voters} stimmberechtigten Geräte sie haben.',
  'household.majority.both': 'Eine Änderung ist endgültig, sobald beide stimmberechtigten Geräte sie haben.',
  'household.unheard': 'So war es, als dieses Fenster zuletzt vom Haushalt hörte.',
  'household.hash': 'Neuester Block {block} · {tip}',
  'household.conflicts': {
    one: '{count} Foto wurde auf Geräten getrennt bearbeitet, die sich nun uneins sind. Wählen Sie, was gilt.',
    other:
      '{count} Fotos wurden auf Geräten getrennt bearbeitet, die sich nun uneins sind. Wählen Sie, was gilt.',
  },
  'household.conflicts.show': 'Fotos zeigen',
  'device.here': 'Dieses Gerät',
  'device.online': 'Online',
  'device.seen': 'Zuletzt gesehen {when}',
  'device.never': 'Noch nicht gesehen',
  'device.now': 'gerade eben',
  'device.role': 'Stimme',
  'device.role.voter': 'Stimmt mit ab',
  'device.role.observer': 'Beobachtet',
  'device.role.silent': 'Stumm, zählt nicht mit',
  'device.silent': { one: 'Seit einem Tag stumm.', other: 'Seit {count} Tagen stumm.' },
  'device.silent.until': {
    one: 'Seit einem Tag stumm. Zählt ab {date} nicht mehr mit.',
    other: 'Seit {count} Tagen stumm. Zählt ab {date} nicht mehr mit.',
  },
  'device.silent.over':
    'Zählt nicht mit: stumm seit {date}. Ist es wieder da, zählt es von selbst wieder mit.',
  'device.silent.over.long':
    'Zählt nicht mit: seit Langem stumm. Ist es wieder da, zählt es von selbst wieder mit.',
  'device.full':
    'Seine Platte ist voll: Neues wird dort weder abgelegt noch gezeigt. Schaffen Sie dort Platz, dann geht es von selbst weiter.',
  'device.clock.ahead':
    'Seine Uhr geht gegenüber denen der anderen Geräte vor, um {far}. Sehen Sie nach, welche falsch geht, und stellen Sie diese.',
  'device.clock.behind':
    'Seine Uhr geht gegenüber denen der anderen Geräte nach, um {far}. Sehen Sie nach, welche falsch geht, und stellen Sie diese.',
  'device.placement': 'Originale',
  'device.placement.all': 'Alle',
  'device.placement.recent': 'Favoriten und neue',
  'device.placement.on-demand': 'Bei Bedarf',
  'device.keep.all': 'Alle Originale behalten',
  'device.keep.recent': 'Favoriten und neue behalten',
  'device.keep.recent.hint': 'Auch die der letzten 90 Tage; der Rest kommt beim Öffnen',
  'device.keep.on-demand': 'Keine Originale behalten',
  'device.keep.on-demand.hint': 'Sie kommen beim Öffnen; die letzte Kopie bleibt immer',
  'device.ledger': 'Register',
  'device.pending': 'Offene Änderungen',
  'device.pending.none': 'Keine',
  'device.free': 'Freier Platz',
  'device.block': 'Block {block}',
  'device.current': 'aktuell',
  'device.behind': { one: '{count} Block zurück', other: '{count} Blöcke zurück' },
  'device.unheard': 'Noch nichts gehört',
  'device.more': '{device} ändern',
  'device.rename': 'Umbenennen',
  'device.name': 'Name des Geräts',
  'device.observe': 'Nur beobachten lassen',
  'device.observe.hint':
    'Es behält alles und kann ändern, aber nichts wartet auf seine Stimme. Gut für ein Gerät, das selten an ist.',
  'device.vote': 'Mit abstimmen lassen',
  'device.vote.hint':
    'Änderungen sind endgültig, sobald mehr als die Hälfte der stimmberechtigten Geräte sie hat. Gut für ein Gerät, das oft an ist.',
  'device.last.voter':
    'Der Haushalt braucht ein Gerät mit Stimme. Lassen Sie zuerst ein anderes mit abstimmen.',
  'device.remove': 'Entfernen …',
  'device.waits': 'Diese Änderung wartet, bis genug Geräte erreichbar sind.',
  'device.failed': '{device} wurde nicht geändert: {reason}',
  'device.failed.members_change': 'die Geräte des Haushalts ändern sich gerade. Versuchen Sie es noch einmal',
  'device.failed.device_unknown': 'es gehört nicht mehr zum Haushalt',
  'remove.title': '{device} entfernen?',
  'remove.key':
    'Sein Schlüssel wird von da an abgewiesen. Es kann nur als neues Gerät zurückkehren, mit einer neuen Einladung.',
  'remove.sole': {
    one: '{count} Original gibt es nach allem, was bekannt ist, nur dort. Lassen Sie es zuerst von einem anderen Gerät oder einem Bucket holen, sonst verliert es der Haushalt.',
    other:
      '{count} Originale gibt es nach allem, was bekannt ist, nur dort. Lassen Sie sie zuerst von einem anderen Gerät oder einem Bucket holen, sonst verliert sie der Haushalt.',
  },
  'remove.lost.edits': 'Auch Änderungen, die es noch nicht geteilt hat, sind für den Haushalt verloren.',
  'remove.lost':
    'Änderungen, die es noch nicht geteilt hat, und Originale, die nur es hat, sind für den Haushalt verloren.',
  'remove.behind': {
    one: 'Als es zuletzt gesehen wurde, {when}, war es {count} Block zurück. Vielleicht hat es etwas, was sonst niemand hat: Schalten Sie es wenn möglich vorher ein.',
    other:
      'Als es zuletzt gesehen wurde, {when}, war es {count} Blöcke zurück. Vielleicht hat es etwas, was sonst niemand hat: Schalten Sie es wenn möglich vorher ein.',
  },
  'remove.away':
    'Es ist gerade nicht erreichbar, also weiß niemand, was nur es hat. Schalten Sie es wenn möglich vorher ein und lassen Sie es aufholen.',
  'remove.kept': 'Die Fotos auf seiner eigenen Platte werden nicht gelöscht.',
  'remove.go': 'Gerät entfernen',
  'remove.going': 'Wird entfernt …',
};
