/** Texts of the ledger line, in English. */
export const ledger = {
  'ledger.one': 'This PC holds the whole ledger',
  'ledger.pending': { one: '{count} edit waits to be written', other: '{count} edits wait to be written' },
  'ledger.block': 'block {block} · {tip}',
  'ledger.line': '{what} ({block})',
  'ledger.agree': 'All {count} devices agree',
  'ledger.agree.both': 'Both devices agree',
  'ledger.reach': '{count} of {total} devices within reach',
  'ledger.waiting': {
    one: 'Waiting for {devices}: {count} edit pending',
    other: 'Waiting for {devices}: {count} edits pending',
  },
  'ledger.more': { one: '{count} more device', other: '{count} more devices' },
  'ledger.advice.quorum': 'What you change is kept on this device, and shared as soon as it meets {devices}.',
  'ledger.catching.up': 'Catching up: block {block} of {top}',
  'ledger.proving': 'Checking what is shown: block {block} of {top}',
  'ledger.coming': { one: '{count} original is still to come', other: '{count} originals are still to come' },
  'ledger.restored': 'Restored from the bucket',
  'ledger.late': '{device} is catching up',
  'ledger.late.more': { one: '{count} device is catching up', other: '{count} devices are catching up' },
  'ledger.differ': '{device} holds another block {block}',
  'ledger.healing': 'This device’s ledger is being repaired',
  'ledger.healing.advice':
    'It was damaged, or its folder was copied or put back from an earlier time. The other devices make it whole: turn them on and leave Kinfolio running there; you can go on as usual, this device just has no vote until then.',
  'ledger.copied': 'This library was copied, moved or put back',
  'ledger.copied.advice':
    'There is no other device that knows what it may lack. It shows what it has, and what you change waits. Where the library that it was copied from is still in use, close this one; else say on the household’s page that it goes on here.',
  'ledger.superseded': 'Another copy of this device is about',
  'ledger.superseded.advice':
    'Its library was copied or restored from a backup, and two cannot speak as one. Keep only one of them running; remove this device on another one, and let it join again with an invitation.',
  'ledger.removed': 'This device was removed from the household',
  'ledger.removed.advice':
    'What it holds stays readable here, but nothing new is shared with it or by it. To bring it back, ask another device for an invitation and join with an empty library.',
  'ledger.forked': 'The devices hold different ledgers',
  'ledger.forked.advice':
    'No majority says which one is right, so none is overwritten. Keep the library folders of all devices as they are, and turn on every device there is.',
  'ledger.other': 'This device does not vote at present ({standing})',
  'ledger.open': 'Show the household',
  'ledger.label': 'Ledger',
} as const;
