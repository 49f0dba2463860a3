//! Photos and documents (附件), in the same database as what they belong to.

use duban_domain::{CaseId, MediaId, RequestId, Stamp};

use crate::{
    ReadTx, StoreError, WriteTx,
    dialect::Dialect,
    value::{Row, params},
};

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// 照片
    Photo,
    /// 文件
    Document,
    /// 视频
    Video,
}

impl MediaKind {
    fn code(self) -> i64 {
        match self {
            Self::Photo => 1,
            Self::Document => 2,
            Self::Video => 3,
        }
    }

    fn from_code(code: i64) -> Option<Self> {
        [Self::Photo, Self::Document, Self::Video].into_iter().find(|kind| kind.code() == code)
    }
}

/// A file without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaRow {
    /// Its id.
    pub id: MediaId,
    /// The request that it came with.
    pub request: Option<RequestId>,
    /// The case that it belongs to.
    pub case: Option<CaseId>,
    /// What it is.
    pub kind: MediaKind,
    /// Its type, as HTTP names it.
    pub mime: String,
    /// Its name, for people.
    pub name: String,
    /// Its length in bytes.
    pub size: i64,
    /// Width in pixels; 0 for a document.
    pub width: i64,
    /// Height in pixels; 0 for a document.
    pub height: i64,
    /// When it came.
    pub created_at: Stamp,
}

/// A file to keep.
#[derive(Clone, Copy, Debug)]
pub struct NewMediaRow<'a> {
    /// Its id.
    pub id: MediaId,
    /// The request that it came with.
    pub request: Option<RequestId>,
    /// The case that it belongs to.
    pub case: Option<CaseId>,
    /// What it is.
    pub kind: MediaKind,
    /// Its type, as HTTP names it.
    pub mime: &'a str,
    /// Its name, for people.
    pub name: &'a str,
    /// Width in pixels; 0 for a document.
    pub width: i64,
    /// Height in pixels; 0 for a document.
    pub height: i64,
    /// SHA-256 of the body.
    pub sha256: &'a [u8],
    /// When it came.
    pub created_at: Stamp,
    /// Its bytes.
    pub body: &'a [u8],
    /// A small picture; empty for a document.
    pub thumb: &'a [u8],
}

const COLUMNS: &str = "id, request_id, case_id, kind, mime, name, size, width, height, created_at";

fn read(row: &Row<'_>) -> Result<MediaRow, StoreError> {
    Ok(MediaRow {
        id: MediaId(row.int(0)?),
        request: row.opt_int(1)?.map(RequestId),
        case: row.opt_int(2)?.map(CaseId),
        kind: crate::request::code("the kind of a file", row.int(3)?, MediaKind::from_code)?,
        mime: row.text(4)?,
        name: row.text(5)?,
        size: row.int(6)?,
        width: row.int(7)?,
        height: row.int(8)?,
        created_at: Stamp(row.int(9)?),
    })
}

impl ReadTx<'_> {
    /// A file without its bytes.
    ///
    /// # Errors
    /// The engine's.
    pub fn media(&mut self, id: MediaId) -> Result<Option<MediaRow>, StoreError> {
        self.first(&format!("SELECT {COLUMNS} FROM media WHERE id = $1"), params![id], read)
    }

    /// The bytes of a file, or of its small picture.
    ///
    /// # Errors
    /// The engine's.
    pub fn media_body(&mut self, id: MediaId, thumb: bool) -> Result<Option<Vec<u8>>, StoreError> {
        let column = if thumb { "thumb" } else { "body" };
        self.first(&format!("SELECT {column} FROM media_body WHERE media_id = $1"), params![id], |row| {
            row.blob(0)
        })
    }

    /// Some bytes of a file: so many from one on, counted from zero.
    ///
    /// # Errors
    /// The engine's.
    pub fn media_part(&mut self, id: MediaId, from: i64, length: i64) -> Result<Option<Vec<u8>>, StoreError> {
        if self.dialect() == Dialect::Sqlite {
            // Here `substr` would bring the whole file into memory first; `length` does not.
            let sql = "SELECT length(body) FROM media_body WHERE media_id = $1";
            let Some(size) = self.first(sql, params![id], |row| row.int(0))? else { return Ok(None) };
            let length = length.min(size - from);
            if length <= 0 {
                return Ok(Some(Vec::new()));
            }
            return self.part(("media_body", "body"), id.0, from, length).map(Some);
        }
        // Positions are small integers in PostgreSQL; no file comes near their end.
        let sql = "SELECT substr(body, CAST(CAST($1 AS BIGINT) AS INTEGER), CAST(CAST($2 AS BIGINT) AS INTEGER)) FROM media_body WHERE media_id = $3";
        self.first(sql, params![from + 1, length, id], |row| row.blob(0))
    }

    /// The files of a case, oldest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn media_of(&mut self, case: CaseId) -> Result<Vec<MediaRow>, StoreError> {
        self.all(&format!("SELECT {COLUMNS} FROM media WHERE case_id = $1 ORDER BY id"), params![case], read)
    }
}

impl WriteTx<'_> {
    /// Keeps a file.
    ///
    /// # Errors
    /// The engine's.
    pub fn insert_media(&mut self, new: &NewMediaRow<'_>) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO media (id, request_id, case_id, kind, mime, name, size, width, height, sha256, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            params![
                new.id,
                new.request,
                new.case,
                new.kind.code(),
                new.mime,
                new.name,
                i64::try_from(new.body.len()).unwrap_or(i64::MAX),
                new.width,
                new.height,
                new.sha256,
                new.created_at,
            ],
        )?;
        self.exec(
            "INSERT INTO media_body (media_id, body, thumb) VALUES ($1, $2, $3)",
            params![new.id, new.body, new.thumb],
        )?;
        Ok(())
    }

    /// Gives a file to a case and, when it is known, to a request; says whether the file is there.
    ///
    /// # Errors
    /// The engine's.
    pub fn attach_media(
        &mut self,
        id: MediaId,
        case: CaseId,
        request: Option<RequestId>,
    ) -> Result<bool, StoreError> {
        let changed = self.exec(
            "UPDATE media SET case_id = $1, request_id = $2 WHERE id = $3",
            params![case, request, id],
        )?;
        Ok(changed > 0)
    }
}
