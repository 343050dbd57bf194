/** Texts of inviting a device, in German. */
import type { invite as english } from '../en/invite';
import type { In } from '../i18n';

export const invite: In<typeof english> = {
  'invite.button': 'Gerät hinzufügen',
  'invite.title': 'Gerät hinzufügen',
  'invite.lead':
    'Die Einladung gilt für ein Gerät, so lange Sie wählen und solange Kinfolio auf diesem läuft.',
  'invite.validity': 'Gültig für',
  'invite.observer': 'Es beobachtet nur',
  'invite.make': 'Einladung erstellen',
  'invite.making': 'Wird erstellt …',
  'invite.how':
    'Starten Sie Kinfolio auf dem neuen Gerät, wählen Sie „Mit Einladung beitreten“ und fügen Sie dies ein:',
  'invite.text': 'Einladung',
  'invite.copy': 'Kopieren',
  'invite.copied': 'Kopiert',
  'invite.copy.failed': 'Mit Strg+C kopieren',
  'invite.qr': 'Die Einladung als QR-Code',
  'invite.secret': 'Wer sie hat, kann um Aufnahme bitten. Zeigen Sie sie sonst niemandem.',
  'invite.gone': '{device} wartet nicht mehr. Die Einladung lässt sich wieder benutzen.',
  'invite.left': 'noch {time}',
  'invite.waiting': 'Warten auf das neue Gerät …',
  'invite.joining': '{device} tritt bei …',
  'invite.joined': '{device} ist beigetreten',
  'invite.asking': '{device} möchte beitreten',
  'invite.compare.go': 'Wörter vergleichen',
  'invite.compare': 'Vergleichen Sie diese Wörter mit denen auf dem neuen Gerät.',
  'invite.differ': 'Sind sie verschieden, steht etwas zwischen den beiden Geräten: Weisen Sie das neue ab.',
  'invite.let.in': 'Gleich: einlassen',
  'invite.turn.away': 'Verschieden: abweisen',
  'invite.turned.away': '{device} wurde abgewiesen. Nichts aus diesem Haushalt wurde mit ihm geteilt.',
  'invite.answer.failed': 'Das ging nicht: {reason}',
  'invite.joined.voter': 'Es stimmt ab, sobald es auf dem Stand ist.',
  'invite.joined.observer': 'Es folgt ohne Stimme.',
  'invite.same': 'Sie sind gleich',
  'invite.remove': 'Sie sind verschieden: entfernen …',
  'invite.expired': 'Die Einladung ist abgelaufen',
  'invite.expired.lead': 'Niemand hat sie rechtzeitig benutzt, und niemand kann es mehr.',
  'invite.again': 'Neue erstellen',
  'invite.failed': 'Die Einladung konnte nicht erstellt werden: {reason}',
  'invite.failed.too_many_invitations':
    'Es gibt zu viele offene Einladungen. Warten Sie, bis eine benutzt oder abgelaufen ist.',
  'invite.failed.not_listening':
    'Kinfolio lauscht hier nicht auf andere Geräte. Beenden Sie es und starten Sie es neu.',
  'invite.open': 'Eine Einladung ist offen',
  'invite.open.observer': 'Eine Einladung zum Beobachten ist offen',
  'invite.show': 'Zeigen',
  'invite.withdraw': 'Zurückziehen',
  'invite.withdraw.failed': 'Die Einladung wurde nicht zurückgezogen: {reason}',
  'invite.trouble': 'Was aus der Einladung wurde, ist nicht zu sehen: {reason}',
};
