//! Whether there is a tray: somebody on the session bus who shows what apps put there.
//!
//! What the tray says is the page's; this only keeps the app from hiding in a tray that nobody sees.

/// Whether a tray shows what is put into it now. Asks the session bus, which answers at once.
#[cfg(target_os = "linux")]
pub fn is_shown() -> bool {
    has_host().unwrap_or(false) && has_library()
}

/// Elsewhere a tray is a part of the platform.
#[cfg(not(target_os = "linux"))]
pub fn is_shown() -> bool {
    true
}

/// Whether the library is installed that speaks with the tray. It is loaded at its first use, which
/// panics where it is missing: then Kinfolio does without a tray.
#[cfg(target_os = "linux")]
fn has_library() -> bool {
    std::panic::catch_unwind(|| {
        let _ = &*libappindicator_sys::LIB;
    })
    .is_ok()
}

/// What the watcher of trays says of them; nothing, where there is no watcher.
#[cfg(target_os = "linux")]
fn has_host() -> Option<bool> {
    use gtk::gio::{BusType, Cancellable, DBusCallFlags, bus_get_sync};
    use gtk::glib::{Variant, prelude::ToVariant};

    const WATCHER: &str = "org.kde.StatusNotifierWatcher";
    const ANSWER_MS: i32 = 1000;

    let bus = bus_get_sync(BusType::Session, Cancellable::NONE).ok()?;
    let answer = bus.call_sync(
        Some(WATCHER),
        "/StatusNotifierWatcher",
        "org.freedesktop.DBus.Properties",
        "Get",
        Some(&(WATCHER, "IsStatusNotifierHostRegistered").to_variant()),
        None,
        DBusCallFlags::NO_AUTO_START,
        ANSWER_MS,
        Cancellable::NONE,
    );
    answer.ok()?.get::<(Variant,)>()?.0.get()
}
