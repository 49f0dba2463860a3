//! 查阅复制: everything that is kept of somebody, as a file of their own. For whoever shows by a code that the number or the
//! address is theirs; what was said anonymously is not among it, since nobody knows whose it is.

use std::io::{Cursor, Write};

use duban_domain::{
    CallId, Number, Stamp,
    call::Direction,
    case::What,
    erasure::{ErasureGround, ErasureState},
    notice::{NoticeChannel, NoticeKind, NoticeState},
    person::Person,
    watch::{Area, Pace},
};
use duban_store::{MediaRow, ReadTx};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::{
    access::Known,
    mine::{self, Signed},
    track::{self, Track},
};
use crate::{App, AppError, letter, notice, person, watch, wiring::Result};

/// Requests in one copy, the newest.
const REQUESTS_MAX: i64 = 500;
/// Notices, mails and calls in one copy, the newest of each.
const ROWS_MAX: i64 = 2_000;
/// Bytes of photos and papers in one copy; larger ones stay on the pages of their requests.
const BYTES_MAX: i64 = 48 << 20;

/// A file of a copy: its name and what is in it (副本文件).
pub type File = (String, Vec<u8>);

/// What is kept of somebody (本人资料).
#[derive(Clone, Debug)]
pub struct Copy {
    /// The number or address that it was found by, masked.
    pub contact: String,
    /// When it was made.
    pub made_at: Stamp,
    /// Their requests, newest first.
    pub requests: Vec<Own>,
    /// What was sent to them.
    pub notices: Vec<Told>,
    /// What they mailed.
    pub letters: Vec<Mailed>,
    /// Calls from or to their number.
    pub calls: Vec<Called>,
    /// What they asked to be mailed about.
    pub watches: Vec<(Area, Pace, Stamp)>,
    /// Browsers that see their requests.
    pub browsers: Vec<(String, String, Stamp)>,
    /// Whether there is more than one copy holds.
    pub more: bool,
}

/// One of their requests (本人诉求).
#[derive(Clone, Debug)]
pub struct Own {
    /// What its page says.
    pub track: Track,
    /// Who they said they are.
    pub person: Person,
    /// When the telephone and the mail address were confirmed.
    pub confirmed: (Option<Stamp>, Option<Stamp>),
    /// Who looked at their name and number, and when: the unit.
    pub looks: Vec<(Stamp, Option<String>)>,
    /// Erasures that were asked for: when, why, how far.
    pub erasures: Vec<(Stamp, ErasureGround, ErasureState)>,
    /// Their files: the name in the copy, none when it is too large for one.
    pub files: Vec<(MediaRow, Option<String>)>,
}

/// A notice (通知).
#[derive(Clone, Debug)]
pub struct Told {
    /// When it was owed.
    pub at: Stamp,
    /// By which way.
    pub channel: NoticeChannel,
    /// What about.
    pub kind: NoticeKind,
    /// What became of it.
    pub state: NoticeState,
    /// What it said, without the keys of addresses.
    pub text: String,
}

/// A mail (来信).
#[derive(Clone, Debug)]
pub struct Mailed {
    /// When.
    pub at: Stamp,
    /// What it was called.
    pub subject: String,
    /// What it said.
    pub text: String,
}

/// A call (通话).
#[derive(Clone, Debug)]
pub struct Called {
    /// When it rang.
    pub at: Stamp,
    /// When it ended.
    pub ended_at: Option<Stamp>,
    /// From them or to them.
    pub direction: Direction,
    /// Whether the telephone system has a recording.
    pub recorded: bool,
    /// The request that it became.
    pub number: Option<Number>,
}

/// Gathers everything; and the files, each with its name in the copy.
pub fn gather(app: &App, who: &Signed) -> Result<(Copy, Vec<File>)> {
    let (contact, now) = (who.key().to_vec(), app.now());
    app.store.read(|tx| {
        let rows = mine::requests(tx, &contact, REQUESTS_MAX)?;
        let mut copy = Copy {
            contact: who.words(),
            made_at: now,
            more: rows.len() as i64 >= REQUESTS_MAX,
            requests: Vec::new(),
            notices: told(app, tx, &contact)?,
            letters: mailed(app, tx, &contact)?,
            calls: called(tx, &contact)?,
            watches: watch::kept(app, tx, &contact)?,
            browsers: Vec::new(),
        };
        let sessions = tx.contact_sessions(&contact)?;
        copy.browsers = sessions.into_iter().map(|s| (s.agent, s.place, s.created_at)).collect();
        let (mut files, mut left) = (Vec::new(), BYTES_MAX);
        for request in rows {
            copy.requests.push(own(app, tx, &Known::by_code(request.id, who), &mut files, &mut left)?);
        }
        let most = usize::try_from(ROWS_MAX).unwrap_or(usize::MAX);
        copy.more |= copy.notices.len() >= most || copy.letters.len() >= most || copy.calls.len() >= most;
        Ok((copy, files))
    })
}

