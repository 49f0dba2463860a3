//! The city pack as it was taken in, and the few settings beside it.

use duban_domain::city::PackFiles;

use crate::{ReadTx, StoreError, WriteTx, value::params};

impl ReadTx<'_> {
    /// The files of the city pack; empty when there is no city yet.
    ///
    /// # Errors
    /// The engine's.
    pub fn city_files(&mut self) -> Result<PackFiles, StoreError> {
        let files = self.all("SELECT path, body FROM city_file ORDER BY path", &[], |row| {
            Ok((row.text(0)?, row.text(1)?))
        })?;
        Ok(files.into_iter().collect())
    }

    /// A setting.
    ///
    /// # Errors
    /// The engine's.
    pub fn setting(&mut self, key: &str) -> Result<Option<String>, StoreError> {
        self.first("SELECT value FROM setting WHERE key = $1", params![key], |row| row.text(0))
    }
}

impl WriteTx<'_> {
    /// A setting, held until the transaction ends: whoever else asks for it this way waits.
    ///
    /// # Errors
    /// The engine's.
    pub fn setting_for_update(&mut self, key: &str) -> Result<Option<String>, StoreError> {
        let sql = format!("SELECT value FROM setting WHERE key = $1{}", self.dialect().for_update());
        self.first(&sql, params![key], |row| row.text(0))
    }

    /// Takes a city pack in, instead of the one that was there.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_city(&mut self, files: &PackFiles) -> Result<(), StoreError> {
        self.exec("DELETE FROM city_file", &[])?;
        for (path, body) in files {
            self.exec("INSERT INTO city_file (path, body) VALUES ($1, $2)", params![path, body])?;
        }
        Ok(())
    }

    /// Puts a setting.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_setting(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            params![key, value],
        )?;
        Ok(())
    }
}
