//! Operations: what they show, how far they are inside, and who works on them.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::access::Kept;
use super::{Store, micros, moment, read, sequence, unknown, write};
use crate::error::Error;
use crate::model::deployment::Deployment;
use crate::model::operation::{Event, Failure, Kind, Operation, Status};
use crate::model::page::{OperationFilter, Order, Page, PageRequest, Position};
use crate::model::plan::Plan;

/// How far the work is. Each step of this is one write, so that a restart knows where to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The plan is to be laid.
    Planning,
    /// The new is being brought into service; all of it can be undone.
    Shifting,
    /// The new serves; the old is being removed. There is no way back from here but a rollback.
    Retiring,
    /// Everything is being undone.
    Undoing,
    /// Over.
    Finished,
}

impl Phase {
    const ALL: [Self; 5] =
        [Self::Planning, Self::Shifting, Self::Retiring, Self::Undoing, Self::Finished];

    /// Whether everything can still be undone on request.
    pub(crate) const fn can_be_cancelled(self) -> bool {
        matches!(self, Self::Planning | Self::Shifting)
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Planning => "planning",
            Self::Shifting => "shifting",
            Self::Retiring => "retiring",
            Self::Undoing => "undoing",
            Self::Finished => "finished",
        }
    }
}

/// An operation as its worker needs it.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    pub(crate) operation: Operation,
    pub(crate) phase: Phase,
    pub(crate) cancel_requested: bool,
    /// Why everything is being undone.
    pub(crate) outcome: Option<Failure>,
    pub(crate) plan: Option<Plan>,
    pub(crate) deadline_at: Option<Timestamp>,
    pub(crate) heartbeat_at: Timestamp,
}

