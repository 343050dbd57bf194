//! Where a bucket is, and how the store behind it is opened. The only place that knows the
//! clouds by name.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::{Arc, Once};
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, ClientConfigKey, ObjectStore, RetryConfig};
use url::Url;

use crate::error::BucketError;

/// How requests are bounded, unless `AZURE_*` or `AWS_*` say otherwise: a store that does not
/// answer is told within half a minute, and a slow line may take its time.
const CLIENT: [(ClientConfigKey, &str); 3] = [
    (ClientConfigKey::ConnectTimeout, "5 seconds"),
    // Starts anew with every piece that comes; a part of an upload has to go out within it.
    (ClientConfigKey::ReadTimeout, "2 minutes"),
    (ClientConfigKey::Timeout, "6 hours"),
];

/// How often a request is repeated that failed for no fault of its own.
const RETRIES_MAX: usize = 3;
const RETRY_TIME_MAX: Duration = Duration::from_secs(20);

/// Longest address, in bytes: the household's ledger names it wherever it speaks of the bucket.
const ADDRESS_BYTES_MAX: usize = 100;

/// Where a bucket is: `file:///folder`, `az://container/prefix` or `s3://bucket/prefix`. Holds no
/// secret: those come from the variables that [`crate::Bucket::open`] is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    place: Place,
    /// Below which all objects lie; empty for all of it.
    prefix: Path,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Folder(PathBuf),
    Azure(String),
    S3(String),
}

impl FromStr for Address {
    type Err = BucketError;

    fn from_str(text: &str) -> Result<Self, BucketError> {
        let bad = |reason| BucketError::BadAddress { reason };
        let url = Url::parse(text.trim())
            .map_err(|_| bad("it is no URL: file:///…, az://… or s3://… is expected"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad(
                "it holds a name or a password: those belong into AZURE_* or AWS_* variables",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(bad(
                "it holds a `?` or a `#`: a token belongs into AZURE_* or AWS_* variables",
            ));
        }
        if url.port().is_some() {
            return Err(bad(
                "it holds a port: an endpoint belongs into AZURE_* or AWS_* variables",
            ));
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        let place = match (url.scheme(), host.is_empty()) {
            ("file", true) => {
                let folder = url
                    .to_file_path()
                    .map_err(|()| bad("it names no folder of this machine"))?;
                return short(Self {
                    place: Place::Folder(folder),
                    prefix: Path::default(),
                });
            }
            ("file", false) => return Err(bad("it needs three slashes: file:///folder")),
            ("az", false) => Place::Azure(host),
            ("s3", false) => Place::S3(host),
            ("az", true) => return Err(bad("it names no container: az://container/prefix")),
            ("s3", true) => return Err(bad("it names no bucket: s3://bucket/prefix")),
            _ => return Err(bad("it begins with none of file:///, az:// and s3://")),
        };
        let prefix = Path::from_url_path(url.path())
            .map_err(|_| bad("its prefix cannot be the name of an object"))?;
        short(Self { place, prefix })
    }
}

/// The address, unless it is too long for what carries it.
fn short(address: Address) -> Result<Address, BucketError> {
    if address.to_string().len() > ADDRESS_BYTES_MAX {
        let reason = "it is longer than 100 bytes: choose a shorter folder or prefix";
        return Err(BucketError::BadAddress { reason });
    }
    Ok(address)
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Folder(folder) => write!(f, "file://{}", folder.display()),
            Place::Azure(container) => write!(f, "az://{container}"),
            Place::S3(bucket) => write!(f, "s3://{bucket}"),
        }?;
        if self.prefix.as_ref().is_empty() {
            return Ok(());
        }
        write!(f, "/{}", self.prefix)
    }
}

impl Address {
    /// The folder, if it is one of this machine's.
    pub(crate) fn folder(&self) -> Option<&std::path::Path> {
        match &self.place {
            Place::Folder(folder) => Some(folder),
            Place::Azure(_) | Place::S3(_) => None,
        }
    }

