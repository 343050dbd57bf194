/** Texts of the trash and of deleting for good, in English. */
export const trash = {
  'trash.lead':
    'Photos in the trash are out of sight on all devices, but nothing is deleted by itself. Put them back, or delete them for good to free their space.',
  'trash.empty': 'The trash is empty',
  'trash.empty.lead':
    'Photos that you move to the trash wait here, on all devices, until somebody puts them back or deletes them for good.',
  'trash.restore.all': 'Restore all',
  'trash.purge.all': 'Delete all for good…',
  'purge.title': {
    one: 'Delete {count} original for good?',
    other: 'Delete {count} originals for good?',
  },
  'purge.lead': {
    one: 'The original is deleted on all devices of the household. That cannot be undone.',
    other: 'The originals are deleted on all devices of the household. That cannot be undone.',
  },
  'purge.lead.bucket': {
    one: 'The original is deleted on all devices of the household and in its bucket. That cannot be undone.',
    other:
      'The originals are deleted on all devices of the household and in its bucket. That cannot be undone.',
  },
  'purge.kept': {
    one: 'What the ledger says of it stays: its name, its date and who changed what.',
    other: 'What the ledger says of them stays: their names, dates and who changed what.',
  },
  'purge.looking': 'Looking for copies elsewhere: {looked} of {count}',
  'purge.looking.label': 'Looking for copies elsewhere',
  'purge.last': {
    one: '{count} of these photos has no other good copy that the household knows of. Deleted, it is lost for ever.',
    other:
      '{count} of these photos have no other good copy that the household knows of. Deleted, they are lost for ever.',
  },
  'purge.last.all': {
    one: 'The household knows no other good copy of this photo. Deleted, it is lost for ever.',
    other: 'The household knows no other good copies of these photos. Deleted, they are lost for ever.',
  },
  'purge.last.label': 'Photos whose last copy would go',
  'purge.last.more': { one: 'Show {count} more', other: 'Show {count} more' },
  'purge.agree': {
    one: 'Delete this last known copy, too. I do not need the photo any more.',
    other: 'Delete these {count} last known copies, too. I do not need the photos any more.',
  },
  'purge.go': { one: 'Delete for good', other: 'Delete for good' },
  'purge.go.last': { one: 'Delete the last copy', other: 'Delete all {count}' },
} as const;
