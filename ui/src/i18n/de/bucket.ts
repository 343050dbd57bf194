/** Texts of the bucket, the recovery key and what the household agrees upon, in German. */
import type { bucket as english } from '../en/bucket';
import type { In } from '../i18n';

export const bucket: In<typeof english> = {
  'bucket.title': 'Bucket',
  'bucket.none': 'Keine brauchbare Adresse',
  'bucket.stands.well': 'Enthält alles',
  'bucket.stands.behind': 'Holt auf',
  'bucket.stands.looking': 'Es wird nachgesehen, ob er antwortet',
  'bucket.stands.trouble': 'Braucht Aufmerksamkeit',
  'bucket.own':
    'Die Umgebung dieses Geräts (KINFOLIO_BUCKET_URL) nennt diesen Bucket, was immer der Haushalt vereinbart hat.',
  'bucket.waiting': 'Noch abzulegen',
  'bucket.failed': 'Nicht abzulegen',
  'bucket.vote.on': 'Der Bucket stimmt mit ab',
  'bucket.vote.off': 'Der Bucket stimmt nicht mit ab',
  'bucket.vote.lead':
    'Stimmt er mit ab, kann eines von zwei Geräten mit ihm weitermachen, während das andere schläft. Gefragt wird er nur dann, oder wenn sich die Geräte nicht gleich einig sind.',
  'bucket.vote.give': 'Mit abstimmen lassen',
  'bucket.vote.end': 'Stimme entziehen',
  'bucket.encrypted': 'verschlüsselt',
  'bucket.encrypted.not': 'nicht verschlüsselt',
  'bucket.dialog': 'Ein Bucket für den Haushalt',
  'bucket.dialog.lead':
    'Ein Ort außer Haus, der jedes Original und das ganze Register enthält. Mit ihm und dem Wiederherstellungsschlüssel kommt alles zurück, wenn alle Geräte verloren sind.',
  'bucket.address': 'Adresse des Buckets',
  'bucket.address.how':
    'az://container/prefix für Azure, s3://bucket/prefix für S3, file:///ordner für eine Platte, die immer eingehängt ist.',
  'bucket.credentials':
    'Die Adresse enthält kein Passwort. Jedes Gerät nimmt die Zugangsdaten der Cloud aus seiner Umgebung: den Variablen AZURE_… oder AWS_…, gesetzt, bevor Kinfolio startet.',
  'bucket.encrypt': 'Verschlüsseln, was dort abgelegt wird',
  'bucket.encrypt.hint':
    'Gilt für einen noch leeren Bucket: Alles, was von da an abgelegt wird, wird verschlüsselt, bevor es das Gerät verlässt, mit einem Schlüssel aus dem Wiederherstellungsschlüssel. Was schon in einem Bucket liegt, bleibt, wie es ist: Einer mit unverschlüsselten Fotos wird abgelehnt, ein verschlüsselter bleibt verschlüsselt.',
  'bucket.leave': 'Keinen Bucket benutzen',
  'bucket.leave.hint': 'Was immer Sie wählen: Aus dem jetzigen Bucket wird nichts gelöscht.',
  'bucket.wrong': 'Der Bucket wurde nicht geändert: {reason}',
  'bucket.wrong.bucket_plain':
    'was er enthält, ist unverschlüsselt und bleibt es. Nehmen Sie für einen verschlüsselten einen neuen, leeren Ort, oder lassen Sie das Häkchen weg',
  'bucket.wrong.bucket_encrypted':
    'was er enthält, ist verschlüsselt und bleibt es. Nehmen Sie für einen unverschlüsselten einen neuen, leeren Ort, oder setzen Sie das Häkchen',
  'bucket.saved.looking': 'Gespeichert. Es wird nachgesehen, ob der Bucket antwortet …',
  'bucket.saved.trouble': 'Gespeichert, aber der Bucket lässt sich nicht benutzen:',
  'bucket.saved.trouble.after':
    'Es wird von selbst wieder versucht; alles andere geht weiter. Beheben Sie es, oder nennen Sie eine andere Adresse.',
  'bucket.saved.own':
    'Für den Haushalt gespeichert. Dieses Gerät bleibt bei dem Bucket, den seine Umgebung nennt (KINFOLIO_BUCKET_URL).',
  'bucket.saved': 'Der Bucket {bucket} ist in Gebrauch.',
  'bucket.saved.after':
    'Originale und Register gehen im Hintergrund dorthin, jedes einmal für den ganzen Haushalt.',
  'bucket.again': 'Adresse ändern',
  'settings.title': 'Einstellungen des Haushalts',
  'settings.lead': 'Im Register vereinbart: auf einem Gerät geändert, auf allen in Kraft.',
  'settings.bucket.none': 'Keiner. Fotos und Register liegen nur auf den Geräten des Haushalts.',
  'settings.bucket.set': 'Einrichten …',
  'settings.change': 'Ändern …',
  'settings.scrub': 'Prüfung der Originale',
  'settings.scrub.lead':
    'Jedes Gerät sieht nach, ob alles, was es hat, noch stimmt, und heilt Beschädigtes aus einer anderen Kopie.',
  'settings.every': 'Alle {time}',
  'settings.prune': 'Warten auf stumme Geräte',
  'settings.prune.lead':
    'Auf ein Gerät, von dem so lange niemand hört, wird nicht mehr gewartet, wenn Änderungen endgültig werden. Ist es wieder da, zählt es von selbst wieder mit.',
  'settings.after': '{time} lang',
  'settings.never': 'Für immer',
  'settings.failed': 'Die Einstellung wurde nicht geändert: {reason}',
  'settings.trouble': 'Die Einstellungen sind nicht lesbar: {reason}',
  'settings.save': 'Speichern',
  'settings.saving': 'Wird gespeichert …',
  'key.title': 'Wiederherstellungsschlüssel',
  'key.lead': 'Bringt alles aus dem Bucket zurück, wenn alle Geräte verloren sind.',
  'key.open': 'Zeigen …',
  'key.why.back':
    'Mit diesem Schlüssel und dem Bucket kommt nach einem Brand oder Diebstahl alles zurück. Ohne den Schlüssel bringt ein Bucket allein nichts zurück.',
  'key.why.read':
    'Wer Schlüssel und Bucket hat, kann alles lesen. Achten Sie darauf, dass gerade niemand zusieht.',
  'key.why.where':
    'Schreiben Sie ihn auf oder drucken Sie ihn aus, und bewahren Sie ihn außer Haus auf: bei den Papieren in der Bank oder bei jemandem, dem Sie vertrauen. Nicht im Bucket.',
  'key.show': 'Schlüssel zeigen',
  'key.failed': 'Der Schlüssel kann nicht gezeigt werden: {reason}',
  'key.elsewhere':
    'Der Schlüssel wird nicht über das Netz herausgegeben. Öffnen Sie Kinfolio auf der Maschine selbst, oder rufen Sie dort „kinfolio recovery-key“ auf.',
  'key.keep':
    'Bewahren Sie ihn außer Haus und fern vom Bucket auf. Er ist auf allen Geräten des Haushalts derselbe.',
  'key.paper':
    'Wiederherstellungsschlüssel von Kinfolio. Mit ihm und dem Bucket des Haushalts kommt alles zurück: Wählen Sie auf einem neuen Gerät „Alles aus dem Bucket zurückholen“.',
  'key.qr': 'Der Wiederherstellungsschlüssel als QR-Code',
  'key.print': 'Drucken …',
  'key.save': 'In Datei speichern …',
  'key.save.title': 'Wiederherstellungsschlüssel speichern',
  'key.file': 'Kinfolio Wiederherstellungsschlüssel',
  'key.saved': 'Gespeichert als {file}. Bringen Sie sie dorthin, wo sie bleiben soll.',
  'key.save.failed': 'Der Schlüssel wurde nicht gespeichert: {reason}',
  'restore.ask': 'Alle Geräte verloren?',
  'restore.door': 'Alles aus dem Bucket zurückholen',
  'restore.door.lead':
    'Alle Geräte sind verloren, und der Haushalt hatte einen Bucket und seinen Wiederherstellungsschlüssel',
  'restore.bucket.how':
    'Wie der Haushalt sie hatte: az://…, s3://… oder file:///…. Die Zugangsdaten der Cloud kommen aus der Umgebung dieses Geräts (AZURE_… oder AWS_…).',
  'restore.key.how': 'Seine 72 Zeichen, wie gedruckt oder gespeichert.',
  'restore.key.file': 'Aus einer Datei …',
  'restore.go': 'Alles zurückholen',
  'restore.going': 'Wiederherstellung',
  'restore.opening': 'Der Bucket wird gefragt …',
  'restore.blocks': {
    one: 'Das Register wird gelesen: {count} Block',
    other: 'Das Register wird gelesen: {count} Blöcke',
  },
  'restore.stop': 'Anhalten',
  'restore.stopping': 'Hält an …',
  'restore.wrong.beginning': 'Das ist kein Wiederherstellungsschlüssel: Er beginnt mit kinfolio-key1.',
  'restore.wrong.file':
    'Diese Datei ist zu groß für eine mit einem Wiederherstellungsschlüssel. Wählen Sie eine andere.',
  'restore.wrong.bad_key':
    'Dieser Schlüssel enthält einen Tippfehler, oder ein Teil fehlt. Vergleichen Sie ihn Zeichen für Zeichen.',
  'restore.wrong.wrong_key':
    'Das ist der Schlüssel eines anderen Haushalts. Sehen Sie nach, ob Schlüssel und Adresse zusammengehören.',
  'restore.wrong.no_ledger':
    'Dieser Bucket enthält kein Register von Kinfolio. Sehen Sie nach, ob Adresse und Präfix stimmen.',
  'restore.wrong.bucket_address':
    'Das ist keine Adresse eines Buckets: Sie beginnt mit az://, s3:// oder file:/// und enthält kein Passwort.',
  'restore.wrong.bucket_missing':
    'Einen solchen Bucket gibt es nicht, oder er ist nicht eingehängt. Suchen Sie in der Adresse nach einem Schreibfehler.',
  'restore.wrong.bucket_unreachable':
    'Der Bucket antwortet nicht. Ist dieses Gerät verbunden, und stimmt die Adresse?',
  'restore.wrong.bucket_credentials':
    'Der Bucket lehnt die Zugangsdaten ab: Sie fehlen, sind falsch oder abgelaufen. Setzen Sie die Variablen AZURE_… oder AWS_… neu, und starten Sie Kinfolio noch einmal.',
  'restore.wrong.restoring_stopped': 'Angehalten. Hier ist nichts entstanden, und Sie können neu beginnen.',
  'restore.wrong.disk_full':
    'Auf der Platte dieses Geräts ist kein Platz mehr. Schaffen Sie Platz und beginnen Sie neu.',
  'restore.failed': 'Es wurde nichts wiederhergestellt: {reason}',
  'restored.title': '{household} ist wieder da',
  'restored.lead':
    'Alles, was zu Ihren Fotos festgehalten war, ist wieder da. Die Originale kommen jetzt, zuerst die, die Sie ansehen.',
  'restored.others':
    'Der Bucket enthält mehr als ein Register dieses Haushalts. Das neueste wurde genommen; das andere:',
  'restored.note':
    'Mit der ersten Änderung hier wird dieses Gerät das einzige des Haushalts, und die bisherigen werden entfernt. Falls eines davon noch läuft, hier nichts ändern, sondern ihm beitreten.',
  'restored.open': 'Bibliothek öffnen',
  'recover.open.copied': 'Mit dieser Bibliothek weitermachen …',
  'recover.open': 'Die anderen Geräte sind endgültig verloren …',
  'recover.title': 'Ohne die verlorenen Geräte weitermachen?',
  'recover.title.copied': 'Mit dieser Bibliothek weitermachen?',
  'recover.go.copied': 'Hier weitermachen',
  'recover.means.copied':
    'Was von hier an geschieht, gehört zum Haushalt. Was in einer anderen Kopie des Ordners geschah, ist nur dabei, soweit es im Bucket war, falls es einen gibt.',
  'recover.means.copied.one':
    'Machen Sie nur mit einer Kopie weiter. Gehen zwei ohne einander weiter, muss jemand entscheiden, welche bleibt.',
  'recover.lead.copied':
    'Der Ordner dieser Bibliothek wurde kopiert, verschoben oder aus einer Sicherung zurückgespielt. Gibt es den, von dem er kopiert wurde, nicht mehr, so geht der Haushalt hier weiter.',
  'recover.lead':
    'Eine Änderung ist endgültig, sobald {needed} der {voters} stimmberechtigten Geräte sie haben, und es sind zu wenige übrig. Lässt sich eines der fehlenden Geräte noch einschalten, tun Sie lieber das: Dann ist nichts weiter nötig.',
  'recover.missed': 'Diese fehlen',
  'recover.missed.pending': {
    one: '{count} Änderung wartete dort',
    other: '{count} Änderungen warteten dort',
  },
  'recover.means': 'Was das bedeutet',
  'recover.means.first':
    'Von hier an stimmt dieses Gerät allein ab; die anderen stimmen wieder mit, sobald sie mitgekommen sind. Die Fotos und alles bisher Vereinbarte bleiben, wie sie sind.',
  'recover.means.edits':
    'Änderungen, die nur die verlorenen Geräte haben, sind nicht dabei. Kehrt eines doch zurück, folgt es, und seine ungesendeten Änderungen kommen wieder.',
  'recover.means.tips':
    'Ein verlorenes Gerät, das irgendwo noch läuft, bleibt auf der alten Linie, bis es diesem begegnet: Sein neuester Block ist ein anderer als hier.',
  'recover.means.rivals':
    'Tun Sie das nur auf einem Gerät. Tun es zwei Teile des Haushalts ohneeinander, muss ein Mensch entscheiden, welcher weitermacht.',
  'recover.type': 'Geben Sie zum Weitermachen den Namen des Haushalts ein: {household}',
  'recover.go': 'Ohne sie weitermachen',
  'recover.going': 'Es geht weiter …',
  'recover.done': 'Der Haushalt macht ohne die verlorenen Geräte weiter, ab Block {block}.',
  'recover.failed': 'Es wurde nichts geändert: {reason}',
};
