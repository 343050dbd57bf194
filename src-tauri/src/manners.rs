//! What a desktop expects of an app beside its window, as routes of the shell's own: the page says
//! what is wished and asks what is so. No text and no menu is made here.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use kinfolio_http::Problem;
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;

use crate::desktop_entry::Launch;
use crate::handed::{Handed, Taken};
use crate::{at_login, open_with, tray};

/// Where these routes are; everything else is the library's or the page's.
pub const ROUTES: &str = "/shell";

/// How this app gets on with its desktop.
pub struct Manners {
    data: PathBuf,
    background: bool,
    /// Whether closing the window leaves the app in the tray.
    kept_in_tray: AtomicBool,
    /// What is to be imported.
    pub handed: Handed,
}

impl Manners {
    /// Those of the app on the library in `data`.
    pub fn new(data: &Path, background: bool) -> Self {
        Self {
            data: data.to_path_buf(),
            background,
            kept_in_tray: AtomicBool::new(false),
            handed: Handed::default(),
        }
    }

    /// Whether the app was started without showing its window.
    pub fn is_in_background(&self) -> bool {
        self.background
    }

    /// Whether a window that is closed now can be had back by the tray.
    pub fn stays_in_tray(&self) -> bool {
        self.kept_in_tray.load(Ordering::Relaxed) && tray::is_shown()
    }

    fn tell(&self) -> io::Result<Told> {
        let launch = Launch::new(&self.data)?;
        Ok(Told {
            version: env!("CARGO_PKG_VERSION"),
            background: self.background,
            tray: tray::is_shown(),
            open_with: open_with::is_wished(&launch)?,
            at_login: at_login::is_wished(&launch)?,
        })
    }

    fn change(&self, wish: &Wish) -> io::Result<Told> {
        let launch = Launch::new(&self.data)?;
        if let Some(wished) = wish.keep_in_tray {
            self.kept_in_tray.store(wished, Ordering::Relaxed);
        }
        if let Some(wished) = wish.open_with {
            open_with::wish(&launch, wished)?;
        }
        if let Some(wished) = wish.at_login {
            at_login::wish(&launch, wished)?;
        }
        self.tell()
    }
}

/// The routes by which the page asks and wishes.
pub fn router(manners: Arc<Manners>) -> Router {
    Router::new()
        .route(ROUTES, get(tell).patch(change))
        .route("/shell/handed", post(take_handed))
        .with_state(manners)
}

/// How things are.
#[derive(Serialize)]
struct Told {
    /// This app's own.
    version: &'static str,
    /// Whether it was started without showing its window.
    background: bool,
    /// Whether a tray shows what is put there.
    tray: bool,
    /// Whether file managers offer this library for photos.
    open_with: bool,
    /// Whether the session starts it.
    at_login: bool,
}

/// What is to be otherwise.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    keep_in_tray: Option<bool>,
    open_with: Option<bool>,
    at_login: Option<bool>,
}

async fn tell(State(manners): State<Arc<Manners>>) -> Result<Json<Told>, Problem> {
    answered(spawn_blocking(move || manners.tell()).await)
}

async fn change(
    State(manners): State<Arc<Manners>>,
    Json(wish): Json<Wish>,
) -> Result<Json<Told>, Problem> {
    answered(spawn_blocking(move || manners.change(&wish)).await)
}

async fn take_handed(State(manners): State<Arc<Manners>>) -> Json<Taken> {
    Json(manners.handed.take())
}

fn answered<E: ToString>(done: Result<io::Result<Told>, E>) -> Result<Json<Told>, Problem> {
    let failed = |detail| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "desktop", detail);
    match done {
        Ok(Ok(told)) => Ok(Json(told)),
        Ok(Err(error)) => Err(failed(error.to_string())),
        Err(error) => Err(failed(error.to_string())),
    }
}
