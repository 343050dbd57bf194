/** Texts of the desktop around the window: menu, tray, notifications and their settings, in English. */
export const shell = {
  'window.title': '{household} – Kinfolio',
  'menu.file': '&File',
  'menu.edit': '&Edit',
  'menu.view': '&View',
  'menu.help': '&Help',
  'menu.about': 'About Kinfolio',

  'about.title': 'About Kinfolio',
  'about.version': 'Version {version}',
  'about.what': 'The photos of a household, on its own devices.',
  'about.licence': 'Free software under the MIT or the Apache 2.0 licence, as you choose.',

  'tray.opening': 'Opening the library…',
  'tray.first': 'No household yet',
  'tray.offline': 'No answer from the library',
  'tray.scanning': 'Import: looking for photos…',
  'tray.importing': 'Import: {processed} of {found}',
  'tray.show': 'Show Kinfolio',

  'notice.full': '{device} is full',
  'notice.clock': '{device} has another time',
  'notice.silent': 'Nothing is heard of {device}',
  'notice.device': '{device} needs care',
  'notice.ledger': 'Your household needs care',

  'handed.missing': {
    one: 'Not imported, because it is not there: {names}',
    other: '{count} items were not imported, because they are not there: {names}',
  },
  'handed.more': { one: '{count} more', other: '{count} more' },
  'handed.failed': 'Files that were to be imported could not be taken over: {reason}',

  'desktop.title': 'On this computer',
  'desktop.login': 'Start at login',
  'desktop.login.tray': 'Kinfolio starts in the tray, without its window.',
  'desktop.login.bar': 'Kinfolio starts minimised.',
  'desktop.tray': 'Keep running in the tray',
  'desktop.tray.hint': 'When its window is closed, Kinfolio goes on sharing with your other devices.',
  'desktop.tray.none': 'This desktop has no tray: closing the window ends Kinfolio.',
  'desktop.notices': 'Notifications',
  'desktop.notices.hint': 'When an import has finished, and when one of your devices needs care.',
  'desktop.offer': 'Offer Kinfolio for photos in the file manager',
  'desktop.offer.hint': '“Open with Kinfolio” imports them.',
  'desktop.failed': 'This was not changed: {reason}',
  'desktop.trouble': 'Something on this desktop did not work: {reason}',
} as const;
