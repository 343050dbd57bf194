//! The command line's grammar.

mod organise;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use kinfolio_library::catalog::PhotoId;

pub(crate) use organise::{
    AlikeArgs, EditArgs, ExportArgs, FieldsArgs, FieldsCommand, LabelsArgs, LabelsCommand,
};

/// A household's photos, held whole and in agreement by every device.
#[derive(Debug, Parser)]
#[command(name = "kinfolio", version, arg_required_else_help = true)]
pub(crate) struct Usage {
    /// The library's folder [default: the platform's data folder]
    #[arg(
        long,
        global = true,
        env = "KINFOLIO_DATA",
        value_name = "DIR",
        hide_env_values = true
    )]
    pub(crate) data: Option<PathBuf>,

    /// Print one JSON document
    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Usage {
    /// Reads the command line, program name first.
    pub(crate) fn read(words: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        Self::try_parse_from(shielded(words))
    }
}

/// `words` with a blank before each query that begins with one hyphen (`-tag:x`), so that it is
/// not taken for options; [`query`] takes the blank away. What follows an option with a value is
/// that value and stays.
fn shielded(words: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut shielded: Vec<OsString> = Vec::new();
    let mut asks = false;
    let mut is_value = false;
    for word in words {
        let text = word.to_string_lossy().into_owned();
        let is_query = text.len() > 1
            && text.starts_with('-')
            && !text.starts_with("--")
            && !matches!(text.as_str(), "-h" | "-V");
        let shield = asks && is_query && !is_value;
        asks |= !is_value && matches!(text.as_str(), "search" | "edit" | "export" | "purge");
        is_value = text.starts_with("--") && !text.contains('=') && text != "--json";
        if shield {
            let mut blank = OsString::from(" ");
            blank.push(word);
            shielded.push(blank);
        } else {
            shielded.push(word);
        }
    }
    shielded
}

