"""What a desktop offers to apps: it shows notifications, what they put into the tray, and files in a folder.

Stands in for panel and file manager on the session bus of a test. Prints one line of JSON for each
notification, whenever the tray's menu has become another one, and for files that are to be shown;
`ready` comes first.
"""

import json

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

NOTIFICATIONS = """
<node><interface name="org.freedesktop.Notifications">
  <method name="GetCapabilities"><arg type="as" direction="out"/></method>
  <method name="GetServerInformation">
    <arg type="s" direction="out"/><arg type="s" direction="out"/>
    <arg type="s" direction="out"/><arg type="s" direction="out"/>
  </method>
  <method name="Notify">
    <arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
    <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
    <arg type="a{sv}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/>
  </method>
  <method name="CloseNotification"><arg type="u" direction="in"/></method>
</interface></node>
"""

WATCHER = """
<node><interface name="org.kde.StatusNotifierWatcher">
  <method name="RegisterStatusNotifierItem"><arg type="s" direction="in"/></method>
  <method name="RegisterStatusNotifierHost"><arg type="s" direction="in"/></method>
  <property name="RegisteredStatusNotifierItems" type="as" access="read"/>
  <property name="IsStatusNotifierHostRegistered" type="b" access="read"/>
  <property name="ProtocolVersion" type="i" access="read"/>
</interface></node>
"""

FILES = """
<node><interface name="org.freedesktop.FileManager1">
  <method name="ShowItems"><arg type="as" direction="in"/><arg type="s" direction="in"/></method>
</interface></node>
"""

ITEM = "org.kde.StatusNotifierItem"
MENU = "com.canonical.dbusmenu"
PROPERTIES = "org.freedesktop.DBus.Properties"


def say(word):
    print(json.dumps(word, ensure_ascii=False), flush=True)


class Notifications:
    def __init__(self):
        self.last = 0

    def called(self, _bus, _sender, _path, _interface, method, given, call):
        if method == "GetCapabilities":
            call.return_value(GLib.Variant("(as)", (["body"],)))
        elif method == "GetServerInformation":
            call.return_value(GLib.Variant("(ssss)", ("panel", "test", "1", "1.2")))
        elif method == "Notify":
            _app, _replaces, _icon, title, body, *_ = given.unpack()
            self.last += 1
            say({"notification": {"title": title, "body": body}})
            call.return_value(GLib.Variant("(u)", (self.last,)))
        else:
            call.return_value(None)


class Files:
    def called(self, _bus, _sender, _path, _interface, _method, given, call):
        items, _startup = given.unpack()
        say({"files": items})
        call.return_value(None)


class Tray:
    def __init__(self, bus):
        self.bus = bus
        self.said = None

    def called(self, _bus, sender, _path, _interface, method, given, call):
        call.return_value(None)
        if method == "RegisterStatusNotifierItem":
            (item,) = given.unpack()
            self.ask(sender, item, PROPERTIES, "Get", GLib.Variant("(ss)", (ITEM, "Menu")),
                     lambda answer: self.watch(sender, answer.unpack()[0]))

    def watch(self, sender, menu):
        look = lambda *_: self.look(sender, menu)  # noqa: E731
        for signal in ("LayoutUpdated", "ItemsPropertiesUpdated"):
            self.bus.signal_subscribe(sender, MENU, signal, menu, None, Gio.DBusSignalFlags.NONE, look)
        look()

    def look(self, sender, menu):
        wish = GLib.Variant("(iias)", (0, -1, []))
        self.ask(sender, menu, MENU, "GetLayout", wish, lambda answer: self.show(sender, menu, answer.unpack()))

    def show(self, sender, menu, layout):
        _revision, (_root, _properties, lines) = layout
        shown = [
            {"id": id, "label": properties["label"], "enabled": properties.get("enabled", True)}
            for id, properties, _children in lines
            if "label" in properties
        ]
        if (sender, shown) != self.said:
            self.said = (sender, shown)
            say({"tray": {"bus": sender, "menu": menu, "lines": shown}})

    def ask(self, sender, path, interface, method, given, then):
        def answered(bus, result):
            try:
                then(bus.call_finish(result))
            except GLib.Error:
                pass  # The app has gone in the meantime.

        self.bus.call(sender, path, interface, method, given, None, Gio.DBusCallFlags.NONE, -1, None, answered)


def state(_bus, _sender, _path, _interface, name):
    values = {
        "RegisteredStatusNotifierItems": GLib.Variant("as", []),
        "IsStatusNotifierHostRegistered": GLib.Variant("b", True),
        "ProtocolVersion": GLib.Variant("i", 0),
    }
    return values[name]


def main():
    bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
    offers = [
        ("org.freedesktop.Notifications", "/org/freedesktop/Notifications", NOTIFICATIONS, Notifications()),
        ("org.freedesktop.FileManager1", "/org/freedesktop/FileManager1", FILES, Files()),
        ("org.kde.StatusNotifierWatcher", "/StatusNotifierWatcher", WATCHER, Tray(bus)),
    ]
    for name, path, described, served in offers:
        interface = Gio.DBusNodeInfo.new_for_xml(described).interfaces[0]
        bus.register_object(path, interface, served.called, state, None)
        Gio.bus_own_name_on_connection(bus, name, Gio.BusNameOwnerFlags.NONE, None, None)
    # Names that were asked for on this connection are its own before anything that is asked later.
    bus.call_sync("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "GetId", None, None, 0, -1, None)
    say("ready")
    GLib.MainLoop().run()


main()
