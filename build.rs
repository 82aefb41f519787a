//! Packs the action catalog for embedding: each service compressed by itself, so that the program starts without
//! unpacking any, and a run pays only for the services its policies name.
//!
//! It works on lines, not on JSON: `tools/catalogue` writes the file and `src/catalog` reads it. Tests compare what
//! was packed with the file.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::{env, fs, io};

use flate2::Compression;
use flate2::write::DeflateEncoder;

const SOURCE: &str = "src/catalog/iam.json";

/// How the line of a service starts, and no other line.
const START: &str = "{\"prefix\":\"";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed={SOURCE}");
    println!("cargo::rerun-if-changed=build.rs");
    // A checkout may have turned the line ends into the platform's.
    let text = fs::read_to_string(SOURCE)?.replace("\r\n", "\n");
    let (header, services) = split(&text).ok_or_else(|| io::Error::other(format!("{SOURCE} has lost its shape")))?;

    let mut packed = Vec::new();
    let mut index = String::new();
    for service in services {
        let start = packed.len();
        let text = format!("{START}{service}");
        packed.extend(deflate(text.as_bytes())?);
        let prefix = service.split('"').next().unwrap_or_default();
        writeln!(index, "({prefix:?}, {start}, {}, {}),", packed.len(), text.len()).map_err(io::Error::other)?;
    }

    let folder = env::var("OUT_DIR").map_err(io::Error::other)?;
    let folder = Path::new(&folder);
    fs::write(folder.join("catalogue.bin"), packed)?;
    fs::write(folder.join("catalogue_header.json"), header)?;
    fs::write(folder.join("catalogue_index.rs"), format!("&[{index}]"))
}

/// The header as a JSON object, and each service's object without its [`START`].
fn split(text: &str) -> Option<(String, Vec<&str>)> {
    let (header, services) = text.split_once(",\"catalogue\":[\n")?;
    let services = services.strip_prefix(START)?.strip_suffix("\n]}\n")?;
    Some((format!("{header}}}"), services.split(&format!(",\n{START}")).collect()))
}

fn deflate(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}
