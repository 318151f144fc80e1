//! The state, in SQL. Every query here is one that SQLite and PostgreSQL both understand, with
//! `$1` parameters; only opening differs.
//!
//! What is searched for is a column; the rest of a record is a JSON document beside it. Times are
//! microseconds since 1970 in UTC.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection, Row, Sqlite, SqliteConnection, SqlitePool};
use tokio::time::Instant;

pub use self::change::forget_mark;
use self::change::{Change, Mark};
use crate::config::Database;
use crate::error::Error;

pub(crate) mod access;
pub(crate) mod actions;
mod change;
pub(crate) mod deployments;
pub(crate) mod events;
pub(crate) mod operations;
pub(crate) mod resources;
mod schema;
pub(crate) mod services;

/// For how long a database that was well is taken to be so.
const STILL_TRUE: Duration = Duration::from_millis(500);

/// The state.
#[derive(Clone)]
pub(crate) struct Store {
    pool: SqlitePool,
    /// Of a database in a file.
    mark: Option<Arc<Mark>>,
    /// When the database was last found to be well.
    checked: Arc<tokio::sync::Mutex<Option<Instant>>>,
    /// Keeps a database in memory alive: it ends with its last connection, and the pool closes one
    /// whose query was given up.
    _anchor: Option<Arc<Mutex<SqliteConnection>>>,
}

impl Store {
    /// Opens the state and brings its schema up to date.
    pub(crate) async fn open(database: &Database) -> Result<Self, Error> {
        let options = match database {
            Database::Memory => SqliteConnectOptions::from_str("sqlite::memory:")
                .map_err(Error::internal("name a database in memory"))?,
            // What was committed survives a power failure too.
            Database::File(path) => SqliteConnectOptions::new()
                .filename(path)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full),
        };
        let options = options.foreign_keys(true);
        let anchor = match database {
            Database::Memory => {
                let connection = SqliteConnection::connect_with(&options).await;
                let connection = connection.map_err(Error::internal("open the database"))?;
                Some(Arc::new(Mutex::new(connection)))
            }
            Database::File(_) => None,
        };
        // One connection: SQLite has one writer anyway, and statements then queue here, fairly,
        // instead of failing with SQLITE_BUSY.
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            // A connection to a file is well as long as it is open; asking costs each query another.
            .test_before_acquire(false)
            .connect_with(options)
            .await
            .map_err(Error::internal("open the database"))?;
        check_pages(&pool).await?;
        schema::migrate(&pool).await?;
        let mark = match database {
            Database::Memory => None,
            Database::File(path) => Some(Arc::new(Mark::open(path, last_write(&pool).await?)?)),
        };
        Ok(Self { pool, mark, checked: Arc::default(), _anchor: anchor })
    }

    /// What tells this state from others in the same cloud account: drawn once, when it is new.
    pub(crate) async fn installation(&self, fresh: &str) -> Result<String, Error> {
        let doing = "read which installation this is";
        let failed = || Error::internal(doing);
        let query = sqlx::query(
            "INSERT INTO installation (id) SELECT CAST($1 AS TEXT)
             WHERE NOT EXISTS (SELECT 1 FROM installation)",
        )
        .bind(fresh);
        self.run(doing, query).await?;
        let row = sqlx::query("SELECT id FROM installation")
            .fetch_one(&self.pool)
            .await
            .map_err(failed())?;
        row.try_get("id").map_err(failed())
    }

    /// Whether the database can be read and written, or could a moment ago: whoever asks needs no key, and
    /// each write is flushed.
    pub(crate) async fn check(&self) -> Result<(), Error> {
        let mut last = self.checked.lock().await;
        if last.is_some_and(|last| last.elapsed() < STILL_TRUE) {
            return Ok(());
        }
        let query = sqlx::query("UPDATE installation SET id = id");
        match self.run("write the database", query).await? {
            1 => {
                *last = Some(Instant::now());
                Ok(())
            }
            rows => Err(Error::internal("read the database")(format!("{rows} installations"))),
        }
    }

    /// Begins a transaction that writes; dropped before [`Change::commit`], it has no effect.
    async fn change(&self, doing: &'static str) -> Result<Change, Error> {
        Change::begin(&self.pool, self.mark.clone(), doing).await
    }

    /// Runs one statement in a transaction of its own, and gives how many rows it changed.
    async fn run(
        &self,
        doing: &'static str,
        query: sqlx::query::Query<'_, Sqlite, SqliteArguments>,
    ) -> Result<u64, Error> {
        let mut change = self.change(doing).await?;
        let done = query.execute(&mut *change).await.map_err(Error::internal(doing))?;
        change.commit().await?;
        Ok(done.rows_affected())
    }

    /// Closes the database; what is under way ends first.
    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

/// Fails where the file is damaged.
async fn check_pages(pool: &SqlitePool) -> Result<(), Error> {
    let failed = || Error::internal("check the database");
    let row = sqlx::query("PRAGMA quick_check(1)").fetch_one(pool).await.map_err(failed())?;
    let found: String = row.try_get(0).map_err(failed())?;
    if found == "ok" { Ok(()) } else { Err(Error::internal("check the database")(found)) }
}

/// The number of the last transaction that wrote.
async fn last_write(pool: &SqlitePool) -> Result<u64, Error> {
    let failed = || Error::internal("read the number of the last write");
    let row = sqlx::query("SELECT number FROM writes").fetch_one(pool).await.map_err(failed())?;
    let number: i64 = row.try_get("number").map_err(failed())?;
    Ok(number.unsigned_abs())
}

fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

fn moment(micros: i64) -> Result<Timestamp, Error> {
    Timestamp::from_microsecond(micros).map_err(Error::internal("read a time"))
}

fn write<T: Serialize>(document: &T) -> Result<String, Error> {
    serde_json::to_string(document).map_err(Error::internal("write a document"))
}

fn read<T: DeserializeOwned>(document: &str) -> Result<T, Error> {
    serde_json::from_str(document).map_err(Error::internal("read a document"))
}

/// A word of the database's that this version does not know.
fn unknown(what: &str, found: &str) -> Error {
    Error::internal("read a record")(format!("the unknown {what} {found}"))
}

/// Sequence numbers are far below the limit of the column.
fn sequence(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
