//! The peer protocol spoken by hand, down to the single byte: what no honest program can send.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use ed25519_dalek::SigningKey;
use http_body_util::BodyExt;
use http_body_util::channel::{Channel, Sender};
use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper::{HeaderMap, Request};
use hyper_util::rt::{TokioExecutor, TokioIo};
use kinfolio_transport::{PeerMessage, RefusalCode};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    ClientConfig, DigitallySignedStruct, Error, SignatureScheme, version::TLS13,
};

/// Longer than anything here takes.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// What stands before the 32 bytes of a seed in PKCS#8 (RFC 8410, section 7).
const PKCS8_HEAD: [u8; 16] = *b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";

/// A link whose bytes are ours.
pub(super) struct Raw {
    said: Sender<Bytes>,
    answers: Incoming,
    unread: BytesMut,
    heard: VecDeque<PeerMessage>,
}

impl Raw {
    /// A link as the device that holds `key`, or as nobody.
    ///
    /// # Errors
    /// The status with which the node refuses it.
    pub(super) async fn open(
        address: SocketAddr,
        key: Option<&SigningKey>,
    ) -> Result<Self, String> {
        let stream = tls(address, key).await;
        let shaken = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await;
        let (mut calls, connection) = shaken.expect("HTTP/2");
        tokio::spawn(connection);
        let (said, body) = Channel::new(16);
        let request = Request::post("https://kinfolio/kinfolio.v1.Peer/Link")
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(body)
            .expect("a sound request");
        let answer = calls.send_request(request).await.expect("an answer");
        if let Some(status) = status(answer.headers()) {
            return Err(status);
        }
        Ok(Self {
            said,
            answers: answer.into_body(),
            unread: BytesMut::new(),
            heard: VecDeque::new(),
        })
    }

    /// Sends bytes as they are. Whether they go anywhere shows in what comes back.
    pub(super) async fn say(&mut self, bytes: impl Into<Bytes>) {
        let said = self.said.send_data(bytes.into());
        drop(tokio::time::timeout(PATIENCE, said).await);
    }

    /// Ends this side of the link in good order.
    pub(super) fn end(&mut self) {
        self.said = Channel::<Bytes>::new(1).0;
    }

    /// What the node says next; at the end, the status that it leaves behind.
    pub(super) async fn next(&mut self) -> Result<PeerMessage, String> {
        let next = tokio::time::timeout(PATIENCE, self.read());
        next.await.expect("a word in time")
    }

    /// Waits for the node's greeting. What is said before it is refused, but not told.
    pub(super) async fn greeted(&mut self) {
        loop {
            match self.next().await {
                Ok(PeerMessage::Hello(_)) => return,
                Ok(_) => {}
                Err(ended) => panic!("not greeted: {ended}"),
            }
        }
    }

    /// Waits until it is refused for this reason; returns what it is told.
    pub(super) async fn refused(&mut self, reason: RefusalCode) -> String {
        loop {
            match self.next().await {
                Ok(PeerMessage::Refused { code, detail }) if code == reason => return detail,
                Ok(_) => {}
                Err(ended) => panic!("not refused as {reason:?}: {ended}"),
            }
        }
    }

    /// Waits for the end; returns the status.
    pub(super) async fn ended(&mut self) -> String {
        loop {
            if let Err(ended) = self.next().await {
                return ended;
            }
        }
    }

    async fn read(&mut self) -> Result<PeerMessage, String> {
        loop {
            if let Some(message) = self.heard.pop_front() {
                return Ok(message);
            }
            match self.answers.frame().await {
                Some(Ok(frame)) if frame.is_data() => {
                    self.unread.extend(frame.into_data().expect("data"));
                    self.heard.extend(messages(&mut self.unread));
                }
                Some(Ok(frame)) => {
                    let trailers = frame.into_trailers().expect("trailers");
                    return Err(status(&trailers).unwrap_or_default());
                }
                Some(Err(error)) => return Err(format!("broken: {error}")),
                None => return Err("ended without a word".to_owned()),
            }
        }
    }
}

/// TLS as the device that holds `key`, or as nobody, with whoever answers.
pub(super) async fn tls(address: SocketAddr, key: Option<&SigningKey>) -> TlsStream<TcpStream> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])
        .expect("TLS 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyServer));
    let mut config = match key {
        Some(key) => {
            let pkcs8 = [PKCS8_HEAD.as_slice(), &key.to_bytes()].concat();
            let key = PrivatePkcs8KeyDer::from(pkcs8);
            let signer = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&key, &rcgen::PKCS_ED25519);
            let signed = rcgen::CertificateParams::default().self_signed(&signer.expect("a key"));
            let chain = vec![signed.expect("a certificate").der().clone()];
            let config = builder.with_client_auth_cert(chain, key.into());
            config.expect("a sound certificate")
        }
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    let stream = TcpStream::connect(address).await.expect("a listener");
    let name = ServerName::IpAddress(address.ip().into());
    let connected = TlsConnector::from(Arc::new(config)).connect(name, stream);
    connected.await.expect("TLS")
}

/// A gRPC message: uncompressed, its length, itself.
pub(super) fn grpc(body: &[u8]) -> Bytes {
    let len = u32::try_from(body.len()).expect("short");
    [&[0][..], &len.to_be_bytes(), body].concat().into()
}

/// A frame of these messages, as a gRPC message.
pub(super) fn frame(messages: &[&[u8]]) -> Bytes {
    let mut body = Vec::new();
    for message in messages {
        body.push(0x0a);
        let mut len = message.len();
        while len > 0x7f {
            body.push(0x80 | u8::try_from(len & 0x7f).expect("seven bits"));
            len >>= 7;
        }
        body.push(u8::try_from(len).expect("seven bits"));
        body.extend(*message);
    }
    grpc(&body)
}

/// Takes the whole gRPC messages off `unread`: the messages in their frames.
fn messages(unread: &mut BytesMut) -> Vec<PeerMessage> {
    let mut messages = Vec::new();
    while let Some(head) = unread.first_chunk::<5>() {
        let len = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
        if unread.len() < 5 + len {
            break;
        }
        unread.advance(5);
        let mut frame = unread.split_to(len).freeze();
        while frame.has_remaining() {
            assert_eq!(frame.get_u8(), 0x0a, "the field of a message");
            let (mut len, mut shift) = (0, 0);
            loop {
                let byte = frame.get_u8();
                len |= usize::from(byte & 0x7f) << shift;
                shift += 7;
                if byte < 0x80 {
                    break;
                }
            }
            let message = PeerMessage::decode(frame.split_to(len));
            messages.push(message.expect("a sound message"));
        }
    }
    messages
}

/// The status in headers or trailers, for people.
fn status(headers: &HeaderMap) -> Option<String> {
    let code = headers.get("grpc-status")?.to_str().expect("a number");
    let message = headers.get("grpc-message").map(|text| text.to_str());
    let message = message.transpose().expect("text").unwrap_or_default();
    Some(format!("{code}: {}", message.replace("%20", " ")))
}

/// Takes any server for the right one.
#[derive(Debug)]
struct AnyServer;

impl ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
}
