/** Texts of the first start, joining and signing in, in German. */
import type { start as english } from '../en/start';
import type { In } from '../i18n';

export const start: In<typeof english> = {
  'start.title': 'Willkommen bei Kinfolio',
  'start.lead':
    'Die Fotos Ihres Haushalts, beisammen und nachweislich unverändert, auf Ihren eigenen Geräten.',
  'start.door': 'Haushalt gründen',
  'start.household': 'Name des Haushalts',
  'start.household.example': 'Familie Müller',
  'start.device': 'Name dieses Geräts',
  'start.device.default': 'Dieser PC',
  'start.go': 'Loslegen',
  'start.going': 'Wird angelegt …',
  'start.failed': 'Der Haushalt konnte nicht angelegt werden: {reason}',
  'start.door.lead': 'Eine neue Bibliothek, mit diesem als erstem Gerät',
  'join.door': 'Mit Einladung beitreten',
  'join.door.lead': 'Ein anderes Gerät Ihres Haushalts hat dieses eingeladen',
  'start.doors': 'Wie es losgeht',
  'name.long': 'Höchstens {max} Zeichen, bitte.',
  'join.invitation': 'Einladung',
  'join.invitation.hint': 'kinfolio1…',
  'join.invitation.how': 'Auf einem Gerät des Haushalts: „Haushalt“ öffnen, dann „Gerät hinzufügen“.',
  'join.go': 'Beitreten',
  'join.going': 'Tritt bei …',
  'join.progress': 'Das einladende Gerät wird gefragt. Das kann bis zu einer Minute dauern.',
  'join.wrong.beginning': 'Das ist keine Einladung: Sie beginnt mit kinfolio1.',
  'join.wrong.bad_invitation':
    'Diese Einladung ist nicht lesbar. Kopieren Sie sie noch einmal, vom ersten bis zum letzten Zeichen. Hilft das nicht, bringen Sie Kinfolio auf beiden Geräten auf den neuesten Stand.',
  'join.wrong.invitation_refused':
    'Der Haushalt nimmt diese Einladung nicht an: Ihre Zeit ist um, oder sie wurde schon benutzt. Bitten Sie um eine neue.',
  'join.wrong.inviter_unreachable':
    'Das einladende Gerät antwortet nicht. Ist es an, läuft dort Kinfolio, und sind beide im selben Netz?',
  'join.wrong.no_quorum':
    'Der Haushalt kann jetzt kein Gerät aufnehmen, weil zu wenige seiner Geräte an sind. Schalten Sie ein weiteres ein und versuchen Sie es noch einmal; die Einladung gilt weiter.',
  'join.wrong.bad_name':
    'Dieser Name geht nicht. Er braucht mindestens einen Buchstaben und höchstens 100 Zeichen.',
  'join.wrong.name_taken': 'Ein anderes Gerät des Haushalts heißt so. Wählen Sie einen anderen Namen.',
  'join.wrong.joining_declined':
    'Am anderen Gerät wurde dieses nicht eingelassen. Wenn die Prüfwörter verschieden sind, bitten Sie um eine neue Einladung, in einem Netz, dem Sie vertrauen.',
  'join.compare': 'Sind diese Wörter gleich?',
  'join.compare.where':
    'Vergleichen Sie sie mit denen auf dem Gerät, das die Einladung geschickt hat, und bestätigen Sie es dort.',
  'join.compare.differ':
    'Vorher wird nichts geteilt. Sind sie verschieden, steht etwas zwischen den beiden Geräten: Brechen Sie hier ab, und weisen Sie dieses Gerät dort ab.',
  'join.stop': 'Abbrechen',
  'join.stopping': 'Wird abgebrochen …',
  'join.failed': 'Der Beitritt ist fehlgeschlagen: {reason}',
  'joined.title': 'Willkommen bei {household}',
  'joined.lead': 'Vergleichen Sie diese Wörter mit denen, die {inviter} zeigt.',
  'joined.same': 'Sie sind gleich',
  'joined.differ': 'Sie sind verschieden',
  'joined.differ.advice':
    'Dann steht etwas zwischen den beiden Geräten. Entfernen Sie {device} sofort auf {inviter}, und laden Sie es in einem Netz, dem Sie vertrauen, neu ein.',
  'joined.anyway': 'Bibliothek trotzdem öffnen',
  'joined.voter': '{device} gehört jetzt zu diesem Haushalt. Es stimmt mit ab, sobald es aufgeholt hat.',
  'joined.observer': '{device} gehört jetzt zu diesem Haushalt. Es folgt ohne Stimme.',
  'checkwords.label': 'Prüfwörter',
  'signin.title': 'Anmelden',
  'signin.lead':
    'Diese Bibliothek verlangt ihr API-Token. Es steht in der Datei api-token im Ordner der Bibliothek.',
  'signin.token': 'API-Token',
  'signin.go': 'Anmelden',
  'signin.wrong':
    'Das ist nicht das Token dieser Bibliothek. Kopieren Sie es vollständig aus der Datei api-token.',
  'signin.failed': 'Die Anmeldung ist fehlgeschlagen: {reason}',
  'empty.title': 'Ziehen Sie Ihre Fotos hierher',
  'empty.lead':
    'Dateien oder ganze Ordner. Sie werden in {household} kopiert; die Originale bleiben, wo sie sind.',
  'empty.folder': 'Ordner wählen …',
  'empty.files': 'Dateien wählen …',
};
