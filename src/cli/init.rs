//! `iamctl init`: a sample dictionary and the action catalog, as files to edit and to keep in git.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::catalog::{Catalogue, Header};
use crate::store::service_reference::{self, ADDRESS, Origin, ServiceReferenceError};
use crate::store::text_file::{self, ReplaceError};

/// The name of the equivalency dictionary.
pub const EQUIVALENCY_FILE: &str = "equivalency_list.json";

/// The name of the action catalog.
pub const CATALOGUE_FILE: &str = "iam.json";

const SAMPLE: &str = include_str!("../../equivalency_list.example.json");

/// What `init` takes.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Folder to write to
    ///
    /// iamctl creates the folder if it does not exist.
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    /// Overwrite existing files
    ///
    /// Without this option, nothing is overwritten.
    #[arg(long)]
    pub force: bool,
    /// Read the catalog from AWS's Service Reference
    ///
    /// The source is AWS by default, or the URL of a mirror, or a folder.
    #[arg(long, value_name = "URL or DIR", num_args = 0..=1, default_missing_value = ADDRESS)]
    pub refresh: Option<String>,
}

/// Why `init` wrote nothing.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// Something would be overwritten.
    #[error("{}", already(.paths))]
    Exists {
        /// What is there; not empty.
        paths: Vec<PathBuf>,
    },
    /// The folder or a file could not be written; it is not there, or as it was.
    #[error(transparent)]
    Write(ReplaceError),
    /// AWS's Service Reference could not be read.
    #[error("cannot read the actions from AWS's Service Reference")]
    Refresh(#[source] ServiceReferenceError),
    /// The profile that may name certificates cannot be read.
    #[cfg(feature = "harvest")]
    #[error(transparent)]
    Profile(crate::harvest::HarvestError),
    /// The files are written, but saying so failed.
    #[error("the result cannot be written to stdout")]
    Print(#[source] io::Error),
}

impl InitError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Exists { .. } => {
                Some("use `--force` to overwrite, or give another folder: `iamctl init DIR`".to_owned())
            }
            Self::Refresh(error) => error.hint(),
            #[cfg(feature = "harvest")]
            Self::Profile(error) => error.hint(),
            Self::Write(error) => Some(format!("{}; `iamctl init DIR` writes to another folder", error.hint())),
            Self::Print(_) => None,
        }
    }
}

/// Writes both files, or neither. What was written goes to `out`, what to do next to `err`.
///
/// # Errors
///
/// When a file is there already, when the reference cannot be read, when a file cannot be written.
pub fn run(args: &Args, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), InitError> {
    let targets = [args.dir.join(EQUIVALENCY_FILE), args.dir.join(CATALOGUE_FILE)];
    if !args.force {
        refuse_existing(&targets)?;
    }
    let catalogue = catalogue(args.refresh.as_deref(), err)?;
    let [equivalency_file, catalogue_file] = targets.clone();
    let files = [(equivalency_file, SAMPLE.to_owned()), (catalogue_file, catalogue.to_text())];
    text_file::write_all(&args.dir, &files, args.force).map_err(InitError::Write)?;
    match report(catalogue.header(), &targets, out) {
        // A reader that has gone away wants no more.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(InitError::Print(error)),
        _ => {}
    }
    // Nobody can be told that stderr is gone.
    let _ = advise(&targets, err);
    Ok(())
}

fn refuse_existing(targets: &[PathBuf]) -> Result<(), InitError> {
    // A link that leads nowhere is there as well.
    let paths: Vec<_> = targets.iter().filter(|path| path.symlink_metadata().is_ok()).cloned().collect();
    if paths.is_empty() { Ok(()) } else { Err(InitError::Exists { paths }) }
}

fn catalogue(refresh: Option<&str>, err: &mut dyn Write) -> Result<Catalogue, InitError> {
    let embedded = Catalogue::embedded();
    let Some(refresh) = refresh else { return Ok(embedded) };
    let origin = Origin::of(refresh);
    // Nobody can be told that stderr is gone.
    let _ = writeln!(err, "reading AWS's Service Reference, {}", origin.describe().escape_debug());
    let today = Timestamp::now().strftime("%Y-%m-%d").to_string();
    let bundle = match origin {
        Origin::Url(_) => bundle()?,
        Origin::Folder(_) => None,
    };
    service_reference::read(&origin, &today, &embedded, bundle.as_deref()).map_err(InitError::Refresh)
}

/// The certificates that the AWS side trusts besides those of the system: of the environment, or of the profile that it
/// names.
#[cfg(feature = "harvest")]
fn bundle() -> Result<Option<PathBuf>, InitError> {
    crate::harvest::certificate_bundle().map_err(InitError::Profile)
}

