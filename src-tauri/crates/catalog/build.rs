//! Turns `proto/kinfolio/v1/library.proto` into Rust, without `protoc`.

use std::error::Error;

const ROOT: &str = "../../../proto";
const FILE: &str = "../../../proto/kinfolio/v1/library.proto";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={FILE}");
    prost_build::Config::new().compile_fds(protox::compile([FILE], [ROOT])?)?;
    Ok(())
}
