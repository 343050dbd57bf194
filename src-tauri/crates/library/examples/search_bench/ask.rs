//! Opens a library and asks: how long until the first answer, how long each kind of question takes, and
//! how much memory the process holds afterwards. Timings are told, never judged.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use kinfolio_library::Library;
use kinfolio_library::query::{self, Found, Wanted};
use serde_json::{Map, Value, json};

use crate::question::{Asker, KINDS, Kind, Question};

const PAGE: usize = 100;
/// Photos that are passed over from one page to the next where somebody scrolls far down.
const PASSED_OVER: usize = 2_000;

pub(crate) async fn ask(
    folder: &Path,
    mut asker: Asker,
    rounds: usize,
) -> Result<Value, Box<dyn Error>> {
    let root = folder.join("library");
    let began = Instant::now();
    let library = Library::open(&root).await?;
    search(&library, "", None, PAGE).await?;
    let opened_ms = ms(began);
    let memory_opened = memory()?;
    let mut out = BufWriter::new(File::create(folder.join("questions.jsonl"))?);
    let mut kinds = Map::new();
    for &kind in KINDS {
        let mut answers = Answers::default();
        if kind == Kind::FarDown {
            scroll(&library, &mut out, rounds, &mut answers).await?;
        } else {
            for _ in 0..rounds {
                let question = asker.question(kind);
                let began = Instant::now();
                let found = search(&library, &question.query, None, PAGE).await?;
                answers.note(began, &found);
                note(&mut out, kind, &question, &found)?;
            }
        }
        kinds.insert(kind.name(), answers.told());
    }
    out.flush()?;
    let memory_after = memory()?;
    library.close().await;
    Ok(json!({
        "opened_ms": opened_ms,
        "memory_opened_bytes": memory_opened,
        "memory_bytes": memory_after,
        "rounds": rounds,
        "kinds": kinds,
    }))
}

/// Pages of everything there is, far apart and ever farther down.
async fn scroll(
    library: &Library,
    out: &mut impl Write,
    rounds: usize,
    answers: &mut Answers,
) -> Result<(), Box<dyn Error>> {
    let mut page = search(library, "", None, PASSED_OVER).await?;
    for _ in 0..rounds {
        if page.next.is_none() {
            page = search(library, "", None, PASSED_OVER).await?;
        }
        let Some(last) = page.photos.last() else {
            break;
        };
        let ask = json!({ "after": [last.taken.at.wall_ms, last.id] });
        let question = Question {
            query: String::new(),
            ask,
        };
        let began = Instant::now();
        page = search(library, "", page.next, PAGE).await?;
        answers.note(began, &page);
        note(out, Kind::FarDown, &question, &page)?;
        if page.next.is_some() {
            page = search(library, "", page.next, PASSED_OVER).await?;
        }
    }
    Ok(())
}

async fn search(
    library: &Library,
    text: &str,
    cursor: Option<String>,
    limit: usize,
) -> Result<Found, Box<dyn Error>> {
    let wanted = Wanted {
        query: text.to_owned(),
        limit,
        cursor,
        sort: None,
    };
    Ok(query::search(library, wanted).await?)
}

/// What was asked and found, for whoever answers it too.
fn note(
    out: &mut impl Write,
    kind: Kind,
    question: &Question,
    found: &Found,
) -> std::io::Result<()> {
    let line = json!({
        "kind": kind.name(),
        "same": kind.means_the_same_in_sql(),
        "query": question.query,
        "ask": question.ask,
        "total": found.total,
        "first": found.photos.first().map(|photo| photo.id),
        "last": found.photos.last().map(|photo| photo.id),
    });
    writeln!(out, "{line}")
}

fn ms(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}

/// How long the answers to one kind of question took, and what they found.
#[derive(Default)]
struct Answers {
    times_ms: Vec<f64>,
    found: u64,
}

impl Answers {
    fn note(&mut self, began: Instant, found: &Found) {
        self.times_ms.push(ms(began));
        self.found += found.total;
    }

    fn told(mut self) -> Value {
        self.times_ms.sort_unstable_by(f64::total_cmp);
        let count = self.times_ms.len();
        let at = |percent: usize| {
            self.times_ms
                .get((count * percent / 100).min(count.saturating_sub(1)))
        };
        let found_mean = self.found as f64 / count.max(1) as f64;
        json!({ "p50_ms": at(50), "p95_ms": at(95), "p99_ms": at(99), "asked": count, "found_mean": found_mean })
    }
}

/// What this process holds: in all, of its own, and pages of files, which the system takes back when it
/// needs them.
fn memory() -> std::io::Result<Value> {
    let status = fs::read_to_string("/proc/self/status")?;
    let bytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace()
            .next()?
            .parse::<u64>()
            .ok()
            .map(|kib| kib << 10)
    };
    Ok(json!({ "rss": bytes("VmRSS:"), "own": bytes("RssAnon:"), "files": bytes("RssFile:") }))
}
