//! A database as it was at one moment, out of an archive.

use std::{
    fs::{self, File as Disk, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use duban_domain::Stamp;

use super::{
    archive::{generations, unwritten},
    journal::{HEAD, Run},
};
use crate::StoreError;

/// Bytes before the frames in a piece: the head of the journal, frames before, the two sums.
const PIECE_HEAD: usize = HEAD + 16;

/// One copy in an archive, and what follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generation {
    /// From when on the database can be restored out of it.
    pub from: Stamp,
    /// The newest state that is in it.
    pub to: Stamp,
    /// Bytes of the copy and of what follows.
    pub bytes: u64,
    folder: PathBuf,
    base: PathBuf,
    /// Each with its instant, in order and without a gap.
    pieces: Vec<(Stamp, PathBuf)>,
    /// So many of them belong to the copy.
    least: usize,
}

impl Generation {
    /// What can be restored out of an archive, oldest first. A copy that was not finished is passed over.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn all(archive: &Path) -> Result<Vec<Self>, StoreError> {
        let folders = generations(archive).map_err(|e| unwritten(archive, e))?;
        let read = |(_, folder)| Self::read(folder).map_err(|e| unwritten(archive, e));
        Ok(folders.into_iter().map(read).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    fn read(folder: PathBuf) -> io::Result<Option<Self>> {
        let (mut base, mut numbered, mut bytes) = (None, Vec::new(), 0);
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            bytes += entry.metadata()?.len();
            let number = |text: &str| text.parse::<usize>().ok();
            if let Some(least) = name.strip_prefix("base-").and_then(|rest| number(rest.strip_suffix(".db")?))
            {
                base = Some((least, path));
            } else if let Some((n, at)) = name.strip_suffix(".journal").and_then(|rest| rest.split_once('-'))
                && let (Some(n), Ok(at)) = (number(n), at.parse())
            {
                numbered.push((n, Stamp(at), path));
            }
        }
        numbered.sort();
        // What comes after a gap cannot be used.
        let whole = numbered.into_iter().enumerate().take_while(|(at, (n, ..))| at == n);
        let pieces: Vec<_> = whole.map(|(_, (_, at, path))| (at, path)).collect();
        let Some((least, base)) = base else { return Ok(None) };
        let (Some(first), Some(last)) = (pieces.get(least.saturating_sub(1)), pieces.last()) else {
            return Ok(None);
        };
        Ok(Some(Self { from: first.0, to: last.0, bytes, folder, base, least, pieces }))
    }

    /// Writes the database as it was at `until`, or as it was last, to a new file. `tell` hears how many of
    /// how many pieces are done. Gives the instant of the newest piece that is in it.
    ///
    /// # Errors
    /// When a file cannot be read or written, or a piece is damaged; the new file is worth nothing then.
    pub fn restore(
        &self,
        until: Option<Stamp>,
        to: &Path,
        mut tell: impl FnMut(usize, usize),
    ) -> Result<Stamp, StoreError> {
        let wanted =
            until.map_or(self.pieces.len(), |until| self.pieces.partition_point(|(at, _)| *at <= until));
        let wanted = wanted.max(self.least);
        let cannot = |e: io::Error| unwritten(to, e);
        fs::copy(&self.base, to).map_err(cannot)?;
        let mut file = OpenOptions::new().write(true).open(to).map_err(cannot)?;
        let mut run = None;
        for (at, (_, path)) in self.pieces[..wanted].iter().enumerate() {
            run = Some(apply(&mut file, run, path)?);
            tell(at + 1, wanted);
        }
        file.sync_all().map_err(cannot)?;
        Ok(self.pieces[wanted - 1].0)
    }
}

/// Puts the pages of a piece where they belong. It must follow the one before, or begin a new journal.
fn apply(file: &mut Disk, before: Option<Run>, path: &Path) -> Result<Run, StoreError> {
    let damaged =
        || StoreError::Damaged(Arc::new(io::Error::other(format!("{} is not whole", path.display()))));
    let bytes = fs::read(path).map_err(|e| unwritten(path, e))?;
    let (head, frames) = bytes.split_at_checked(PIECE_HEAD).ok_or_else(damaged)?;
    let (of_journal, told) = head.split_first_chunk::<HEAD>().ok_or_else(damaged)?;
    let fresh = Run::begin(of_journal).ok_or_else(damaged)?;
    let mut run = match before {
        Some(run) if run.head == *of_journal => run,
        _ => fresh,
    };
    let said =
        [run.frames.to_be_bytes().as_slice(), &run.sums.0.to_be_bytes(), &run.sums.1.to_be_bytes()].concat();
    if said != told {
        return Err(damaged());
    }
    let page = run.page() as u64;
    let mut written = Ok(());
    let taken = run.follow(frames, |frame| {
        let put = |file: &mut Disk| {
            file.seek(SeekFrom::Start(u64::from(frame.page - 1) * page))?;
            file.write_all(frame.bytes)?;
            frame.pages.map_or(Ok(()), |pages| file.set_len(u64::from(pages) * page))
        };
        if written.is_ok() {
            written = put(file);
        }
    });
    written.map_err(|e| unwritten(path, e))?;
    if taken == frames.len() { Ok(run) } else { Err(damaged()) }
}
