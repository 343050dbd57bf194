/** Texts of the bucket, the recovery key and what the household agrees upon, in English. */
export const bucket = {
  'bucket.title': 'Bucket',
  'bucket.none': 'No usable address',
  'bucket.stands.well': 'Holds everything',
  'bucket.stands.behind': 'Catching up',
  'bucket.stands.looking': 'Looking whether it answers',
  'bucket.stands.trouble': 'Needs attention',
  'bucket.own':
    'This device’s environment (KINFOLIO_BUCKET_URL) names this bucket, whatever the household has agreed upon.',
  'bucket.waiting': 'Still to be stored',
  'bucket.failed': 'Could not be stored',
  'bucket.vote.on': 'The bucket votes',
  'bucket.vote.off': 'The bucket does not vote',
  'bucket.vote.lead':
    'Where it votes, one of two devices can go on with it while the other one sleeps. It is asked only then, or where the devices do not agree at once.',
  'bucket.vote.give': 'Let it vote',
  'bucket.vote.end': 'End its vote',
  'bucket.encrypted': 'encrypted',
  'bucket.encrypted.not': 'not encrypted',
  'bucket.dialog': 'A bucket for the household',
  'bucket.dialog.lead':
    'A place outside the house that holds every original and the whole ledger. With it and the recovery key everything comes back when all devices are lost.',
  'bucket.address': 'Address of the bucket',
  'bucket.address.how':
    'az://container/prefix for Azure, s3://bucket/prefix for S3, file:///folder for a disk that is always mounted.',
  'bucket.credentials':
    'The address holds no password. Each device takes the credentials of the cloud from its environment: the variables AZURE_… or AWS_…, set before Kinfolio starts.',
  'bucket.encrypt': 'Encrypt what is stored there',
  'bucket.encrypt.hint':
    'Holds for a bucket that is still empty: all that is stored from then on is encrypted before it leaves the device, with a key that comes from the recovery key. What already lies in a bucket is not changed: one with unencrypted photos is refused, and an encrypted one stays encrypted.',
  'bucket.leave': 'Use no bucket',
  'bucket.leave.hint': 'Whatever you choose, nothing is deleted from the bucket that is in use now.',
  'bucket.wrong': 'The bucket was not changed: {reason}',
  'bucket.wrong.bucket_plain':
    'what it holds is not encrypted, and stays so. Take a new, empty place for an encrypted one, or leave the tick away',
  'bucket.wrong.bucket_encrypted':
    'what it holds is encrypted, and stays so. Take a new, empty place for one that is not, or set the tick',
  'bucket.saved.looking': 'Saved. Looking whether the bucket answers…',
  'bucket.saved.trouble': 'Saved, but the bucket cannot be used:',
  'bucket.saved.trouble.after':
    'It is tried again by itself; everything else goes on. Mend it, or give another address.',
  'bucket.saved.own':
    'Saved for the household. This device goes on with the bucket that its environment names (KINFOLIO_BUCKET_URL).',
  'bucket.saved': 'The bucket {bucket} is in use.',
  'bucket.saved.after':
    'Originals and the ledger go there in the background, each once for the whole household.',
  'bucket.again': 'Change the address',
  'settings.title': 'Settings of the household',
  'settings.lead': 'Agreed upon in the ledger: changed on one device, in force on all.',
  'settings.bucket.none': 'None. Photos and ledger are on the household’s devices only.',
  'settings.bucket.set': 'Set up…',
  'settings.change': 'Change…',
  'settings.scrub': 'Checking the originals',
  'settings.scrub.lead':
    'Each device looks whether everything that it holds is still right, and mends what is damaged from another copy.',
  'settings.every': 'Every {time}',
  'settings.prune': 'Silent devices',
  'settings.prune.lead':
    'A device that nobody hears of for so long is no longer waited for when changes are made final. Once it is back it counts again by itself.',
  'settings.after': 'After {time}',
  'settings.never': 'Never',
  'settings.failed': 'The setting was not changed: {reason}',
  'settings.trouble': 'The settings cannot be read: {reason}',
  'settings.save': 'Save',
  'settings.saving': 'Saving…',
  'key.title': 'Recovery key',
  'key.lead': 'Brings everything back from the bucket when all devices are lost.',
  'key.open': 'Show…',
  'key.why.back':
    'With this key and the bucket, everything comes back after a fire or a theft. Without the key, a bucket alone brings back nothing.',
  'key.why.read':
    'Whoever has both the key and the bucket can read everything. Make sure that nobody looks on now.',
  'key.why.where':
    'Write it down or print it, and keep it outside the house: with the papers at the bank, or with somebody you trust. Not in the bucket.',
  'key.show': 'Show the key',
  'key.failed': 'The key cannot be shown: {reason}',
  'key.elsewhere':
    'The key is not given out over the network. Open Kinfolio on the machine itself, or run “kinfolio recovery-key” there.',
  'key.keep':
    'Keep it outside the house and away from the bucket. It is the same on all devices of the household.',
  'key.paper':
    'Kinfolio recovery key. With it and the household’s bucket everything comes back: choose “Bring everything back from the bucket” on a new device.',
  'key.qr': 'The recovery key as a QR code',
  'key.print': 'Print…',
  'key.save': 'Save to a file…',
  'key.save.title': 'Save the recovery key',
  'key.file': 'Kinfolio recovery key',
  'key.saved': 'Saved as {file}. Move it to where it is to be kept.',
  'key.save.failed': 'The key was not saved: {reason}',
  'restore.ask': 'All devices lost?',
  'restore.door': 'Bring everything back from the bucket',
  'restore.door.lead': 'All devices are lost, and the household kept a bucket and its recovery key',
  'restore.bucket.how':
    'As the household had it: az://…, s3://… or file:///…. The credentials of the cloud come from this device’s environment (AZURE_… or AWS_…).',
  'restore.key.how': 'Its 72 characters, as printed or saved.',
  'restore.key.file': 'From a file…',
  'restore.go': 'Bring everything back',
  'restore.going': 'Restoring',
  'restore.opening': 'Asking the bucket…',
  'restore.blocks': { one: 'Reading the ledger: {count} block', other: 'Reading the ledger: {count} blocks' },
  'restore.stop': 'Stop',
  'restore.stopping': 'Stopping…',
  'restore.wrong.beginning': 'This is not a recovery key: it begins with kinfolio-key1.',
  'restore.wrong.file': 'This file is too large for one that holds a recovery key. Choose another one.',
  'restore.wrong.bad_key':
    'This key has a typing mistake, or a part of it is missing. Compare it letter by letter.',
  'restore.wrong.wrong_key':
    'This is the key of another household. Look whether the key and the address belong together.',
  'restore.wrong.no_ledger':
    'This bucket holds no ledger of Kinfolio. Look whether the address and its prefix are right.',
  'restore.wrong.bucket_address':
    'This is not the address of a bucket: it begins with az://, s3:// or file:///, and holds no password.',
  'restore.wrong.bucket_missing':
    'There is no such bucket, or it is not mounted. Look for a spelling mistake in the address.',
  'restore.wrong.bucket_unreachable':
    'The bucket does not answer. Is this device connected, and is the address right?',
  'restore.wrong.bucket_credentials':
    'The bucket refuses the credentials: they are missing, wrong or have expired. Set the variables AZURE_… or AWS_… anew, and start Kinfolio again.',
  'restore.wrong.restoring_stopped': 'Stopped. Nothing was made here, and you can begin again.',
  'restore.wrong.disk_full': 'There is no room left on this device’s disk. Free some space and begin again.',
  'restore.failed': 'Nothing was restored: {reason}',
  'restored.title': '{household} is back',
  'restored.lead':
    'Everything that was said of your photos is here again. The originals come now, those that you look at first.',
  'restored.others':
    'The bucket holds more than one ledger of this household. The newest was taken; the other:',
  'restored.note':
    'With the first change here this device becomes the household’s only one, and the devices before it are removed. If one of them still works, join it instead of changing anything here.',
  'restored.open': 'Open the library',
  'recover.open.copied': 'Go on with this library…',
  'recover.open': 'The other devices are gone for good…',
  'recover.title': 'Go on without the lost devices?',
  'recover.title.copied': 'Go on with this library?',
  'recover.go.copied': 'Go on here',
  'recover.means.copied':
    'What is done from here on is the household’s. What was done in another copy of the folder is in it only as far as the bucket, if there is one, had it.',
  'recover.means.copied.one':
    'Go on with one copy only. If two go on without each other, a person has to decide which one stays.',
  'recover.lead.copied':
    'This library’s folder was copied, moved or put back from a backup. If the one that it was copied from is gone, the household goes on from here.',
  'recover.lead':
    'A change is final once {needed} of the {voters} voting devices have it, and too few are left. If one of the missing devices can still be turned on, do that instead: then nothing else is needed.',
  'recover.missed': 'These are missed',
  'recover.missed.pending': { one: '{count} edit waited there', other: '{count} edits waited there' },
  'recover.means': 'What this means',
  'recover.means.first':
    'From here on, this device alone votes; the others vote again as soon as they have come along. The photos, and all that was agreed until now, stay as they are.',
  'recover.means.edits':
    'Edits that only the lost devices hold are not in it. Should one of them return after all, it follows, and its unsent edits come back.',
  'recover.means.tips':
    'A lost device that still runs somewhere stays on the old line until it meets this one: its newest block differs from the one here.',
  'recover.means.rivals':
    'Do this on one device only. If two parts of the household do it without each other, a person has to decide which one goes on.',
  'recover.type': 'To go on, type the name of the household: {household}',
  'recover.go': 'Go on without them',
  'recover.going': 'Going on…',
  'recover.done': 'The household goes on without the lost devices, from block {block}.',
  'recover.failed': 'Nothing was changed: {reason}',
} as const;
