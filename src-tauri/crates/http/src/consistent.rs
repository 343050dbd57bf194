//! `?consistent=true` on any reading route: the answer has all that was acknowledged on any device
//! of the household before it was asked for. Without it a device answers from what it has.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kinfolio_library::ledger;

use crate::App;
use crate::problem::Problem;

/// How long a majority of the voters is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

const PARAMETER: &str = "consistent";

/// Waits if asked to, and hides the parameter from the route, which knows nothing of it.
pub(crate) async fn wait(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads || !request.uri().path().starts_with("/api/") {
        return next.run(request).await;
    }
    match taken_out(request.uri()) {
        Ok(None) => {}
        Ok(Some((wanted, rest))) => {
            if wanted && let Err(error) = ledger::consistent(&app.library, PATIENCE).await {
                return Problem::from(error).into_response();
            }
            *request.uri_mut() = rest;
        }
        Err(problem) => return problem.into_response(),
    }
    next.run(request).await
}

/// What the parameter says, and the address without it; nothing if it is not there.
fn taken_out(uri: &Uri) -> Result<Option<(bool, Uri)>, Problem> {
    let parameters = uri.query().unwrap_or_default().split('&');
    let (ours, others): (Vec<_>, Vec<_>) =
        parameters.partition(|one| one.split('=').next() == Some(PARAMETER));
    let Some(said) = ours.last() else {
        return Ok(None);
    };
    let wanted = match said.split_once('=') {
        Some((_, "true")) => true,
        Some((_, "false")) => false,
        _ => return Err(bad("`consistent` must be `true` or `false`")),
    };
    let rest = format!("{}?{}", uri.path(), others.join("&"));
    let rest = rest
        .parse()
        .map_err(|_| bad("the address cannot be read"))?;
    Ok(Some((wanted, rest)))
}

fn bad(detail: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "bad_parameter", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parameter_is_taken_out_and_all_else_stays() {
        let check = |address: &str, expect: Option<(bool, &str)>| {
            let taken = taken_out(&address.parse().unwrap()).unwrap();
            let taken = taken
                .as_ref()
                .map(|(wanted, rest)| (*wanted, rest.to_string()));
            assert_eq!(
                taken,
                expect.map(|(wanted, rest)| (wanted, rest.to_owned()))
            );
        };
        check("/api/v1/ledger", None);
        check("/api/v1/search?q=consistent%3Dtrue", None);
        check(
            "/api/v1/ledger?consistent=true",
            Some((true, "/api/v1/ledger?")),
        );
        check(
            "/api/v1/search?q=a&consistent=false&limit=3",
            Some((false, "/api/v1/search?q=a&limit=3")),
        );
        assert!(taken_out(&"/api/v1/ledger?consistent".parse().unwrap()).is_err());
    }
}
