import { describe, expect, it } from 'vitest';
import { Texts } from '../i18n/i18n';
import { chipOf, nameOf } from './chips';

const english = new Texts(['en-GB']);
const german = new Texts(['de-DE']);

describe('a chip', () => {
  const cases: [string, string, string, string][] = [
    ['tag:holiday/greece', 'tag', 'holiday/greece', 'holiday/greece'],
    ['album:"Summer 2019"', 'album', 'Summer 2019', 'Summer 2019'],
    ['PERSON:"Anna \\"A\\" Miller"', 'person', 'Anna "A" Miller', 'Anna "A" Miller'],
    ['place:Paris', 'pin', 'Paris', 'Paris'],
    ['camera:"Nikon Z 6"', 'camera', 'Nikon Z 6', 'Nikon Z 6'],
    ['taken:2019', 'calendar', '2019', '2019'],
    ['taken:2019-07', 'calendar', 'July 2019', 'Juli 2019'],
    ['taken:2019-07-14', 'calendar', '14 July 2019', '14. Juli 2019'],
    ['taken:2019-07..2019-08', 'calendar', 'July 2019 – August 2019', 'Juli 2019 – August 2019'],
    ['taken:<2015', 'calendar', 'before 2015', 'vor 2015'],
    ['taken:<=2015-06', 'calendar', 'until June 2015', 'bis Juni 2015'],
    ['taken:>2015', 'calendar', 'after 2015', 'nach 2015'],
    ['taken:>=2015', 'calendar', 'from 2015 on', 'ab 2015'],
    ['taken:yesterday', 'calendar', 'yesterday', 'yesterday'],
    ['taken:2019-13', 'calendar', '2019-13', '2019-13'],
    ['taken:2019..', 'calendar', '2019..', '2019..'],
    ['rating:>=4', 'star', '4 stars or more', 'mindestens 4 Sterne'],
    ['rating:>=1', 'star', '1 star or more', 'mindestens 1 Stern'],
    ['rating:5', 'star', '5 stars', '5 Sterne'],
    ['rating:<3', 'star', 'fewer than 3 stars', 'weniger als 3 Sterne'],
    ['rating:3..5', 'star', '3 to 5 stars', '3 bis 5 Sterne'],
    ['rating:0', 'star', 'not rated', 'ohne Bewertung'],
    ['rating:9', 'star', '9', '9'],
    ['iso:3200', 'camera', 'ISO 3200', 'ISO 3200'],
    ['iso:>800', 'camera', 'above ISO 800', 'über ISO 800'],
    ['iso:100..400', 'camera', 'ISO 100–400', 'ISO 100–400'],
    ['iso:high', 'camera', 'high', 'high'],
    ['near:48.85,2.35,10km', 'pin', 'within 10 km', 'im Umkreis von 10 km'],
    ['near:"48.85, -2.35, 500 m"', 'pin', 'within 500 m', 'im Umkreis von 500 m'],
    ['near:1,2,2.5', 'pin', 'within 2.5 km', 'im Umkreis von 2,5 km'],
    ['near:1,2', 'pin', '1,2', '1,2'],
    ['in:48,2,49,3', 'map', 'Area on the map', 'Gebiet auf der Karte'],
    ['has:gps', 'pin', 'with a position', 'mit Position'],
    ['has:GPS', 'pin', 'with a position', 'mit Position'],
    ['is:favorite', 'heart', 'favourites', 'Favoriten'],
    ['is:odd', 'check', 'odd', 'odd'],
    ['type:raw', 'camera', 'Camera RAW', 'Kamera-RAW'],
    ['type:jpeg', 'files', 'JPEG', 'JPEG'],
    ['type:image/png', 'files', 'image/png', 'image/png'],
    ['field.box:attic', 'edit', 'box: attic', 'box: attic'],
    ['field.box:*', 'edit', 'box: anything', 'box: irgendetwas'],
    ['device:laptop', 'device', 'laptop', 'laptop'],
  ];
  for (const [term, icon, en, de] of cases) {
    it(`of ${term} says “${en}”`, () => {
      expect(chipOf(term, english)).toMatchObject({ icon, value: en, not: false });
      expect(chipOf(term, german).value).toBe(de);
    });
  }

  it('of what is left out says so', () => {
    const chip = chipOf('-tag:x', english);
    expect(chip.not).toBe(true);
    expect(nameOf(chip, english)).toBe('not Tag: x');
    expect(nameOf(chipOf('-place:Rom', german), german)).toBe('nicht Ort: Rom');
  });
});
