//! A disk that fails on demand, and one whose power goes: for programs that are started with it.
//!
//! The failing is done by `disk/disk.c`, put before the C library of the program under test. A
//! [`Tape`] is what such a program wrote, in order; [`Tape::after`] makes the files as a disk may hold
//! them when the power goes at one moment: everything before the last fsync of a file is there, of
//! what came later each write is there, is not, or is there in parts.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Of a write that was not flushed, this many bytes are on the disk together or not at all.
const SECTOR: usize = 512;

/// A folder through which a program's disk is steered.
pub struct Disk {
    folder: tempfile::TempDir,
    library: PathBuf,
}

impl Disk {
    /// Builds the library; it is `cc` that SQLite is built with too.
    ///
    /// # Panics
    /// When there is no compiler for C.
    #[must_use]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let library = folder.path().join("disk.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("disk/disk.c");
        let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
        let built = Command::new(compiler)
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .args([&library, &source])
            .arg("-ldl")
            .status()
            .expect("a compiler for C is there, as for SQLite");
        assert!(built.success(), "{} does not compile", source.display());
        Self { folder, library }
    }

    /// Starts a program on this disk.
    pub fn under(&self, command: &mut Command) {
        command.env("LD_PRELOAD", &self.library).env("DUBAN_DISK", self.folder.path());
    }

    /// From now on there is no room, or there is again.
    pub fn full(&self, full: bool) {
        self.set("full", full);
    }

    /// From now on nothing can be written, as when the kernel puts a broken disk out of use, or it can again.
    pub fn read_only(&self, read_only: bool) {
        self.set("readonly", read_only);
    }

    /// From now on an fsync fails, or succeeds again.
    pub fn failing(&self, failing: bool) {
        self.set("sync", failing);
    }

    /// What is written is remembered; say so before the program is started.
    pub fn remember(&self) {
        self.set("tape", true);
    }

    /// What was written until now.
    #[must_use]
    pub fn tape(&self) -> Tape {
        Tape::read(&fs::read(self.folder.path().join("tape")).expect("the tape is there"))
    }

    fn set(&self, name: &str, on: bool) {
        let path = self.folder.path().join(name);
        let done = if on { fs::write(&path, "") } else { fs::remove_file(&path) };
        done.expect("the folder of the disk can be written");
    }
}

impl Default for Disk {
    fn default() -> Self {
        Self::new()
    }
}

/// The two files of the embedded database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// The database itself.
    Base,
    /// The journal of writes that are ahead of it.
    Journal,
}

/// What a program did to its disk, and what it said.
#[derive(Clone, Debug)]
pub enum Deed {
    /// It wrote bytes at an offset.
    Write(Of, u64, Vec<u8>),
    /// It gave a file a length.
    Cut(Of, u64),
    /// It waited until everything of a file is on the disk.
    Sync(Of),
    /// It said something to whoever listens.
    Told(String),
}

/// The deeds of one program, in the order in which they happened.
pub struct Tape {
    /// The deeds.
    pub deeds: Vec<Deed>,
}

impl Tape {
    /// A last deed that the kill cut short is left out.
    fn read(mut bytes: &[u8]) -> Self {
        let mut deeds = Vec::new();
        while let Some((head, rest)) = bytes.split_first_chunk::<18>() {
            let number = |at: usize| {
                u64::from_le_bytes(head[at..at + 8].try_into().expect("eight bytes are eight bytes"))
            };
            let (at, size) = (number(2), number(10) as usize);
            if rest.len() < size {
                break;
            }
            let (held, rest) = rest.split_at(size);
            bytes = rest;
            let of = if head[1] == 1 { Of::Base } else { Of::Journal };
            deeds.push(match (head[0], head[1]) {
                (_, 3) => Deed::Told(String::from_utf8_lossy(held).into_owned()),
                (1, _) => Deed::Write(of, at, held.to_vec()),
                (2, _) => Deed::Cut(of, at),
                _ => Deed::Sync(of),
            });
        }
        Self { deeds }
    }

    /// Everything that had been said before that many deeds were done.
    pub fn told(&self, deeds: usize) -> impl Iterator<Item = &str> {
        self.deeds[..deeds].iter().flat_map(|deed| match deed {
            Deed::Told(words) => words.lines().collect::<Vec<_>>(),
            _ => Vec::new(),
        })
    }

    /// The file as it may be on the disk when the power goes after that many deeds. `chance` gives
    /// numbers: whether, and which sectors of what was not flushed are there.
    #[must_use]
    pub fn after(&self, deeds: usize, of: Of, begin: Vec<u8>, mut chance: impl FnMut() -> u64) -> Vec<u8> {
        let past = &self.deeds[..deeds];
        let flushed = past.iter().rposition(|deed| matches!(deed, Deed::Sync(file) if *file == of));
        let mut file = begin;
        for (at, deed) in past.iter().enumerate() {
            let safe = flushed.is_some_and(|flushed| at < flushed);
            match deed {
                Deed::Write(which, offset, bytes) if *which == of => {
                    // In a third of the cuts a write is there whole, in a third it is not, else in parts.
                    let fate = if safe { 0 } else { chance() % 3 };
                    for (n, sector) in bytes.chunks(SECTOR).enumerate() {
                        if fate == 0 || fate == 2 && chance().is_multiple_of(2) {
                            put(&mut file, *offset as usize + n * SECTOR, sector);
                        }
                    }
                }
                Deed::Cut(which, to) if *which == of && (safe || chance().is_multiple_of(2)) => {
                    file.resize(*to as usize, 0);
                }
                _ => {}
            }
        }
        file
    }
}

fn put(file: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    if file.len() < at + bytes.len() {
        file.resize(at + bytes.len(), 0);
    }
    file[at..at + bytes.len()].copy_from_slice(bytes);
}
