//! A CSV file as one table of columns: a column is its name and the function that makes its cell of a row. Header and
//! rows are written from the same table, so they cannot disagree.
//!
//! RFC 4180, CRLF, UTF-8. Every file has a header, also where it has no rows.

use std::borrow::{Borrow, Cow};
use std::io::{self, Write};

use super::escape::cell;

/// How the files are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether cells that a spreadsheet would run as formulas are left as they are.
    pub raw: bool,
}

/// A column. `C` is what a cell needs besides its row, such as the report; `R` is the row.
pub(super) struct Column<C, R> {
    name: Name<C>,
    cell: Cell<C, R>,
}

/// The cell of a row, as a text that is not escaped yet.
type Cell<C, R> = for<'r> fn(&'r C, &'r R) -> Cow<'r, str>;

enum Name<C> {
    Fixed(&'static str),
    /// The tag of an account, which the user chose.
    Tag(for<'r> fn(&'r C) -> &'r str),
}

impl<C, R> Column<C, R> {
    pub(super) const fn new(name: &'static str, cell: Cell<C, R>) -> Self {
        Self { name: Name::Fixed(name), cell }
    }

    /// A column that is called as an account is.
    pub(super) const fn tagged(tag: for<'r> fn(&'r C) -> &'r str, cell: Cell<C, R>) -> Self {
        Self { name: Name::Tag(tag), cell }
    }

    /// Its name, if it is the same in every report.
    pub(super) const fn fixed(&self) -> Option<&'static str> {
        match self.name {
            Name::Fixed(name) => Some(name),
            Name::Tag(_) => None,
        }
    }

    fn name<'r>(&self, context: &'r C) -> &'r str {
        match self.name {
            Name::Fixed(name) => name,
            Name::Tag(tag) => tag(context),
        }
    }
}

/// Writes a file: the header, and a line for each row.
pub(super) fn write<C, R>(
    out: impl Write,
    options: Options,
    columns: &[Column<C, R>],
    context: &C,
    rows: impl IntoIterator<Item: Borrow<R>>,
) -> io::Result<()> {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out);
    header(&mut writer, options, columns.iter().map(|column| column.name(context)))?;
    for row in rows {
        line(&mut writer, options, columns, context, row.borrow())?;
    }
    writer.flush()
}

/// Writes a header alone.
pub(super) fn write_header<'n>(
    out: impl Write,
    options: Options,
    names: impl IntoIterator<Item = &'n str>,
) -> io::Result<()> {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out);
    header(&mut writer, options, names)?;
    writer.flush()
}

/// A cell of a file whose columns depend on what is written.
pub(super) enum Text<'t> {
    /// A text of an account, or one that may hold such a text.
    Foreign(Cow<'t, str>),
    /// A text of this program, which no spreadsheet runs.
    Own(Cow<'t, str>),
}

/// Writes a file whose columns depend on what is written: the header, and a line for each row.
pub(super) fn write_lines<'t>(
    out: impl Write,
    options: Options,
    names: impl IntoIterator<Item = &'t str>,
    rows: impl IntoIterator<Item = Vec<Text<'t>>>,
) -> io::Result<()> {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out);
    header(&mut writer, options, names)?;
    for row in rows {
        for text in row {
            match text {
                Text::Foreign(text) => writer.write_field(cell(&text, options.raw).as_bytes()),
                Text::Own(text) => writer.write_field(text.as_bytes()),
            }
            .map_err(written)?;
        }
        end(&mut writer)?;
    }
    writer.flush()
}

/// The cells of a row in these columns, as they stand within a line.
pub(super) fn part<C, R>(options: Options, columns: &[Column<C, R>], context: &C, row: &R) -> io::Result<Vec<u8>> {
    // Far more than most parts take; the usual 8 KB would be cleared for each.
    const BUFFER: usize = 512;
    let mut bytes = Vec::new();
    let mut builder = ::csv::WriterBuilder::new();
    let mut writer = builder.terminator(::csv::Terminator::Any(b'\n')).buffer_capacity(BUFFER).from_writer(&mut bytes);
    line(&mut writer, options, columns, context, row)?;
    writer.flush()?;
    drop(writer);
    bytes.pop();
    // A line of one empty cell is written as `""`, so that it is not taken for no line at all; inside a longer line the
    // cell is simply empty.
    if columns.len() == 1 && bytes == b"\"\"" {
        bytes.clear();
    }
    Ok(bytes)
}

fn header<'n>(
    writer: &mut ::csv::Writer<impl Write>,
    options: Options,
    names: impl IntoIterator<Item = &'n str>,
) -> io::Result<()> {
    for name in names {
        writer.write_field(cell(name, options.raw).as_bytes()).map_err(written)?;
    }
    end(writer)
}

fn line<C, R>(
    writer: &mut ::csv::Writer<impl Write>,
    options: Options,
    columns: &[Column<C, R>],
    context: &C,
    row: &R,
) -> io::Result<()> {
    for column in columns {
        let text = (column.cell)(context, row);
        writer.write_field(cell(&text, options.raw).as_bytes()).map_err(written)?;
    }
    end(writer)
}

fn end(writer: &mut ::csv::Writer<impl Write>) -> io::Result<()> {
    writer.write_record(None::<&[u8]>).map_err(written)
}

/// Several texts in one cell, one a line.
pub(super) fn lines(texts: &[String]) -> Cow<'_, str> {
    match texts {
        [] => Cow::Borrowed(""),
        [one] => Cow::Borrowed(one),
        several => Cow::Owned(several.join("\n")),
    }
}

/// A text that may be missing; the cell is then empty.
pub(super) fn optional(text: Option<&str>) -> Cow<'_, str> {
    Cow::Borrowed(text.unwrap_or_default())
}

/// The failure to write, with its own kind: a reader that has gone away is told apart by it.
fn written(error: ::csv::Error) -> io::Error {
    let text = error.to_string();
    if let ::csv::ErrorKind::Io(error) = error.into_kind() { error } else { io::Error::other(text) }
}
