//! The state, in SQL. Every query here is one that SQLite and PostgreSQL both understand, with
//! `$1` parameters; only opening differs.
//!
//! What is searched for is a column; the rest of a record is a JSON document beside it. Times are
//! microseconds since 1970 in UTC.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Row, SqlitePool};

use crate::config::Database;
use crate::error::Error;

pub(crate) mod access;
pub(crate) mod actions;
pub(crate) mod deployments;
pub(crate) mod events;
pub(crate) mod operations;
pub(crate) mod resources;
mod schema;
pub(crate) mod services;

/// The state.
#[derive(Clone)]
pub(crate) struct Store {
    pool: SqlitePool,
}

impl Store {
    /// Opens the state and brings its schema up to date.
    pub(crate) async fn open(database: &Database) -> Result<Self, Error> {
        let options = match database {
            Database::Memory => SqliteConnectOptions::new().in_memory(true),
            // Everything that was committed survives the process being killed; `NORMAL` gives up
            // only what a power failure could take from the last moment.
            Database::File(path) => SqliteConnectOptions::new()
                .filename(path)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Normal),
        };
        // One connection: SQLite has one writer anyway, and statements then queue here, fairly,
        // instead of failing with SQLITE_BUSY. It is never closed for idleness, since a database
        // in memory lives as long as its connection.
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.foreign_keys(true))
            .await
            .map_err(Error::internal("open the database"))?;
        schema::migrate(&pool).await?;
        Ok(Self { pool })
    }

    /// What tells this state from others in the same cloud account: drawn once, when it is new.
    pub(crate) async fn installation(&self, fresh: &str) -> Result<String, Error> {
        let failed = || Error::internal("read which installation this is");
        sqlx::query(
            "INSERT INTO installation (id) SELECT CAST($1 AS TEXT)
             WHERE NOT EXISTS (SELECT 1 FROM installation)",
        )
        .bind(fresh)
        .execute(&self.pool)
        .await
        .map_err(failed())?;
        let row = sqlx::query("SELECT id FROM installation")
            .fetch_one(&self.pool)
            .await
            .map_err(failed())?;
        row.try_get("id").map_err(failed())
    }

    /// Whether the database answers.
    pub(crate) async fn ping(&self) -> Result<(), Error> {
        sqlx::query("SELECT 1")
            .execute(&self.pool)
            .await
            .map(drop)
            .map_err(Error::internal("reach the database"))
    }

    /// Closes the database; what is under way ends first.
    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
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