fn own(app: &App, tx: &mut ReadTx<'_>, known: &Known, files: &mut Vec<File>, left: &mut i64) -> Result<Own> {
    let track = track::within(app, tx, known)?;
    let request = &track.request;
    let person = person::of(app, tx, request)?.unwrap_or_default();
    let confirmed = request.person.map(|id| tx.confirmed(id)).transpose()?.unwrap_or_default();
    let mut looks = Vec::new();
    for stored in tx.events(request.case)? {
        let Some(event) = stored.event else { continue };
        if matches!(&event.what, What::Revealed { request: whose, .. } if *whose == request.id) {
            looks.push((event.at, event.by.unit));
        }
    }
    let erasures = tx.erasures_of(request.number.digits())?;
    let mut named = Vec::new();
    for row in track.photos.iter().filter(|row| row.request == Some(request.id)) {
        let name = format!("files/{}-{}-{}", request.number.digits(), named.len() + 1, plain(&row.name));
        let body = if row.size <= *left { tx.media_body(row.id, false)? } else { None };
        named.push((row.clone(), body.as_ref().map(|_| name.clone())));
        if let Some(body) = body {
            *left -= row.size;
            files.push((name, body));
        }
    }
    Ok(Own {
        person,
        confirmed,
        looks,
        erasures: erasures.into_iter().map(|row| (row.asked_at, row.ground, row.state)).collect(),
        files: named,
        track,
    })
}

/// A name that every system takes.
fn plain(name: &str) -> String {
    let safe = |c: char| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    name.chars().map(safe).collect::<String>().trim_start_matches('.').to_owned()
}

fn told(app: &App, tx: &mut ReadTx<'_>, contact: &[u8]) -> Result<Vec<Told>> {
    let mut all = Vec::new();
    // What a code was is nobody's to read again.
    for row in tx.notices_at(contact, ROWS_MAX)?.into_iter().filter(|row| row.kind != NoticeKind::Code) {
        let text = notice::words_of(app, &row)?;
        all.push(Told { at: row.created_at, channel: row.channel, kind: row.kind, state: row.state, text });
    }
    Ok(all)
}

fn mailed(app: &App, tx: &mut ReadTx<'_>, contact: &[u8]) -> Result<Vec<Mailed>> {
    let mut all = Vec::new();
    for row in tx.letters_by(contact, ROWS_MAX)? {
        let original = letter::opened(app, &row)?;
        all.push(Mailed { at: row.at, subject: original.subject, text: original.text });
    }
    Ok(all)
}

fn called(tx: &mut ReadTx<'_>, contact: &[u8]) -> Result<Vec<Called>> {
    let mut all = Vec::new();
    for id in tx.calls_of(contact, ROWS_MAX)? {
        let Some(row) = tx.call(CallId(id))? else { continue };
        all.push(Called {
            at: row.times.rang_at,
            ended_at: row.times.ended_at,
            direction: row.direction,
            recorded: row.recording.is_some(),
            number: row.number,
        });
    }
    Ok(all)
}

/// The files of a copy as one.
pub fn packed(files: &[File]) -> Result<Vec<u8>> {
    let zipped = || -> zip::result::ZipResult<Vec<u8>> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            // Photos and papers are packed already.
            let way = if name.starts_with("files/") {
                CompressionMethod::Stored
            } else {
                CompressionMethod::Deflated
            };
            zip.start_file(name, SimpleFileOptions::default().compression_method(way))?;
            zip.write_all(bytes)?;
        }
        Ok(zip.finish()?.into_inner())
    };
    zipped().map_err(|_| AppError::Broken("packing a copy of what is kept of somebody"))
}
