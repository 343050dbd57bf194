/** Texts of the first start, joining and signing in, in English. */
export const start = {
  'start.title': 'Welcome to Kinfolio',
  'start.lead': 'Your household’s photos, kept together and provably unaltered, on your own devices.',
  'start.door': 'Start a household',
  'start.household': 'Name of the household',
  'start.household.example': 'The Millers',
  'start.device': 'Name of this device',
  'start.device.default': 'This PC',
  'start.go': 'Start',
  'start.going': 'Starting…',
  'start.failed': 'The household could not be started: {reason}',
  'start.door.lead': 'A new library, with this as its first device',
  'join.door': 'Join with an invitation',
  'join.door.lead': 'Another device of your household has invited this one',
  'start.doors': 'How to begin',
  'name.long': 'At most {max} characters, please.',
  'join.invitation': 'Invitation',
  'join.invitation.hint': 'kinfolio1…',
  'join.invitation.how': 'On a device of the household: open “Household”, then “Add a device”.',
  'join.go': 'Join',
  'join.going': 'Joining…',
  'join.progress': 'Asking the device that sent the invitation. This can take up to a minute.',
  'join.wrong.beginning': 'This is not an invitation: it begins with kinfolio1.',
  'join.wrong.bad_invitation':
    'This invitation cannot be read. Copy it again, from its first to its last letter. If that does not help, bring Kinfolio up to date on both devices.',
  'join.wrong.invitation_refused':
    'The household does not accept this invitation: its time is over, or it has been used. Ask for a new one.',
  'join.wrong.inviter_unreachable':
    'The device that sent the invitation does not answer. Is it on, is Kinfolio running there, and are both in the same network?',
  'join.wrong.no_quorum':
    'The household cannot take in a device now, because too few of its devices are on. Turn another one on and try again; the invitation stays good.',
  'join.wrong.bad_name':
    'This name cannot be used. It needs at least one letter, and 100 characters at most.',
  'join.wrong.name_taken': 'Another device of the household has this name. Choose another one.',
  'join.wrong.joining_declined':
    'Somebody at the other device did not let this one in. If the check words differ, ask for a new invitation, in a network that you trust.',
  'join.compare': 'Are these words the same?',
  'join.compare.where':
    'Compare them with the ones on the device that sent the invitation, and say so there.',
  'join.compare.differ':
    'Nothing is shared before. If they differ, something stands between the two devices: cancel here, and turn this device away there.',
  'join.stop': 'Cancel',
  'join.stopping': 'Cancelling…',
  'join.failed': 'Joining failed: {reason}',
  'joined.title': 'Welcome to {household}',
  'joined.lead': 'Compare these words with the ones that {inviter} shows.',
  'joined.same': 'They are the same',
  'joined.differ': 'They differ',
  'joined.differ.advice':
    'Then something stands between the two devices. On {inviter}, remove {device} at once, and invite it again in a network that you trust.',
  'joined.anyway': 'Open the library anyway',
  'joined.voter': '{device} is a device of this household now. It will vote once it has caught up.',
  'joined.observer': '{device} is a device of this household now. It follows without a vote.',
  'checkwords.label': 'Check words',
  'signin.title': 'Sign in',
  'signin.lead':
    'This library asks for its API token. It is in the file api-token inside the library’s folder.',
  'signin.token': 'API token',
  'signin.go': 'Sign in',
  'signin.wrong': 'This is not the library’s token. Copy it whole from the file api-token.',
  'signin.failed': 'Signing in failed: {reason}',
  'empty.title': 'Drop your photos here',
  'empty.lead':
    'Files or whole folders. They are copied into {household}; the originals stay where they are.',
  'empty.folder': 'Choose folder…',
  'empty.files': 'Choose files…',
} as const;
