"""A window full of one button; dragging from it drags the files that are named as arguments.

Stands in for a file manager: what the desktop under test sees is an ordinary drag by X11 of
`text/uri-list`. Prints `ready` when it can be dragged from, `began` and `ended` as it happens.
"""

import pathlib
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402

TITLE = "kinfolio-drag-source"


def say(word):
    print(word, flush=True)


def main(paths):
    uris = [pathlib.Path(path).absolute().as_uri() for path in paths]
    handle = Gtk.Button(label=f"{len(uris)} files")
    handle.drag_source_set(
        Gdk.ModifierType.BUTTON1_MASK,
        [Gtk.TargetEntry.new("text/uri-list", 0, 0)],
        Gdk.DragAction.COPY,
    )
    handle.connect("drag-begin", lambda *_: say("began"))
    handle.connect("drag-data-get", lambda _w, _c, data, _i, _t: data.set_uris(uris))
    handle.connect("drag-end", lambda *_: say("ended"))

    window = Gtk.Window(title=TITLE)
    window.set_default_size(160, 120)
    window.add(handle)
    window.connect("map-event", lambda *_: say("ready"))
    window.connect("destroy", Gtk.main_quit)
    window.show_all()
    Gtk.main()


main(sys.argv[1:])
