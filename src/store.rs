//! Files and folders, and what else is read from the world besides AWS accounts.

mod encoding;
pub mod folder;
mod folder_error;
pub mod manifest_file;
pub mod report_file;
pub mod saved_reports;
pub mod service_reference;
pub mod snapshots;
pub mod split_folder;
pub mod text_file;
mod trusted;
mod unfinished;

pub use folder::{Folder, FolderError, NamedFile};
pub use report_file::ReportFileError;
pub use snapshots::{FoundSnapshot, SearchError};
pub use split_folder::SplitFolderError;
pub use text_file::{FileError, ReplaceError};
pub use trusted::CertificateError;
pub use unfinished::abandon;
