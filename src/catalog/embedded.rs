//! The catalog in the program: packed by `build.rs`, each service unpacked when it is first asked for.

use std::fmt;
use std::io::Read as _;
use std::sync::OnceLock;

use flate2::read::DeflateDecoder;

use super::{CatalogueError, Header, Service, file};

const HEADER: &str = include_str!(concat!(env!("OUT_DIR"), "/catalogue_header.json"));
const PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalogue.bin"));
/// Prefix, start and end in [`PACKED`], length when unpacked; sorted by prefix.
const INDEX: &[(&str, usize, usize, usize)] = include!(concat!(env!("OUT_DIR"), "/catalogue_index.rs"));

/// A service that is unpacked when it is first asked for.
pub(super) struct Packed {
    pub(super) prefix: &'static str,
    bytes: &'static [u8],
    length: usize,
    service: OnceLock<Service>,
}

impl Packed {
    #[expect(clippy::expect_used, reason = "the build packed it from a file that a test compares with every service")]
    pub(super) fn service(&self) -> &Service {
        self.service.get_or_init(|| self.unpack().expect("the embedded catalog is whole"))
    }

    fn unpack(&self) -> Result<Service, CatalogueError> {
        let mut text = String::with_capacity(self.length);
        let read = DeflateDecoder::new(self.bytes).read_to_string(&mut text);
        read.map_err(|error| CatalogueError::json(serde_json::Error::io(error)))?;
        file::read_service(&text)
    }
}

impl fmt::Debug for Packed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Packed").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

#[expect(clippy::expect_used, reason = "the build cut it off from a file that a test reads whole")]
pub(super) fn header() -> Header {
    file::read_header(HEADER).expect("the embedded catalog has a header")
}

pub(super) fn services() -> impl Iterator<Item = Packed> {
    INDEX.iter().map(|&(prefix, start, end, length)| Packed {
        prefix,
        bytes: PACKED.get(start..end).unwrap_or_default(),
        length,
        service: OnceLock::new(),
    })
}

/// How many bytes the catalog takes in the program.
#[cfg(test)]
pub(super) const fn size() -> usize {
    HEADER.len() + PACKED.len() + std::mem::size_of_val(INDEX)
}