/// The certificates that the environment names; without AWS support there are no profiles.
#[cfg(not(feature = "harvest"))]
fn bundle() -> Result<Option<PathBuf>, InitError> {
    Ok(std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty()).map(PathBuf::from))
}

fn report(header: &Header, targets: &[PathBuf; 2], out: &mut dyn Write) -> io::Result<()> {
    let [equivalency_file, catalogue_file] = targets;
    let Header { source, date, services, actions, .. } = header;
    writeln!(out, "wrote {}: a sample dictionary", shown(equivalency_file))?;
    writeln!(out, "wrote {}: {actions} actions in {services} services, {date}", shown(catalogue_file))?;
    writeln!(out, "  from {}", source.escape_debug())
}

fn advise([equivalency_file, _]: &[PathBuf; 2], err: &mut dyn Write) -> io::Result<()> {
    let file = shown(equivalency_file);
    writeln!(
        err,
        "next: add the texts that are meant to differ between your accounts to {file}, such as `acme-dev` and"
    )?;
    writeln!(err, "`acme-qa`. Account IDs are not needed. Then run: iamctl diff PROFILE_1 TAG_1 PROFILE_2 TAG_2")
}

fn shown(path: &Path) -> String {
    path.display().to_string().escape_debug().to_string()
}

/// `a already exists`, or `a and b already exist`.
fn already(paths: &[PathBuf]) -> String {
    let names: Vec<String> = paths.iter().map(|path| format!("`{}`", shown(path))).collect();
    format!("{} already {}", names.join(" and "), if names.len() == 1 { "exists" } else { "exist" })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        args: Args,
    }

    fn args(words: &[&str]) -> Args {
        Cli::try_parse_from([&["init"], words].concat()).unwrap().args
    }

    fn init(args: &Args) -> Result<(String, String), InitError> {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        run(args, &mut out, &mut err)?;
        Ok((String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap()))
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_flags_are_read() {
        let plain = args(&[]);
        assert_eq!((plain.dir.to_str(), plain.force, plain.refresh), (Some("."), false, None));
        assert_eq!(args(&["--refresh"]).refresh.as_deref(), Some(ADDRESS));
        let given = args(&["work", "--refresh", "mirror", "--force"]);
        assert_eq!((given.dir.to_str(), given.force, given.refresh.as_deref()), (Some("work"), true, Some("mirror")));
    }

    #[test]
    fn both_files_are_written_and_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let args = Args { dir: folder.path().join("a/b"), force: false, refresh: None };
        let (out, err) = init(&args).unwrap();
        assert_eq!(names(&args.dir), [EQUIVALENCY_FILE, CATALOGUE_FILE]);
        let written = fs::read_to_string(args.dir.join(CATALOGUE_FILE)).unwrap();
        assert_eq!(Catalogue::read(&written).unwrap().header(), Catalogue::embedded().header());
        let Header { services, actions, date, .. } = Catalogue::embedded().header().clone();
        assert!(out.contains(&format!("{actions} actions in {services} services, {date}")), "{out}");
        assert!(err.starts_with("next: "), "{err}");
        crate::parse::equivalency::read(&fs::read_to_string(args.dir.join(EQUIVALENCY_FILE)).unwrap()).unwrap();
    }

    #[test]
    fn nothing_is_overwritten_unless_forced() {
        let folder = tempfile::tempdir().unwrap();
        let mut args = Args { dir: folder.path().to_owned(), force: false, refresh: None };
        let mine = folder.path().join(CATALOGUE_FILE);
        fs::write(&mine, "mine").unwrap();
        let error = init(&args).unwrap_err();
        assert_eq!(error.to_string(), format!("`{}` already exists", mine.display()));
        assert_eq!(names(folder.path()), [CATALOGUE_FILE]);
        assert_eq!(fs::read_to_string(&mine).unwrap(), "mine");

        args.force = true;
        init(&args).unwrap();
        args.force = false;
        assert!(init(&args).unwrap_err().to_string().ends_with("iam.json` already exist"));
        assert_eq!(names(folder.path()), [EQUIVALENCY_FILE, CATALOGUE_FILE]);
    }

    #[test]
    fn a_failed_refresh_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("new");
        let refresh = Some(folder.path().display().to_string());
        let error = init(&Args { dir: dir.clone(), force: false, refresh }).unwrap_err();
        assert_eq!(error.to_string(), "cannot read the actions from AWS's Service Reference");
        assert!(error.hint().unwrap().contains("index.json"));
        assert!(!dir.exists());
    }

    #[test]
    fn a_file_in_the_way_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("file");
        fs::write(&dir, "").unwrap();
        let error = init(&Args { dir: dir.clone(), force: false, refresh: None }).unwrap_err();
        assert_eq!(error.to_string(), format!("cannot create the folder `{}`", dir.display()));
    }
}
