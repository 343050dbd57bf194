/** What the library itself says, in German; the English comes with each answer. */
import type { components } from '../../generated/api';

export type Sentence = components['schemas']['SaidBody']['sentence'];

export const sentences: Record<Sentence, string> = {
  'the query is {length} characters long; at most {max} are allowed':
    'die Suche ist {length} Zeichen lang; höchstens {max} sind möglich',
  'the query is nested more than {max} deep': 'die Suche ist mehr als {max} Klammern tief',
  'the query has more than {max} words and fields': 'die Suche hat mehr als {max} Wörter und Felder',
  'this `)` closes nothing; remove it or put a `(` before':
    'diese `)` schließt nichts; entfernen Sie sie oder setzen Sie eine `(` davor',
  'this `(` is not closed; add a `)`': 'diese `(` wird nicht geschlossen; ergänzen Sie eine `)`',
  'there is nothing between `(` and `)`': 'zwischen `(` und `)` steht nichts',
  '`OR` needs something on its right': 'rechts von `OR` fehlt etwas',
  '`OR` needs something on its left': 'links von `OR` fehlt etwas',
  '`-` must stand right before what it leaves out': '`-` muss direkt vor dem stehen, was es ausschließt',
  'this quotation mark is not closed; add a `"`':
    'dieses Anführungszeichen wird nicht geschlossen; ergänzen Sie ein `"`',
  'put a value with parentheses in quotes, as in {field}:"a (b)"':
    'setzen Sie einen Wert mit Klammern in Anführungszeichen, wie in {field}:"a (b)"',
  'put the whole value in quotes, as in {field}:"a b"':
    'setzen Sie den ganzen Wert in Anführungszeichen, wie in {field}:"a b"',
  '`{given}` holds no letter or digit to search for':
    'in `{given}` steht kein Buchstabe und keine Ziffer, nach denen sich suchen ließe',
  'the name of a field is missing before this `:`': 'vor diesem `:` fehlt der Name eines Feldes',
  'there is no field `{given}`; the fields are {fields} (put words with a colon in quotes)':
    'es gibt kein Feld `{given}`; die Felder sind {fields} (Wörter mit Doppelpunkt in Anführungszeichen setzen)',
  'a value is missing after `{field}:`': 'nach `{field}:` fehlt ein Wert',
  'the tag has an empty part beside a `/`': 'neben einem `/` des Tags steht nichts',
  "the field's name is missing between `field.` and `:`":
    'zwischen `field.` und `:` fehlt der Name des Feldes',
  '`{given}` compares with no number or day; write >12, 3..5, <2019-07 or 2018..2019':
    '`{given}` ist weder Zahl noch Tag; schreiben Sie >12, 3..5, <2019-07 oder 2018..2019',
  'after `has:` stands gps, caption, conflict, tags, albums or people':
    'nach `has:` steht gps, caption, conflict, tags, albums oder people',
  'after `is:` stands favorite, trashed, pending, video or duplicate':
    'nach `is:` steht favorite, trashed, pending, video oder duplicate',
  '`{given}` is not between 0 and {max}': '`{given}` liegt nicht zwischen 0 und {max}',
  '`{given}` is not a whole number; write 400, >400, <=400 or 100..400':
    '`{given}` ist keine ganze Zahl; schreiben Sie 400, >400, <=400 oder 100..400',
  'the range {given} runs backwards': 'der Bereich {given} läuft rückwärts',
  'write it as near:48.85,2.35,10km (latitude, longitude, distance)':
    'schreiben Sie near:48.85,2.35,10km (Breite, Länge, Entfernung)',
  'write it as in:48,2,49,3 (south, west, north, east)':
    'schreiben Sie in:48,2,49,3 (Süden, Westen, Norden, Osten)',
  'the south is north of the north; write south,west,north,east':
    'der Süden liegt nördlich des Nordens; schreiben Sie Süden,Westen,Norden,Osten',
  '`{given}` is not a latitude from -90 to 90': '`{given}` ist keine Breite von -90 bis 90',
  '`{given}` is not a longitude from -180 to 180': '`{given}` ist keine Länge von -180 bis 180',
  '`{given}` is not a unit; write km, m or mi': '`{given}` ist keine Einheit; schreiben Sie km, m oder mi',
  '`{given}` is not a distance; write 10km or 500m':
    '`{given}` ist keine Entfernung; schreiben Sie 10km oder 500m',
  '`{given}` is not a date; write 2019, 2019-07, 2019-07-14 or 2019-07..2019-08':
    '`{given}` ist kein Datum; schreiben Sie 2019, 2019-07, 2019-07-14 oder 2019-07..2019-08',
  'the household has no field `{field}`; it has {fields}':
    'der Haushalt hat kein Feld `{field}`; er hat {fields}',
  'the household has defined no field `{field}`, nor any other':
    'der Haushalt hat kein Feld `{field}` und auch kein anderes',
  '`{field}` holds numbers: write 5, >5 or 3..8': 'in `{field}` stehen Zahlen: schreiben Sie 5, >5 oder 3..8',
  '`{field}` holds days: write 2019-07-14, 2019-07, <2019 or 2018..2019':
    'in `{field}` stehen Tage: schreiben Sie 2019-07-14, 2019-07, <2019 oder 2018..2019',
  'it is empty (0 bytes)': 'sie ist leer (0 Byte)',
  'it changed while it was being read; import it again when it is no longer written to':
    'sie änderte sich, während sie gelesen wurde; importieren Sie sie noch einmal, wenn nichts mehr in sie schreibt',
  'permission denied': 'der Zugriff wird verweigert',
  'it does not exist': 'es gibt sie nicht',
  'it cannot be read: {error}': 'sie lässt sich nicht lesen: {error}',
  'it is a named pipe, not a file': 'das ist eine benannte Pipe, keine Datei',
  'it is a socket, not a file': 'das ist ein Socket, keine Datei',
  'it is a device, not a file': 'das ist ein Gerät, keine Datei',
  'it is something special, not a file': 'das ist etwas Besonderes, keine Datei',
  'the link leads back to {path}, a loop': 'der Link führt im Kreis zurück zu {path}',
  'the link leads nowhere': 'der Link führt ins Leere',
  'its original was being purged: import it again':
    'ihr Original wurde gerade endgültig gelöscht: importieren Sie sie noch einmal',
};
