//! TLS in which a device is its key: certificates carry an Ed25519 key and nothing that counts.
//!
//! There is no authority and no name to check: the device id follows from the key, and the
//! handshake's signature proves that the peer holds it. Knows no member list; whom to talk to
//! is the caller's to say.

use std::sync::Arc;

use ed25519_dalek::{SigningKey, VerifyingKey};
use kinfolio_chain::DeviceId;
use kinfolio_chain::config::device_id;
use tokio_rustls::rustls::client::Resumption;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use tokio_rustls::rustls::server::{ClientHello, NoServerSessionStorage, ParsedCertificate};
use tokio_rustls::rustls::version::TLS13;
use tokio_rustls::rustls::{
    ClientConfig, DigitallySignedStruct, DistinguishedName, Error, ServerConfig, SignatureScheme,
};

/// What stands before the 32 bytes of a seed in PKCS#8 (RFC 8410, section 7).
const PKCS8_HEAD: [u8; 16] = *b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";

/// What stands before the 32 bytes of a key in a certificate (RFC 8410, section 4).
const SPKI_HEAD: [u8; 12] = *b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";

/// What a connection is for; HTTP/2 is spoken on each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alpn {
    /// Everything but files.
    Links,
    /// Files.
    Files,
}

impl Alpn {
    fn name(self) -> &'static [u8] {
        match self {
            Self::Links => b"h2",
            Self::Files => b"kinfolio-files",
        }
    }

    /// Whether a client offers this and nothing else.
    pub(crate) fn is_meant_by(self, hello: &ClientHello<'_>) -> bool {
        let offered = hello.alpn().into_iter().flatten();
        offered.eq([self.name()])
    }
}

/// Why a device's key cannot be used for TLS.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// No certificate could be made.
    #[error("no certificate could be made for this device's key: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The certificate is not to the TLS library's liking.
    #[error("this device's certificate cannot be used: {0}")]
    Tls(#[from] Error),
}

/// This device, as it shows itself on the network.
#[derive(Debug)]
pub struct Identity {
    device: DeviceId,
    certificate: CertificateDer<'static>,
    key: PrivatePkcs8KeyDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl Identity {
    /// The identity of the device that holds `key`. The same key gives the same certificate.
    ///
    /// # Errors
    /// [`IdentityError`] if the cryptographic library refuses the key.
    pub fn new(key: &SigningKey) -> Result<Self, IdentityError> {
        let device = device_id(&key.verifying_key());
        let pkcs8 = [PKCS8_HEAD.as_slice(), &key.to_bytes()].concat();
        let key = PrivatePkcs8KeyDer::from(pkcs8);
        let signer = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&key, &rcgen::PKCS_ED25519)?;
        let mut params = rcgen::CertificateParams::default();
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "Kinfolio device");
        let certificate = params.self_signed(&signer)?.der().clone();
        Ok(Self {
            device,
            certificate,
            key,
            provider: Arc::new(ring::default_provider()),
        })
    }

    /// This device's id.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.device
    }

    /// For listening: any peer with an Ed25519 certificate that it holds the key of, and peers
    /// without a certificate.
    pub(crate) fn server_config(&self) -> Result<ServerConfig, IdentityError> {
        let verifier = Arc::new(AnyDevice(self.provider.clone()));
        let mut config = ServerConfig::builder_with_provider(self.provider.clone())
            .with_protocol_versions(&[&TLS13])?
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![self.certificate.clone()], self.key.clone_key().into())?;
        config.alpn_protocols = [Alpn::Links, Alpn::Files]
            .map(|alpn| alpn.name().to_vec())
            .into();
        // A resumed session would not prove again that the peer still holds its key.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(config)
    }

    /// For dialling `expected`, as this device.
    pub(crate) fn client_config(
        &self,
        expected: DeviceId,
        alpn: Alpn,
    ) -> Result<ClientConfig, IdentityError> {
        let builder = client_builder(&self.provider, expected)?;
        let certificate = vec![self.certificate.clone()];
        let config = builder.with_client_auth_cert(certificate, self.key.clone_key().into())?;
        Ok(finish(config, alpn))
    }
}

/// For dialling `expected` as nobody in particular.
pub(crate) fn anonymous_config(expected: DeviceId) -> Result<ClientConfig, IdentityError> {
    let provider = Arc::new(ring::default_provider());
    let config = client_builder(&provider, expected)?.with_no_client_auth();
    Ok(finish(config, Alpn::Links))
}

type ClientBuilder = tokio_rustls::rustls::ConfigBuilder<
    ClientConfig,
    tokio_rustls::rustls::client::WantsClientCert,
>;

fn client_builder(
    provider: &Arc<CryptoProvider>,
    expected: DeviceId,
) -> Result<ClientBuilder, IdentityError> {
    let verifier = Arc::new(OneDevice {
        expected,
        provider: provider.clone(),
    });
    Ok(ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(verifier))
}

fn finish(mut config: ClientConfig, alpn: Alpn) -> ClientConfig {
    config.alpn_protocols = vec![alpn.name().to_vec()];
    config.resumption = Resumption::disabled();
    config.enable_sni = false;
    config
}

/// The device whose key a certificate carries.
///
/// # Errors
/// As [`key_of`].
fn device_of(certificate: &CertificateDer<'_>) -> Result<DeviceId, Error> {
    key_of(certificate).map(|key| device_id(&key))
}

/// The key that a certificate carries.
///
/// # Errors
/// If it is no certificate, or its key is not an Ed25519 key.
pub(crate) fn key_of(certificate: &CertificateDer<'_>) -> Result<VerifyingKey, Error> {
    let spki = ParsedCertificate::try_from(certificate)?.subject_public_key_info();
    spki.strip_prefix(SPKI_HEAD.as_slice())
        .and_then(|key| key.try_into().ok())
        .and_then(|key| VerifyingKey::from_bytes(key).ok())
        .ok_or_else(|| Error::General("the certificate carries no Ed25519 key".into()))
}

fn verify(
    provider: &CryptoProvider,
    message: &[u8],
    certificate: &CertificateDer<'_>,
    signed: &DigitallySignedStruct,
) -> Result<HandshakeSignatureValid, Error> {
    let algorithms = &provider.signature_verification_algorithms;
    verify_tls13_signature(message, certificate, signed, algorithms)
}

/// TLS 1.2 is switched off; should a peer get here all the same, it gets no further.
fn no_tls12() -> Error {
    Error::General("TLS 1.2 is not spoken here".into())
}

/// Takes any device for what its key says that it is.
#[derive(Debug)]
struct AnyDevice(Arc<CryptoProvider>);

impl ClientCertVerifier for AnyDevice {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        device_of(end_entity)?;
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(no_tls12())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify(&self.0, message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
}

/// Takes one device and no other.
#[derive(Debug)]
struct OneDevice {
    expected: DeviceId,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for OneDevice {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let device = device_of(end_entity)?;
        if device != self.expected {
            let expected = self.expected;
            let why = format!("device {device} answered where {expected} was expected");
            return Err(Error::General(why));
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(no_tls12())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify(&self.provider, message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
}
