//! Turns the services and messages of `proto/kinfolio/v1` into Rust, without `protoc`.

use std::error::Error;

const ROOT: &str = "../../../proto";
const FILES: [&str; 4] = [
    "../../../proto/kinfolio/v1/peer.proto",
    "../../../proto/kinfolio/v1/ledger.proto",
    "../../../proto/kinfolio/v1/pairing.proto",
    "../../../proto/kinfolio/v1/files.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    for file in FILES {
        println!("cargo:rerun-if-changed={file}");
    }
    // Bytes are slices of the frame that they came in: nothing is copied on the way in.
    tonic_prost_build::configure()
        .build_transport(false)
        .bytes(".")
        .compile_fds(protox::compile(FILES, [ROOT])?)?;
    Ok(())
}
