/** What went wrong by its code, in German, where the library says it in English only. */
export const problems: Partial<Record<string, string>> = {
  bad_name: 'Dieser Name geht nicht. Er braucht mindestens einen Buchstaben und höchstens 100 Zeichen.',
  closing: 'Kinfolio wird gerade beendet. Versuchen Sie es wieder, wenn es läuft.',
  device_removed:
    'Dieses Gerät wurde aus dem Haushalt entfernt: Hier lässt sich nichts mehr ändern. Ihre Fotos liegen weiter in seinem Ordner.',
  device_superseded:
    'Eine Kopie dieses Geräts läuft anderswo, oder sein Ordner wurde aus früherer Zeit zurückgespielt: Hier lässt sich nichts ändern. Beenden Sie eines von beiden und starten Sie das andere neu.',
  device_unknown: 'Dieses Gerät gehört nicht mehr zum Haushalt.',
  disk_full:
    'Auf dem Datenträger ist kein Platz mehr. Schaffen Sie Platz und versuchen Sie es noch einmal; nichts ist verloren.',
  field_unknown: 'Dieses Feld gibt es nicht mehr.',
  import_unknown: 'Diesen Import gibt es nicht mehr.',
  in_use: 'Die Bibliothek wird schon von einem anderen Programm benutzt. Beenden Sie es zuerst.',
  internal:
    'In Kinfolio ging etwas schief. Versuchen Sie es noch einmal; im Protokoll der Bibliothek steht mehr.',
  invitation_unknown: 'Diese Einladung gibt es nicht mehr.',
  invitation_used: 'Mit dieser Einladung ist schon ein Gerät beigetreten.',
  label_unknown: 'Diesen Tag oder dieses Album gibt es nicht mehr.',
  last_copy: 'Das wäre die letzte geprüfte Kopie eines Originals.',
  members_change: 'Die Geräte des Haushalts ändern sich gerade. Versuchen Sie es noch einmal.',
  nobody_asks:
    'Das Gerät wartet nicht mehr. Lassen Sie es noch einmal beitreten, nötigenfalls mit neuer Einladung.',
  nothing_to_import: 'Dort ist nichts, was sich importieren ließe.',
  original_damaged: 'Das Original ist beschädigt, und keine andere Kopie ist erreichbar.',
  original_missing: 'Das Original fehlt, und keine andere Kopie ist erreichbar.',
  original_unreachable: 'Kein erreichbares Gerät hat das Original.',
  other_check_words: 'Das Gerät zeigt andere Prüfwörter. Sehen Sie auf beiden noch einmal nach.',
  photo_unknown: 'Dieses Foto gibt es nicht mehr.',
  purged: 'Dieses Foto wurde endgültig gelöscht.',
  too_many: 'Mehr davon geht nicht.',
  too_many_photos: 'Das sind zu viele Fotos auf einmal.',
  upload_broken: 'Die Übertragung brach ab. Versuchen Sie es noch einmal.',
  upload_too_large: 'Diese Datei ist zu groß.',
  voters_away: 'Zu viele Geräte mit Stimme sind nicht erreichbar.',
};
