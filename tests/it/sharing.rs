//! Several processes and one library: the node owns it, commands find the node.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};

use harness::library::Household;
use serde_json::json;

#[test]
fn commands_speak_to_the_node_that_owns_the_library() {
    let home = Household::found();
    let folder = home.sample("photos", 5);
    let node = home.serve();
    let socket = fs::metadata(home.root().join("api.sock")).unwrap();
    assert!(socket.file_type().is_socket());
    assert_eq!(socket.permissions().mode() & 0o777, 0o600);

    // The node has another working directory, and names need not be UTF-8.
    let odd = folder.join(std::ffi::OsStr::from_bytes(b"odd \xff.bin"));
    fs::write(&odd, "odd").unwrap();
    let import = |path: &std::ffi::OsStr| {
        let mut command = home.command(["import".as_ref(), path, "--json".as_ref()]);
        harness::library::ran(command.current_dir(&folder))
            .succeeded()
            .json()
    };
    assert_eq!(import(odd.file_name().unwrap())["added"], 1);
    let receipt = import(".".as_ref());
    assert_eq!(
        (&receipt["added"], &receipt["duplicate"]),
        (&json!(5), &json!(1))
    );
    let client = node.client();
    assert_eq!(
        client.get("/api/v1/search").json()["total"],
        6,
        "an import ends when it is found"
    );
    assert_eq!(
        home.json(["search", "odd"])["photos"][0]["name"],
        "odd \\xFF.bin"
    );
    assert_eq!(
        home.json(["edit", "-is:trashed", "--add-tag", "t"])["photos"],
        6
    );
    let status = home.json(["status"]);
    let ledger = client.get("/api/v1/ledger").json();
    assert_eq!(
        (&status["tip"], &status["height"]),
        (&ledger["tip"], &ledger["height"])
    );
    assert_eq!(
        home.json(["verify", "--deep"])["ok"],
        true,
        "while the node runs"
    );
    node.kill();

    // A dead node's socket stands in nobody's way.
    assert!(home.root().join("api.sock").exists());
    assert_eq!(home.json(["status"])["tip"], status["tip"]);
    assert!(home.serve().terminate().success());
}

#[test]
fn commands_without_a_node_wait_for_each_other() {
    let home = Household::found();
    let folder = home.sample("photos", 12);
    std::thread::scope(|scope| {
        let imports: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| home.json(["import".as_ref(), folder.as_os_str()])))
            .collect();
        let added: u64 = imports
            .into_iter()
            .map(|import| import.join().unwrap()["added"].as_u64().unwrap())
            .sum();
        assert_eq!(added, 12);
    });
    assert_eq!(home.json(["status"])["photos"], 12);
}