    /// The store behind this address, with the settings that `variables` hold under the names
    /// that object_store knows. Nothing is asked of it yet.
    pub(crate) fn open(
        &self,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Arc<dyn ObjectStore>, BucketError> {
        let setup = |reason: String| BucketError::BadSetup {
            bucket: self.to_string(),
            reason,
        };
        // What a builder refuses is a setting, never a secret's value.
        let refused = |error: object_store::Error| match error {
            object_store::Error::Generic { source, .. } => setup(source.to_string()),
            other => setup(other.to_string()),
        };
        match &self.place {
            Place::Folder(folder) => {
                if !folder.is_dir() {
                    return Err(BucketError::NoSuchBucket {
                        bucket: self.to_string(),
                    });
                }
                let store = LocalFileSystem::new_with_prefix(folder).map_err(refused)?;
                Ok(Arc::new(store.with_fsync(true)))
            }
            Place::Azure(container) => {
                bring_tls();
                let mut builder = MicrosoftAzureBuilder::new();
                for (key, value) in CLIENT {
                    builder = builder.with_config(AzureConfigKey::Client(key), value);
                }
                for (key, value) in named(variables, "AZURE_", "IDENTITY_ENDPOINT") {
                    let key = key.replace("identity_endpoint", "azure_msi_endpoint");
                    if let Ok(key) = key.parse() {
                        builder = builder.with_config(key, value);
                    }
                }
                let endpoint = builder.get_config_value(&AzureConfigKey::Endpoint);
                let allowed = AzureConfigKey::Client(ClientConfigKey::AllowHttp);
                plain(
                    endpoint.as_deref(),
                    builder.get_config_value(&allowed).as_deref(),
                    "AZURE",
                )
                .map_err(setup)?;
                let store = builder
                    .with_container_name(container)
                    .with_retry(retry())
                    .build()
                    .map_err(refused)?;
                Ok(Arc::new(PrefixStore::new(store, self.prefix.clone())))
            }
            Place::S3(bucket) => {
                bring_tls();
                let mut builder = AmazonS3Builder::new();
                for (key, value) in CLIENT {
                    builder = builder.with_config(AmazonS3ConfigKey::Client(key), value);
                }
                for (key, value) in named(variables, "AWS_", "") {
                    if let Ok(key) = key.parse() {
                        builder = builder.with_config(key, value);
                    }
                }
                let endpoint = builder.get_config_value(&AmazonS3ConfigKey::Endpoint);
                let allowed = AmazonS3ConfigKey::Client(ClientConfigKey::AllowHttp);
                plain(
                    endpoint.as_deref(),
                    builder.get_config_value(&allowed).as_deref(),
                    "AWS",
                )
                .map_err(setup)?;
                let store = builder
                    .with_bucket_name(bucket)
                    .with_retry(retry())
                    .build()
                    .map_err(refused)?;
                Ok(Arc::new(PrefixStore::new(store, self.prefix.clone())))
            }
        }
    }
}

/// The variables that begin so, or are called so, with lower-case names.
fn named(
    variables: impl IntoIterator<Item = (String, String)>,
    begins: &'static str,
    is: &'static str,
) -> impl Iterator<Item = (String, String)> {
    variables
        .into_iter()
        .filter(move |(name, _)| name.starts_with(begins) || (!is.is_empty() && name == is))
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
}

/// Whether an endpoint without TLS is meant.
fn plain(endpoint: Option<&str>, allowed: Option<&str>, cloud: &str) -> Result<(), String> {
    let is_plain = endpoint.is_some_and(|endpoint| endpoint.starts_with("http://"));
    if is_plain && allowed != Some("true") {
        return Err(format!(
            "its endpoint is plain http; set {cloud}_ALLOW_HTTP=true if that is meant"
        ));
    }
    Ok(())
}

fn retry() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(4),
            base: 3.0,
        },
        max_retries: RETRIES_MAX,
        retry_timeout: RETRY_TIME_MAX,
    }
}

/// Names the provider of TLS, the one that the rest of the house uses; a process that has named
/// another keeps that.
fn bring_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_and_print() {
        let check = |text: &str, expect: Result<&str, &str>| {
            let got = text.parse::<Address>();
            match (got, expect) {
                (Ok(address), Ok(shown)) => assert_eq!(address.to_string(), shown, "{text}"),
                (Err(error), Err(says)) => {
                    let error = error.to_string();
                    assert!(error.contains(says), "{text}: {error}");
                    assert!(!error.contains("hunter2"), "{error}");
                }
                (got, _) => assert!(expect.is_err() == got.is_err(), "{text}: {got:?}"),
            }
        };
        check("file:///mnt/nas/photos", Ok("file:///mnt/nas/photos"));
        check("az://photos", Ok("az://photos"));
        check("az://photos/", Ok("az://photos"));
        check("s3://photos/our/home/", Ok("s3://photos/our/home"));
        check("file://mnt/nas", Err("three slashes"));
        check("s3:///prefix", Err("names no bucket"));
        check("az://", Err("names no container"));
        check("https://a.blob.core.windows.net/c", Err("none of"));
        check("/mnt/nas", Err("no URL"));
        check("az://me:hunter2@photos/x", Err("password"));
        check(&format!("s3://photos/{}", "x".repeat(90)), Err("100 bytes"));
        check("az://photos?sig=hunter2", Err("`?`"));
        check("s3://photos:9000/x", Err("port"));
    }

    #[test]
    fn settings_that_cannot_be_meant_are_told_by_their_variable() {
        let check = |url: &str, variables: &[(&str, &str)], says: &str| {
            let address: Address = url.parse().unwrap();
            let variables = variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            let error = address.open(variables).unwrap_err().to_string();
            assert!(error.contains(says) && error.contains(url), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        };
        check("az://photos", &[], "Account must be specified");
        let plain = [
            ("AZURE_STORAGE_ACCOUNT_NAME", "us"),
            ("AZURE_STORAGE_ACCOUNT_KEY", "aHVudGVyMg=="),
            ("AZURE_STORAGE_ENDPOINT", "http://localhost:1/us"),
        ];
        check("az://photos", &plain, "AZURE_ALLOW_HTTP=true");
        check(
            "s3://photos",
            &[("AWS_ENDPOINT", "http://localhost:1")],
            "AWS_ALLOW_HTTP=true",
        );
        check("file:///no/such/folder", &[], "is not mounted");
    }
}