/// A query without the blanks before it.
fn query(text: &str) -> Result<String, std::convert::Infallible> {
    Ok(text.trim_start().to_owned())
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a new household with this as its first device
    Init(InitArgs),
    /// Run the headless node: HTTP API and web UI
    Serve(ServeArgs),
    /// Invite one device to become a member; needs a node that runs
    Invite(InviteArgs),
    /// Become a member of a household that has invited this device
    Join(JoinArgs),
    /// Print the household's recovery key: with it and the bucket everything comes back when all
    /// devices are lost. Keep it outside the house
    RecoveryKey,
    /// Make this empty folder a device with all that the household's bucket holds
    Restore(RestoreArgs),
    /// List the household's devices, or remove one
    Devices(DevicesArgs),
    /// Show what the household has agreed upon, or agree upon something else
    Household(HouseholdArgs),
    /// Import files and folders, recursively
    Import(ImportArgs),
    /// Search with the language of the app's search box
    Search(SearchArgs),
    /// Show one photo's record, or who did what to it
    Show(ShowArgs),
    /// Write originals out again, byte for byte
    Export(ExportArgs),
    /// Change photos
    Edit(EditArgs),
    /// List photos that look alike, or keep the best of some
    Alike(AlikeArgs),
    /// List the household's tags, or make, rename, merge or remove one
    Tags(LabelsArgs),
    /// List the household's albums, or make, rename, merge or remove one
    Albums(LabelsArgs),
    /// List the people who are on photos, or add, rename, merge or remove one
    People(LabelsArgs),
    /// List the household's own fields, or define or remove one
    Fields(FieldsArgs),
    /// Take back what this device did last, on every device; once more: what it did before that
    Undo,
    /// Delete the originals of photos in the trash on all devices and in the bucket, for good
    Purge(PurgeArgs),
    /// Show this device, the chain and its members
    Status,
    /// Check the whole chain; writes nothing
    Verify(VerifyArgs),
    /// Throw search index and catalogue away and make both anew from the chain; while no node runs
    Reindex,
    /// List blocks of the chain
    Blocks(BlocksArgs),
    /// Measure
    #[command(subcommand)]
    Bench(Bench),
    /// Write generated photos, for demos, tests and load; needs no library
    Sample(SampleArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    /// Write random strings to several node processes on this machine, then compare their chains
    Ledger(BenchLedgerArgs),
    /// One node of such a measurement
    #[command(hide = true)]
    Node(BenchNodeArgs),
}

#[derive(Debug, Args)]
pub(crate) struct BenchLedgerArgs {
    /// Node processes, each with a disk folder of its own under TMPDIR
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=15))]
    pub(crate) nodes: u8,
    /// Strings to write, each to a random node
    #[arg(long, value_name = "E", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) entries: u64,
    /// Bytes of each string
    #[arg(long, value_name = "BYTES", default_value_t = 128, value_parser = clap::value_parser!(u32).range(16..=65_536))]
    pub(crate) size: u32,
    /// Clients, each with one string outstanding
    #[arg(long, value_name = "C", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub(crate) clients: u32,
    /// Then leave the nodes alone for so long, and measure what they do
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) idle_seconds: u64,
    /// Kill one node when half is written, and start it again
    #[arg(long)]
    pub(crate) kill_one: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BenchNodeArgs {
    /// Where it listens
    #[arg(long, value_name = "ADDR")]
    pub(crate) peer: SocketAddr,
    /// Another node, as DEVICE=ADDR; may be repeated
    #[arg(long = "other", value_name = "DEVICE=ADDR")]
    pub(crate) others: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// What the household is called
    #[arg(long, value_name = "HOUSEHOLD")]
    pub(crate) name: String,
    /// What this device is called [default: the machine's name]
    #[arg(long, value_name = "NAME")]
    pub(crate) device: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Where to serve the HTTP API and the web UI; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8787")]
    pub(crate) api: SocketAddr,
    /// Where to listen for the household's other devices; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "0.0.0.0:8788")]
    pub(crate) peer: SocketAddr,
    /// Accept the token in this file instead of the one in the library's api-token
    #[arg(long, value_name = "F")]
    pub(crate) web_token_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct InviteArgs {
    /// For how long the invitation is good, in minutes
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_080))]
    pub(crate) for_minutes: u32,
    /// Let the device follow and write, without a vote
    #[arg(long)]
    pub(crate) observer: bool,
    /// Let the device in only once somebody has compared the check words that both sides show
    #[arg(long)]
    pub(crate) confirm: bool,
    /// Let in the device that shows these check words and waits
    #[arg(long, value_name = "CHECK-WORDS", conflicts_with_all = ["for_minutes", "observer", "confirm", "withdraw"])]
    pub(crate) let_in: Option<String>,
    /// Take an invitation back with which nobody was let in: the invitation, or its id as
    /// `kinfolio devices` prints it. A device that waits to be let in is told no
    #[arg(long, value_name = "INVITATION", conflicts_with_all = ["for_minutes", "observer", "confirm"])]
    pub(crate) withdraw: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct JoinArgs {
    /// What `kinfolio invite` or the app has given out
    #[arg(value_name = "INVITATION")]
    pub(crate) invitation: String,
    /// What this device is called [default: the machine's name]
    #[arg(long, value_name = "NAME")]
    pub(crate) device: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The household's bucket, as in KINFOLIO_BUCKET_URL; credentials come from the environment
    #[arg(value_name = "BUCKET_URL")]
    pub(crate) bucket: String,
    /// A file with the text that `kinfolio recovery-key` has printed; - reads it from stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// What this device is called [default: the machine's name]
    #[arg(long, value_name = "NAME")]
    pub(crate) device: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct DevicesArgs {
    #[command(subcommand)]
    pub(crate) command: Option<DevicesCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DevicesCommand {
    /// Remove a device for good
    Remove(DeviceArgs),
    /// Go on with this device where most of the others are lost for good
    Recover,
    /// Go with a device that was recovered, where this one follows the ledger as it was
    Follow(DeviceArgs),
}

#[derive(Debug, Args)]
pub(crate) struct DeviceArgs {
    /// The device's name or id, or at least the id's first eight digits, as `kinfolio devices` prints it
    #[arg(value_name = "ID")]
    pub(crate) id: String,
}

#[derive(Debug, Args)]
pub(crate) struct HouseholdArgs {
    /// The bucket: file:///…, az://container/prefix or s3://bucket/prefix without secrets, or none
    #[arg(long, value_name = "URL")]
    pub(crate) bucket: Option<String>,
    /// Whether what is put into the bucket is to be encrypted
    #[arg(long, value_name = "yes|no")]
    pub(crate) encrypt_bucket: Option<YesNo>,
    /// Whether the bucket has a vote, so that of two devices each can decide while the other is away
    #[arg(long, value_name = "on|off")]
    pub(crate) bucket_voter: Option<OnOff>,
    /// How often each device looks whether all that it holds is still right: 30d, 12h
    #[arg(long, value_name = "TIME")]
    pub(crate) scrub_every: Option<String>,
    /// After how long a silent device stops counting towards the quorum: 30d, or never
    #[arg(long, value_name = "TIME")]
    pub(crate) prune_after: Option<String>,
    /// Which originals a device keeps: all, recent, recent:DAYS or on-demand; may be repeated
    #[arg(long = "placement", value_name = "DEVICE=WHICH", value_parser = placement)]
    pub(crate) placements: Vec<(String, String)>,
}

impl HouseholdArgs {
    pub(crate) fn changes_anything(&self) -> bool {
        self.bucket.is_some()
            || self.encrypt_bucket.is_some()
            || self.bucket_voter.is_some()
            || self.scrub_every.is_some()
            || self.prune_after.is_some()
            || !self.placements.is_empty()
    }
}

/// On or off.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum OnOff {
    On,
    Off,
}

impl From<OnOff> for bool {
    fn from(answer: OnOff) -> Self {
        matches!(answer, OnOff::On)
    }
}

/// Yes or no.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum YesNo {
    Yes,
    No,
}

