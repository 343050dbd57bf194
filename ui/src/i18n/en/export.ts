/** Texts of exporting photos, in English. */
export const exporting = {
  'ask.export': { one: 'Export {count} photo', other: 'Export {count} photos' },
  'export.lead': 'The originals, byte for byte, into a folder that you choose.',
  'export.lead.browser': 'The originals, byte for byte, as downloads of this browser.',
  'export.filing': 'How they are filed',
  'export.filing.plain': 'All in one folder',
  'export.filing.month': 'By year and month',
  'export.filing.album': 'By album',
  'export.sidecars': 'Also what was noted on each photo',
  'export.sidecars.hint': 'Tags, captions, ratings and places as an XMP file beside it, for other programs.',
  'export.choose': 'Choose a folder…',
  'export.folder': 'Choose where to export to',
  'export.download': 'Download',
  'export.many':
    'A browser takes at most {max} downloads at once. Select fewer, or export in the desktop app or with kinfolio export.',
  'export.running': '{processed} of {found} exported',
  'export.progress': 'Export progress',
  'export.background': 'Go on in the background',
  'export.done': { one: '{count} original exported', other: '{count} originals exported' },
  'export.present': { one: '{count} was there already.', other: '{count} were there already.' },
  'export.sidecars.left': {
    one: '{count} XMP file of another program stays as it is.',
    other: '{count} XMP files of other programs stay as they are.',
  },
  'export.cancelled': 'Stopped. What was written stays.',
  'export.failed': 'The export stopped: {reason}',
  'export.missing': { one: '{count} could not be exported:', other: '{count} could not be exported:' },
} as const;
