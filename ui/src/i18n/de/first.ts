/** The few texts that are there before all others, and should those not come: in German. */
import type { first as english } from '../en/first';
import type { In } from '../i18n';

export const first: In<typeof english> = {
  'app.unloaded': 'Kinfolio konnte nicht vollständig geladen werden. Vielleicht startet es gerade neu.',
  'app.retry': 'Erneut versuchen',
};
