/** Texts of the map and of placing photos, in German. */
import type { map as english } from '../en/map';
import type { In } from '../i18n';

export const map: In<typeof english> = {
  'map.label': 'Weltkarte mit Fotos',
  'map.credit': 'Natural Earth · GeoNames',
  'map.note': { one: '{count} Foto mit Ort', other: '{count} Fotos mit Ort' },
  'map.group': { one: '{count} Foto hier', other: '{count} Fotos hier' },
  'map.zoom': 'Zoom der Karte',
  'map.world': 'Ganze Welt',
  'map.all': 'Alle Fotos',
  'map.draw': 'Bereich aufziehen',
  'map.draw.hint': 'Fotos in einem Teil der Karte finden. Oder mit gedrückter Umschalttaste ziehen.',
  'map.drawing':
    'Ziehen Sie über den Teil der Karte, in dem Sie suchen wollen, oder drücken Sie die Eingabetaste für alles, was zu sehen ist.',
  'map.unplaced': 'Ohne Ort',
  'map.failed': 'Die Fotos der Karte konnten nicht gelesen werden: {reason}',
  'map.base.failed': 'Die Karte konnte nicht gezeichnet werden: {reason}',
  'map.empty': 'Noch hat kein Foto einen Ort',
  'map.empty.hint':
    'Fotos vom Handy wissen meist, wo sie entstanden sind. Jedes andere lässt sich auf die Karte ziehen, oder auswählen und P drücken.',
  'map.empty.go': 'Fotos verorten',
  'map.side.group': 'Fotos von hier',
  'map.side.box': 'In diesem Bereich',
  'map.side.unplaced': 'Ohne Ort',
  'map.side.unplaced.hint':
    'Ein Foto auf die Karte ziehen, oder mehrere auswählen und dorthin ziehen oder P drücken.',
  'map.side.unplaced.none': 'Jedes Foto hat einen Ort.',
  'map.side.none': 'Hier ist kein Foto entstanden.',
  'map.side.search': 'Als Suche öffnen',
  'map.small': 'Auf der Karte zeigen',
  'ask.place': { one: 'Wo ist dieses Foto entstanden?', other: 'Wo sind diese {count} Fotos entstanden?' },
  'ask.place.lead':
    'Auf die Karte klicken, oder sie mit den Pfeiltasten verschieben und die Eingabetaste drücken.',
  'ask.place.map': 'Karte, um einen Ort zu wählen',
  'ask.place.position': 'Breite und Länge',
  'ask.place.unread': 'Der bisherige Ort konnte nicht gelesen werden: {reason}',
  'ask.place.remove': 'Ort entfernen',
  'ask.place.go': 'Übernehmen',
  'place.fault.form':
    'Das ist keine Position. Schreibe Breite und Länge, etwa 48.8584, 2.2945 oder 48° 51′ 30″ N, 2° 17′ 40″ O.',
  'place.fault.minutes': 'Minuten und Sekunden gehen bis 59.',
  'place.fault.letters': 'Eine Zahl für Nord oder Süd und eine für Ost oder West werden gebraucht.',
  'place.fault.latitude': 'Die Breite liegt zwischen 90° Süd und 90° Nord.',
  'place.fault.longitude': 'Die Länge liegt zwischen 180° West und 180° Ost.',
};
