//! Reads `tauri.conf.json` and `capabilities/` for the desktop shell.

fn main() {
    tauri_build::build();
}
