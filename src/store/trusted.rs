//! Whom TLS trusts: the certificates of the system, as the AWS side does, and besides them those of a bundle.

use std::fs;
use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;
use ureq::tls::{Certificate, PemItem, RootCerts, parse_pem};

/// Certificates that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The bundle.
    #[error("the certificate bundle `{}` cannot be used: {problem}", .path.display().to_string().escape_debug())]
    Bundle {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// Those of the system.
    #[error("the certificates of the system cannot be used: {problem}")]
    System {
        /// What is wrong with them.
        problem: String,
    },
}

/// The certificates of the system, or those that `SSL_CERT_FILE` and `SSL_CERT_DIR` name in their place, and those of the
/// bundle. A system without certificates trusts the public authorities that are part of the program.
pub(super) fn roots(bundle: Option<&Path>) -> Result<RootCerts, CertificateError> {
    let system = rustls_native_certs::load_native_certs();
    if let (true, Some(error)) = (system.certs.is_empty(), system.errors.first()) {
        return Err(CertificateError::System { problem: error.to_string() });
    }
    let mut trusted: Vec<Certificate<'static>> =
        system.certs.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect();
    if let Some(path) = bundle {
        trusted.extend(certificates(path)?);
    }
    Ok(if trusted.is_empty() { RootCerts::WebPki } else { RootCerts::from(trusted) })
}

/// Reads a bundle and tries each certificate, because one that cannot be read would be left out without a word.
fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>, CertificateError> {
    let unusable = |problem: String| CertificateError::Bundle { path: path.to_path_buf(), problem };
    let bytes = fs::read(path).map_err(|error| unusable(error.to_string()))?;
    let mut found = Vec::new();
    for item in parse_pem(&bytes) {
        // A bundle may hold a key, too, which nobody needs here.
        if let PemItem::Certificate(certificate) = item.map_err(|error| unusable(error.to_string()))? {
            let der = CertificateDer::from(certificate.der());
            rustls::RootCertStore::empty().add(der).map_err(|error| unusable(error.to_string()))?;
            found.push(certificate);
        }
    }
    if found.is_empty() { Err(unusable("it contains no certificate".to_owned())) } else { Ok(found) }
}
