/** Texts of exporting photos, in German. */
import type { exporting as english } from '../en/export';
import type { In } from '../i18n';

export const exporting: In<typeof english> = {
  'ask.export': { one: '{count} Foto exportieren', other: '{count} Fotos exportieren' },
  'export.lead': 'Die Originale, Byte für Byte, in einen Ordner, den Sie wählen.',
  'export.lead.browser': 'Die Originale, Byte für Byte, als Downloads dieses Browsers.',
  'export.filing': 'Ablage',
  'export.filing.plain': 'Alle in einem Ordner',
  'export.filing.month': 'Nach Jahr und Monat',
  'export.filing.album': 'Nach Album',
  'export.sidecars': 'Auch, was zu jedem Foto vermerkt ist',
  'export.sidecars.hint':
    'Tags, Beschreibungen, Sterne und Orte als XMP-Datei daneben, für andere Programme.',
  'export.choose': 'Ordner wählen …',
  'export.folder': 'Wohin exportieren?',
  'export.download': 'Herunterladen',
  'export.many':
    'Ein Browser nimmt höchstens {max} Downloads auf einmal. Wählen Sie weniger aus, oder exportieren Sie in der Desktop-App oder mit kinfolio export.',
  'export.running': '{processed} von {found} exportiert',
  'export.progress': 'Fortschritt des Exports',
  'export.background': 'Im Hintergrund weiter',
  'export.done': { one: '{count} Original exportiert', other: '{count} Originale exportiert' },
  'export.done.browser': { one: '{count} Download hat begonnen', other: '{count} Downloads haben begonnen' },
  'export.present': { one: '{count} war schon da.', other: '{count} waren schon da.' },
  'export.sidecars.left': {
    one: '{count} XMP-Datei eines anderen Programms bleibt, wie sie ist.',
    other: '{count} XMP-Dateien anderer Programme bleiben, wie sie sind.',
  },
  'export.cancelled': 'Angehalten. Was geschrieben wurde, bleibt.',
  'export.failed': 'Der Export wurde abgebrochen: {reason}',
  'export.missing': {
    one: '{count} konnte nicht exportiert werden:',
    other: '{count} konnten nicht exportiert werden:',
  },
  'export.missing.said': {
    one: '{count} Original konnte nicht exportiert werden.',
    other: '{count} Originale konnten nicht exportiert werden.',
  },
  'export.show': 'Gründe zeigen',
};
