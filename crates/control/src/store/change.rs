//! Transactions that write. Each has a number; the last one that was acknowledged is marked in a file beside
//! the database, so that a database that lost its end is noticed at the next start.

use std::fs::File;
use std::io;
use std::ops::{Deref, DerefMut};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Row, Sqlite, SqlitePool, Transaction};

use crate::error::Error;

/// A transaction that writes.
pub(crate) struct Change {
    transaction: Transaction<'static, Sqlite>,
    mark: Option<Arc<Mark>>,
    doing: &'static str,
}

impl Change {
    /// Begins a transaction; dropped before [`Change::commit`], it has no effect.
    pub(super) async fn begin(
        pool: &SqlitePool,
        mark: Option<Arc<Mark>>,
        doing: &'static str,
    ) -> Result<Self, Error> {
        let transaction = pool.begin().await.map_err(Error::internal(doing))?;
        Ok(Self { transaction, mark, doing })
    }

    /// Makes everything in it last.
    pub(super) async fn commit(mut self) -> Result<(), Error> {
        let failed = || Error::internal(self.doing);
        let row = sqlx::query("UPDATE writes SET number = number + 1 RETURNING number")
            .fetch_one(&mut *self.transaction)
            .await
            .map_err(failed())?;
        let number: i64 = row.try_get("number").map_err(failed())?;
        self.transaction.commit().await.map_err(failed())?;
        if let Some(mark) = &self.mark {
            mark.advance(number.unsigned_abs());
        }
        Ok(())
    }
}

impl Deref for Change {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.transaction
    }
}

impl DerefMut for Change {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }
}

/// The number of the last transaction that was acknowledged, in a file.
pub(super) struct Mark {
    file: File,
    last: Mutex<u64>,
}

impl Mark {
    /// Opens the mark of a database whose last transaction has a number.
    ///
    /// # Errors
    /// [`Error::Truncated`] where the database ends before it, or has transactions and no mark.
    pub(super) fn open(database: &Path, number: u64) -> Result<Self, Error> {
        let failed = || Error::internal("open the database's mark");
        let path = path(database);
        let marked = match std::fs::read_to_string(&path) {
            Ok(text) => text.trim().parse().ok(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => (number == 0).then_some(0),
            Err(error) => return Err(failed()(error)),
        };
        if marked.is_none_or(|marked| marked > number) {
            return Err(Error::Truncated { found: number, marked });
        }
        let mark = Self { file: create(&path).map_err(failed())?, last: Mutex::new(number) };
        mark.write(number).map_err(failed())?;
        Ok(mark)
    }

    /// Marks a transaction. That it cannot be written is no failure of the transaction: the mark
    /// only lags behind until the next one.
    fn advance(&self, number: u64) {
        let mut last = self.last.lock();
        if *last >= number {
            return;
        }
        *last = number;
        if let Err(error) = self.write(number) {
            tracing::warn!(%error, "the database's mark cannot be written");
        }
    }

    /// Writes over what is there, in one piece of a fixed length.
    fn write(&self, number: u64) -> io::Result<()> {
        self.file.write_all_at(format!("{number:020}\n").as_bytes(), 0)
    }
}

/// `control.mark` for `control.db`.
fn path(database: &Path) -> PathBuf {
    database.with_extension("mark")
}

fn create(path: &Path) -> io::Result<File> {
    File::options().create(true).write(true).truncate(false).mode(0o600).open(path)
}

/// Lets a database that lost its end be opened with what it has.
///
/// # Errors
/// Where the mark cannot be written.
pub fn forget_mark(database: &Path) -> io::Result<()> {
    let file = create(&path(database))?;
    file.set_len(0)?;
    file.write_all_at(format!("{:020}\n", 0).as_bytes(), 0)
}
