//! TLS by rustls: a certificate and its key from files, read again when they change, so that a renewal needs no restart.
//!
//! TLS 1.3, and 1.2 for those who cannot yet: rustls has no cipher in either that is known to be weak. The provider of
//! cryptography is named here; nothing is installed for the whole process, where another library may want its own.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use tokio::sync::watch;

/// How often the files are looked at: two small files, and a renewal is there before anybody wonders.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Why there is no certificate to answer with. Names the files, never what is in them.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("`{}` cannot be read: give a PEM file that this user may read", .0.display())]
    File(PathBuf, #[source] std::io::Error),
    #[error("`{}` holds no certificate: give a PEM file with the node's own first, then those that lead to a known one", .0.display())]
    NoCertificate(PathBuf),
    #[error("`{}` holds no key: give a PEM file with one private key without a passphrase (PKCS #8, PKCS #1 or SEC 1)", .0.display())]
    NoKey(PathBuf),
    #[error("the key in `{}` is not that of the first certificate in `{}`, or is of a kind not taken: RSA, ECDSA or Ed25519", .key.display(), .certificate.display())]
    Unfit {
        certificate: PathBuf,
        key: PathBuf,
        #[source]
        source: rustls::Error,
    },
    #[error("TLS cannot be set up")]
    Protocol(#[from] rustls::Error),
}

/// The files of a certificate and its key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Files {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// What the files held when they were last read.
type Content = (Vec<u8>, Vec<u8>);

/// The certificate that is answered with now.
#[derive(Debug)]
pub struct Certificate {
    files: Files,
    now: RwLock<Arc<CertifiedKey>>,
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Certificate {
    /// Reads the files for the first time, and looks at them again until the server closes.
    ///
    /// # Errors
    /// What is wrong with which file.
    pub async fn follow(
        files: Files,
        closing: watch::Receiver<bool>,
    ) -> Result<(Arc<Self>, impl Future<Output = ()>), TlsError> {
        let content = files.read().await?;
        let now = RwLock::new(Arc::new(files.parse(&content)?));
        let certificate = Arc::new(Self { files, now });
        let following = Arc::clone(&certificate).look_again(content, closing);
        Ok((certificate, following))
    }

    /// What is unfit does not take the place of what was fit: both files are rarely changed in one moment.
    async fn look_again(self: Arc<Self>, mut last: Content, mut closing: watch::Receiver<bool>) {
        let mut every = tokio::time::interval(LOOK_EVERY);
        loop {
            tokio::select! {
                _ = every.tick() => {}
                _ = closing.wait_for(|closing| *closing) => return,
            }
            let content = match self.files.read().await {
                Ok(content) if content == last => continue,
                Ok(content) => content,
                Err(error) => {
                    tracing::warn!(%error, "the certificate cannot be read again; the last one is answered with");
                    continue;
                }
            };
            match self.files.parse(&content) {
                Ok(new) => {
                    *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
                    tracing::info!("the certificate was renewed");
                }
                Err(error) => {
                    tracing::warn!(%error, "the new certificate cannot be used; the last one is answered with");
                }
            }
            last = content;
        }
    }

    /// How connections are held with it.
    ///
    /// # Errors
    /// A provider of cryptography that does not know these versions.
    pub fn config(self: Arc<Self>) -> Result<ServerConfig, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config =
            ServerConfig::builder_with_provider(provider).with_protocol_versions(&[&TLS13, &TLS12])?;
        Ok(config.with_no_client_auth().with_cert_resolver(self))
    }
}

impl Files {
    /// That they can be answered with, for whoever starts a node: before it does anything else.
    ///
    /// # Errors
    /// What is wrong with which file.
    pub async fn check(&self) -> Result<(), TlsError> {
        self.parse(&self.read().await?).map(drop)
    }

    async fn read(&self) -> Result<Content, TlsError> {
        let read = async |file: &Path| {
            tokio::fs::read(file).await.map_err(|source| TlsError::File(file.to_owned(), source))
        };
        Ok((read(&self.certificate).await?, read(&self.key).await?))
    }

    fn parse(&self, (chain, key): &Content) -> Result<CertifiedKey, TlsError> {
        let chain = CertificateDer::pem_slice_iter(chain).collect::<Result<Vec<_>, pem::Error>>();
        let chain = chain.ok().filter(|chain| !chain.is_empty());
        let chain = chain.ok_or_else(|| TlsError::NoCertificate(self.certificate.clone()))?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| TlsError::NoKey(self.key.clone()))?;
        let certified = CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider());
        certified.map_err(|source| TlsError::Unfit {
            certificate: self.certificate.clone(),
            key: self.key.clone(),
            source,
        })
    }
}
