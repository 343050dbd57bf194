/** Texts of the timeline, in English. */
export const timeline = {
  'timeline.label': 'Photos by date',
  'timeline.failed': 'The timeline could not be loaded: {reason}',
  'scrubber.label': 'Move through time',
  'tile.photo': 'Photo, {date}',
  'tile.raw': 'Camera RAW, {date}',
  'tile.video': 'Video, {date}',
  'tile.file': '{type} {name}, {date}',
  'tile.plain': '{type} {name}, {photo}',
  'tile.file.unnamed': 'File, {date}',
  'tile.marked': '{photo}, {mark}',
  'tile.waits': 'not in the ledger yet',
  'tile.pending': 'Waiting to be written to the ledger',
  'burst.closed': '{photo}. A burst of {count} photos: S opens it',
  'burst.opened': '{photo}. One of a burst of {count} photos: S closes it',
  'burst.open': 'Open the burst of {count} photos (S)',
  'burst.close': 'Close the burst of {count} photos (S)',
} as const;