impl Store {
    /// One operation, as its worker needs it.
    pub(crate) async fn work(&self, id: &str) -> Result<Option<Work>, Error> {
        sqlx::query(
            "SELECT document, status, phase, cancel_requested, outcome, plan, deadline_at,
                 heartbeat_at FROM operations WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await
        .map_err(Error::internal("read the operation"))?
        .map(|row| work(&row))
        .transpose()
    }

    /// One operation.
    pub(crate) async fn operation(&self, id: &str) -> Result<Option<Operation>, Error> {
        sqlx::query("SELECT document, status FROM operations WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await
            .map_err(Error::internal("read the operation"))?
            .map(|row| operation(&row))
            .transpose()
    }

    /// One page of operations.
    pub(crate) async fn operations(
        &self,
        filter: &OperationFilter,
        page: &PageRequest,
    ) -> Result<Page<Operation>, Error> {
        let limit = page.bounded();
        let query = match page.order {
            Order::NewestFirst => sqlx::query(
                "SELECT document, status FROM operations
                 WHERE (CAST($1 AS TEXT) IS NULL OR kind = $1)
                   AND (CAST($2 AS TEXT) IS NULL OR status = $2)
                   AND (CAST($3 AS TEXT) IS NULL OR deployment_id = $3)
                   AND (CAST($4 AS BIGINT) IS NULL OR created_at < $4
                        OR (created_at = $4 AND id < $5))
                 ORDER BY created_at DESC, id DESC LIMIT $6",
            ),
            Order::OldestFirst => sqlx::query(
                "SELECT document, status FROM operations
                 WHERE (CAST($1 AS TEXT) IS NULL OR kind = $1)
                   AND (CAST($2 AS TEXT) IS NULL OR status = $2)
                   AND (CAST($3 AS TEXT) IS NULL OR deployment_id = $3)
                   AND (CAST($4 AS BIGINT) IS NULL OR created_at > $4
                        OR (created_at = $4 AND id > $5))
                 ORDER BY created_at, id LIMIT $6",
            ),
        };
        let rows = query
            .bind(filter.kind.map(Kind::name))
            .bind(filter.status.map(Status::name))
            .bind(&filter.deployment_id)
            .bind(page.after.as_ref().map(|position| micros(position.at)))
            .bind(page.after.as_ref().map(|position| position.id.clone()))
            .bind(i64::from(limit) + 1)
            .fetch_all(&self.pool)
            .await
            .map_err(Error::internal("list the operations"))?;
        let items = rows.iter().map(operation).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(items, limit, |item| Position { at: item.created_at, id: item.id.clone() }))
    }

    /// Operations that are not over and that nobody holds, the oldest first.
    pub(crate) async fn claimable(&self, now: Timestamp, limit: u32) -> Result<Vec<String>, Error> {
        let failed = || Error::internal("look for work");
        let rows = sqlx::query(
            "SELECT id FROM operations WHERE phase <> 'finished' AND lease_expires_at <= $1
             ORDER BY created_at LIMIT $2",
        )
        .bind(micros(now))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(failed())?;
        rows.iter().map(|row| row.try_get("id").map_err(failed())).collect()
    }

    /// Takes an operation that nobody holds; `false` if somebody was faster.
    pub(crate) async fn claim(
        &self,
        id: &str,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, Error> {
        let query = sqlx::query(
            "UPDATE operations SET lease_owner = $2, lease_expires_at = $4
             WHERE id = $1 AND phase <> 'finished' AND lease_expires_at <= $3",
        )
        .bind(id)
        .bind(owner)
        .bind(micros(now))
        .bind(micros(until));
        self.run("claim the operation", query).await.map(|rows| rows == 1)
    }

    /// Lets go of every claim: for a state that only one process can hold, whose claims are all of
    /// a process that is dead.
    pub(crate) async fn release_all(&self) -> Result<(), Error> {
        let query =
            sqlx::query("UPDATE operations SET lease_expires_at = 0 WHERE phase <> 'finished'");
        self.run("release the claims", query).await.map(drop)
    }

    /// Lets go of one claim.
    pub(crate) async fn release(&self, id: &str, owner: &str) -> Result<(), Error> {
        let query = sqlx::query(
            "UPDATE operations SET lease_expires_at = 0 WHERE id = $1 AND lease_owner = $2",
        )
        .bind(id)
        .bind(owner);
        self.run("release the claim", query).await.map(drop)
    }

    /// Renews a claim. `None` if it was lost; else whether a cancellation was asked for.
    pub(crate) async fn heartbeat(
        &self,
        id: &str,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<bool>, Error> {
        let doing = "renew the claim";
        let failed = || Error::internal(doing);
        let mut change = self.change(doing).await?;
        let row = sqlx::query(
            "UPDATE operations SET lease_expires_at = $4, heartbeat_at = $3
             WHERE id = $1 AND lease_owner = $2 RETURNING cancel_requested",
        )
        .bind(id)
        .bind(owner)
        .bind(micros(now))
        .bind(micros(until))
        .fetch_optional(&mut *change)
        .await
        .map_err(failed())?;
        change.commit().await?;
        row.map(|row| row.try_get::<i64, _>("cancel_requested").map(|flag| flag != 0))
            .transpose()
            .map_err(failed())
    }

    /// Begins the work: it shows as running from now on, unless it is being cancelled already.
    pub(crate) async fn start_operation(
        &self,
        operation: &Operation,
        deadline_at: Timestamp,
    ) -> Result<(), Error> {
        let query = sqlx::query(
            "UPDATE operations SET document = $2, deadline_at = $3,
                 status = CASE WHEN status = 'pending' THEN 'running' ELSE status END
             WHERE id = $1",
        )
        .bind(&operation.id)
        .bind(write(operation)?)
        .bind(micros(deadline_at));
        self.run("start the operation", query).await.map(drop)
    }

    /// Asks for a cancellation, and keeps the answer with it. `false` if it is too late for one.
    pub(crate) async fn request_cancel(
        &self,
        id: &str,
        kept: Option<Kept<'_>>,
    ) -> Result<bool, Error> {
        let doing = "ask for the cancellation";
        let mut change = self.change(doing).await?;
        let asked = sqlx::query(
            "UPDATE operations SET cancel_requested = 1, status = 'cancelling'
             WHERE id = $1 AND phase IN ('planning', 'shifting')",
        )
        .bind(id)
        .execute(&mut *change)
        .await
        .map_err(Error::internal(doing))?;
        if asked.rows_affected() == 0 {
            return Ok(false);
        }
        if let Some(kept) = kept {
            kept.write(&mut change).await?;
        }
        change.commit().await?;
        Ok(true)
    }

    /// Passes the point of no return, unless a cancellation was asked for. What the deployment
    /// uses is its own from now on, and it is the one that serves.
    pub(crate) async fn commit_shift(
        &self,
        operation: &Operation,
        environment: &str,
        service: &str,
        used: &[String],
        now: Timestamp,
    ) -> Result<bool, Error> {
        let doing = "hand over to the new deployment";
        let failed = || Error::internal(doing);
        let mut change = self.change(doing).await?;
        let passed = sqlx::query(
            "UPDATE operations SET phase = 'retiring'
             WHERE id = $1 AND phase = 'shifting' AND cancel_requested = 0",
        )
        .bind(&operation.id)
        .execute(&mut *change)
        .await
        .map_err(failed())?;
        if passed.rows_affected() == 0 {
            return Ok(false);
        }
        for id in used {
            sqlx::query("UPDATE resources SET owner = $2, updated_at = $3 WHERE id = $1")
                .bind(id)
                .bind(&operation.deployment_id)
                .bind(micros(now))
                .execute(&mut *change)
                .await
                .map_err(failed())?;
        }
        sqlx::query(
            "UPDATE services SET current_deployment = $3 WHERE environment = $1 AND service = $2",
        )
        .bind(environment)
        .bind(service)
        .bind(&operation.deployment_id)
        .execute(&mut *change)
        .await
        .map_err(failed())?;
        change.commit().await?;
        Ok(true)
    }

    /// Turns to undoing, for a reason that outlives a restart.
    pub(crate) async fn start_undo(&self, id: &str, outcome: &Failure) -> Result<(), Error> {
        let query =
            sqlx::query("UPDATE operations SET phase = 'undoing', outcome = $2 WHERE id = $1")
                .bind(id)
                .bind(write(outcome)?);
        self.run("turn to undoing", query).await.map(drop)
    }

    /// Moves the deadline, after time in which nobody worked.
    pub(crate) async fn set_deadline(&self, id: &str, deadline_at: Timestamp) -> Result<(), Error> {
        let query = sqlx::query("UPDATE operations SET deadline_at = $2 WHERE id = $1")
            .bind(id)
            .bind(micros(deadline_at));
        self.run("move the deadline", query).await.map(drop)
    }

    /// Writes the end of an operation and of its deployment, and the last event, in one.
    pub(crate) async fn finish(
        &self,
        operation: &Operation,
        deployment: &Deployment,
        event: &Event,
    ) -> Result<(), Error> {
        let doing = "finish the operation";
        let failed = || Error::internal(doing);
        let mut change = self.change(doing).await?;
        sqlx::query("INSERT INTO events (operation_id, sequence, document) VALUES ($1, $2, $3)")
            .bind(&operation.id)
            .bind(sequence(event.sequence))
            .bind(write(event)?)
            .execute(&mut *change)
            .await
            .map_err(failed())?;
        sqlx::query(
            "UPDATE operations SET status = $2, phase = 'finished', document = $3,
                 lease_expires_at = 0 WHERE id = $1",
        )
        .bind(&operation.id)
        .bind(operation.status.name())
        .bind(write(operation)?)
        .execute(&mut *change)
        .await
        .map_err(failed())?;
        sqlx::query("UPDATE deployments SET status = $2, document = $3 WHERE id = $1")
            .bind(&deployment.id)
            .bind(deployment.status.name())
            .bind(write(deployment)?)
            .execute(&mut *change)
            .await
            .map_err(failed())?;
        change.commit().await
    }
}

/// The status is a column of its own, since others than the worker change it.
fn operation(row: &SqliteRow) -> Result<Operation, Error> {
    let failed = || Error::internal("read an operation");
    let text: String = row.try_get("document").map_err(failed())?;
    let status: String = row.try_get("status").map_err(failed())?;
    let mut operation: Operation = read(&text)?;
    operation.status = Status::from_name(&status).ok_or_else(|| unknown("status", &status))?;
    Ok(operation)
}

fn work(row: &SqliteRow) -> Result<Work, Error> {
    let failed = || Error::internal("read an operation");
    let phase: String = row.try_get("phase").map_err(failed())?;
    let outcome: Option<String> = row.try_get("outcome").map_err(failed())?;
    let plan: Option<String> = row.try_get("plan").map_err(failed())?;
    let deadline: Option<i64> = row.try_get("deadline_at").map_err(failed())?;
    Ok(Work {
        operation: operation(row)?,
        phase: Phase::ALL
            .into_iter()
            .find(|known| known.name() == phase)
            .ok_or_else(|| unknown("phase", &phase))?,
        cancel_requested: row.try_get::<i64, _>("cancel_requested").map_err(failed())? != 0,
        outcome: outcome.as_deref().map(read).transpose()?,
        plan: plan.as_deref().map(read).transpose()?,
        deadline_at: deadline.map(moment).transpose()?,
        heartbeat_at: moment(row.try_get("heartbeat_at").map_err(failed())?)?,
    })
}
