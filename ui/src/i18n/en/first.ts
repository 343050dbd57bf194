/** The few texts that are there before all others, and should those not come: in English. */
export const first = {
  'app.unloaded': 'Kinfolio could not be loaded completely. It may be starting anew just now.',
  'app.retry': 'Try again',
} as const;
