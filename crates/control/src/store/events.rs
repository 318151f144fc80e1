//! What happened during operations.

use sqlx::Row;

use super::{Store, read, sequence, write};
use crate::error::Error;
use crate::model::operation::{Event, Operation};

impl Store {
    /// Appends an event, whose sequence number must follow the last, and writes how far the
    /// operation is with it.
    pub(crate) async fn append_event(
        &self,
        operation: &Operation,
        event: &Event,
    ) -> Result<(), Error> {
        let doing = "append the event";
        let failed = || Error::internal(doing);
        let mut change = self.change(doing).await?;
        sqlx::query("INSERT INTO events (operation_id, sequence, document) VALUES ($1, $2, $3)")
            .bind(&operation.id)
            .bind(sequence(event.sequence))
            .bind(write(event)?)
            .execute(&mut *change)
            .await
            .map_err(failed())?;
        sqlx::query("UPDATE operations SET document = $2 WHERE id = $1")
            .bind(&operation.id)
            .bind(write(operation)?)
            .execute(&mut *change)
            .await
            .map_err(failed())?;
        change.commit().await
    }

    /// The number of the last event; 0 before the first.
    pub(crate) async fn last_sequence(&self, operation: &str) -> Result<u64, Error> {
        let failed = || Error::internal("count the events");
        let row = sqlx::query(
            "SELECT COALESCE(MAX(sequence), 0) AS last FROM events WHERE operation_id = $1",
        )
        .bind(operation)
        .fetch_one(&self.pool)
        .await
        .map_err(failed())?;
        let last: i64 = row.try_get("last").map_err(failed())?;
        Ok(last.unsigned_abs())
    }

    /// Events after a number.
    pub(crate) async fn events(
        &self,
        operation: &str,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Event>, Error> {
        let failed = || Error::internal("read the events");
        let rows = sqlx::query(
            "SELECT document FROM events WHERE operation_id = $1 AND sequence > $2
             ORDER BY sequence LIMIT $3",
        )
        .bind(operation)
        .bind(i64::try_from(after).unwrap_or(i64::MAX))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(failed())?;
        rows.iter()
            .map(|row| read(&row.try_get::<String, _>("document").map_err(failed())?))
            .collect()
    }
}
