//! The app's life: window, start, end.
//!
//! Window and library open beside each other; the page's first requests wait for the library. A
//! start that fails ends in a message that a person can act on. The app ends, whether by its
//! window, a signal or the session, only after the library is sealed.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use axum::Router;
use kinfolio_library::LibraryError;
use tauri::async_runtime::spawn;
use tauri::http::{Request, Response};
use tauri::webview::NewWindowResponse;
use tauri::{
    AppHandle, Manager, RunEvent, Url, WebviewUrl, WebviewWindowBuilder, Window, WindowEvent,
};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};
use tauri_plugin_window_state::StateFlags;
use tokio::signal::unix::{SignalKind, signal};

use crate::home::{Answering, Home};
use crate::manners::{self, Manners};
use crate::options::Options;
use crate::{events, first_start, protocol, single};

/// The label of the one window.
pub const WINDOW: &str = "main";

/// Runs the app until it ends.
pub fn run(options: Options) -> ExitCode {
    if !has_display() {
        eprintln!(
            "kinfolio-desktop: no display can be opened: start it on a desktop, or use `kinfolio serve`"
        );
        return ExitCode::FAILURE;
    }
    let Some(data) = options
        .data
        .or_else(kinfolio_library::layout::default_folder)
    else {
        eprintln!(
            "kinfolio-desktop: no place for the library: set HOME, or name a folder with --data"
        );
        return ExitCode::FAILURE;
    };
    let manners = Arc::new(Manners::new(&data, options.background));
    manners.handed.add(&options.paths, &here());
    match build(&data, &manners) {
        Ok((app, home)) => {
            let code = app.run_return(move |app, event| on_event(app, event, &home));
            ExitCode::from(u8::try_from(code).unwrap_or(1))
        }
        Err(error) => {
            eprintln!("kinfolio-desktop: the window cannot be opened: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Asked before anything is opened, since without a display GTK ends the process with a panic.
#[cfg(target_os = "linux")]
fn has_display() -> bool {
    gtk::init().is_ok()
}

/// Elsewhere a display is always there.
#[cfg(not(target_os = "linux"))]
fn has_display() -> bool {
    true
}

/// Where paths on the command line begin.
fn here() -> PathBuf {
    std::env::current_dir().unwrap_or_default()
}

fn build(data: &Path, manners: &Arc<Manners>) -> tauri::Result<(tauri::App, Arc<Home>)> {
    let home = Arc::new(Home::new(data.to_path_buf()));
    let page = Page {
        home: Arc::clone(&home),
        first_start: first_start::router(Arc::clone(&home)),
        manners: manners::router(Arc::clone(manners)),
    };
    let remembered =
        StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED | StateFlags::FULLSCREEN;
    let starting = Arc::clone(&home);
    let (opening, closing) = (Arc::clone(manners), Arc::clone(manners));
    let app = tauri::Builder::default()
        .plugin(single::per_library(data, Arc::clone(manners)))
        .plugin(
            tauri_plugin_window_state::Builder::new()
                .with_state_flags(remembered)
                .build(),
        )
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(
            tauri_plugin_opener::Builder::new()
                .open_js_links_on_click(false)
                .build(),
        )
        .on_window_event(move |window, event| on_window_event(window, event, &closing))
        .register_asynchronous_uri_scheme_protocol(
            protocol::SCHEME,
            move |_window, request, responder| {
                let page = page.clone();
                spawn(async move { responder.respond(page.answer(request).await) });
            },
        )
        .setup(move |app| {
            spawn(start(app.handle().clone(), starting));
            open_window(app.handle(), !opening.is_in_background())?;
            Ok(())
        })
        .build(tauri::generate_context!())?;
    Ok((app, home))
}

/// Who the page talks to, whatever stage the library is in.
#[derive(Clone)]
struct Page {
    home: Arc<Home>,
    first_start: Router,
    manners: Router,
}

impl Page {
    async fn answer(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        if Path::new(request.uri().path()).starts_with(manners::ROUTES) {
            return protocol::answer(self.manners.clone(), request).await;
        }
        let router = match self.home.answering().await {
            Answering::FirstStart => self.first_start.clone(),
            Answering::Library(router) => router,
            Answering::Nobody => first_start::closing(),
        };
        protocol::answer(router, request).await
    }
}

fn open_window(app: &AppHandle, visible: bool) -> tauri::Result<()> {
    let page = Url::parse(protocol::START)
        .map_err(|_| tauri::Error::InvalidWebviewUrl(protocol::START))?;
    WebviewWindowBuilder::new(app, WINDOW, WebviewUrl::CustomProtocol(page))
        .title("Kinfolio")
        .inner_size(1280.0, 860.0)
        .min_inner_size(420.0, 420.0)
        .visible(visible)
        .initialization_script(languages())
        // Nothing that a photo's caption or name could smuggle in leads out of the app.
        .on_navigation(|to| to.scheme() == protocol::SCHEME)
        .on_new_window(|_to, _features| NewWindowResponse::Deny)
        .build()?;
    Ok(())
}

/// Tells the page which languages the person has chosen. WebKit would ask the C library, which knows
/// only those that are installed on the machine.
fn languages() -> String {
    let chosen: Vec<_> = sys_locale::get_locales().collect();
    let json = serde_json::to_string(&chosen).unwrap_or_else(|_| "[]".to_owned());
    format!("window.kinfolioLanguages = {json};")
}

async fn start(app: AppHandle, home: Arc<Home>) {
    spawn(exit_on_signal(app.clone()));
    if let Err(error) = home.open().await {
        fail(&app, &error);
    } else if let Some(library) = home.library().await {
        events::forward(app, library).await;
    }
}

/// Says why the library cannot be opened, and ends the app when that has been read.
fn fail(app: &AppHandle, error: &LibraryError) {
    tracing::error!(%error, "the library could not be opened");
    eprintln!("kinfolio-desktop: {error}");
    let (told, reason) = (app.clone(), error.to_string());
    // The window may still be in the making: its thread comes to this afterwards.
    if let Err(error) = app.run_on_main_thread(move || tell_and_exit(&told, reason)) {
        tracing::error!(%error, "the window is gone already");
        app.exit(1);
    }
}

fn tell_and_exit(app: &AppHandle, reason: String) {
    if let Some(Err(error)) = app.get_webview_window(WINDOW).map(|window| window.hide()) {
        tracing::debug!(%error, "the empty window stays behind the message");
    }
    let ended = app.clone();
    app.dialog()
        .message(reason)
        .title("Kinfolio cannot open this library")
        .kind(MessageDialogKind::Error)
        .show(move |_read| ended.exit(1));
}

/// A signal ends the app as closing its window does.
async fn exit_on_signal(app: AppHandle) {
    let (Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
        signal(SignalKind::hangup()),
    ) else {
        return tracing::warn!("signals end this app without sealing the library");
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
    app.exit(0);
}

/// Closing the window ends the app, unless it stays in the tray. The menu is none of a full screen.
fn on_window_event(window: &Window, event: &WindowEvent, manners: &Manners) {
    let done = match event {
        WindowEvent::CloseRequested { api, .. } if manners.stays_in_tray() => {
            api.prevent_close();
            window.hide()
        }
        WindowEvent::Resized(_) => fit_menu(window),
        _ => Ok(()),
    };
    if let Err(error) = done {
        tracing::warn!(%error, "the window does not show as it should");
    }
}

fn fit_menu(window: &Window) -> tauri::Result<()> {
    let full = window.is_fullscreen()?;
    if window.menu().is_none() || window.is_menu_visible()? != full {
        return Ok(());
    }
    if full {
        window.hide_menu()
    } else {
        window.show_menu()
    }
}

/// The end waits until the library is sealed.
fn on_event(app: &AppHandle, event: RunEvent, home: &Arc<Home>) {
    let RunEvent::ExitRequested { code, api, .. } = event else {
        return;
    };
    if home.is_closed() {
        return;
    }
    api.prevent_exit();
    let (app, home) = (app.clone(), Arc::clone(home));
    spawn(async move {
        home.close().await;
        app.exit(code.unwrap_or(0));
    });
}
