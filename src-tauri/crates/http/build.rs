//! Makes cargo notice a new UI: the built files in `ui/dist` become part of this crate.

use std::path::Path;

fn main() {
    let dist = Path::new("../../../ui/dist");
    let watched = if dist.is_dir() {
        dist
    } else {
        Path::new("../../../ui/package.json")
    };
    // A build script talks to cargo on its standard output.
    #[allow(clippy::print_stdout)]
    {
        println!("cargo:rerun-if-changed={}", watched.display());
    }
}