impl From<YesNo> for bool {
    fn from(answer: YesNo) -> Self {
        matches!(answer, YesNo::Yes)
    }
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// Files and folders
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Tag every photo that is added; may be repeated
    #[arg(long = "tag", value_name = "T")]
    pub(crate) tags: Vec<String>,
    /// Put every photo into an album, also one that was there already; may be repeated
    #[arg(long = "album", value_name = "A")]
    pub(crate) albums: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct SearchArgs {
    /// The query; without one, every photo not in the trash
    #[arg(value_name = "QUERY", value_parser = query)]
    pub(crate) query: Vec<String>,
    /// Photos to list, at most 20,000
    #[arg(long, value_name = "N", default_value_t = 100,
          value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub(crate) limit: u32,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The photo's id, as `search` prints it
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Show every edit of it instead: who, when, on which device, and values that conflicted
    #[arg(long)]
    pub(crate) history: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PurgeArgs {
    /// Ids, or one query (is:trashed is all of the trash)
    #[arg(required = true, value_name = "QUERY-or-ID", value_parser = query)]
    pub(crate) photos: Vec<String>,
    /// A photo to purge even if no other good copy is known than the last one; may be repeated
    #[arg(long = "last-copy", value_name = "ID")]
    pub(crate) last_copies: Vec<PhotoId>,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Hash every stored original again, too
    #[arg(long)]
    pub(crate) deep: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BlocksArgs {
    /// The first height
    #[arg(long, value_name = "H", default_value_t = 0)]
    pub(crate) from: u64,
    /// Blocks to list, at most 100,000
    #[arg(long, value_name = "N", default_value_t = 100,
          value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) limit: u32,
}

#[derive(Debug, Args)]
pub(crate) struct SampleArgs {
    /// How many photos
    #[arg(long, value_name = "N")]
    pub(crate) count: u32,
    /// The folder to write them into; made if missing
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
    /// The same seed makes the same photos
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Pixels of each photo, about; for benchmarks
    #[arg(long, value_name = "N", hide = true)]
    pub(crate) pixels: Option<u64>,
}

/// A text that names no device and no placement.
#[derive(Debug, thiserror::Error)]
#[error("write DEVICE=WHICH, as Laptop=recent or 1a2b=on-demand")]
struct NotAPlacement;

fn placement(text: &str) -> Result<(String, String), NotAPlacement> {
    let (device, which) = text.rsplit_once('=').ok_or(NotAPlacement)?;
    Ok((device.to_owned(), which.to_owned()))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_grammar_is_sound() {
        Usage::command().debug_assert();
    }

    #[test]
    fn queries_may_begin_with_a_hyphen_and_options_still_count() {
        let parse = |args: &[&str]| Usage::read(args.iter().map(OsString::from)).unwrap();
        let Command::Search(search) =
            parse(&["kinfolio", "search", "-tag:x", "--limit", "3", "--json"]).command
        else {
            panic!("not a search");
        };
        assert_eq!((search.query, search.limit), (vec!["-tag:x".to_owned()], 3));
        let Command::Search(search) =
            parse(&["kinfolio", "search", "beach", "-tag:x", "--limit", "3"]).command
        else {
            panic!("not a search");
        };
        assert_eq!((search.query.len(), search.limit), (2, 3));
        let Command::Edit(edit) =
            parse(&["kinfolio", "edit", "a", "--caption", "-x-", "--add-tag=t"]).command
        else {
            panic!("not an edit");
        };
        assert_eq!(edit.caption.as_deref(), Some("-x-"));
        assert_eq!(
            (edit.photos, edit.add_tags),
            (vec!["a".to_owned()], vec!["t".to_owned()])
        );
        let usage = parse(&["kinfolio", "search", "--json", "-is:video beach"]);
        assert!(usage.json);
        let Command::Edit(edit) = parse(&[
            "kinfolio",
            "edit",
            "-tag:x",
            "b",
            "-is:video",
            "--rating",
            "3",
            "--position",
            "-1,-2",
        ])
        .command
        else {
            panic!("not an edit");
        };
        assert_eq!(edit.photos, ["-tag:x", "b", "-is:video"]);
        assert_eq!((edit.rating, edit.position), (Some(3), Some([-1.0, -2.0])));
    }
}
