//! The saga's log: each action before and after it ran.

use jiff::Timestamp;
use serde_json::Value;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Store, micros, read, unknown, write};
use crate::error::Error;
use crate::model::action::{Action, Stage};
use crate::model::plan::Plan;

/// What the log says of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Not begun.
    Planned,
    /// Begun; whether the cloud has it is not known.
    Begun,
    /// Done.
    Done,
    /// Undone, or found to have had no effect.
    Undone,
}

impl State {
    const ALL: [Self; 4] = [Self::Planned, Self::Begun, Self::Done, Self::Undone];

    const fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Begun => "begun",
            Self::Done => "done",
            Self::Undone => "undone",
        }
    }
}

/// An action of the log.
#[derive(Clone, Debug)]
pub(crate) struct Logged {
    pub(crate) target: String,
    pub(crate) position: i64,
    pub(crate) name: String,
    pub(crate) stage: Stage,
    pub(crate) action: Action,
    pub(crate) state: State,
    pub(crate) output: Value,
}

impl Store {
    /// Writes the plan and its actions, and leaves the planning phase; all in one.
    pub(crate) async fn lay_plan(
        &self,
        operation: &str,
        plan: &Plan,
        actions: &[Logged],
    ) -> Result<(), Error> {
        let doing = "write the plan";
        let failed = || Error::internal(doing);
        let mut change = self.change(doing).await?;
        sqlx::query("UPDATE operations SET phase = 'shifting', plan = $2 WHERE id = $1")
            .bind(operation)
            .bind(write(plan)?)
            .execute(&mut *change)
            .await
            .map_err(failed())?;
        for logged in actions {
            sqlx::query(
                "INSERT INTO actions (operation_id, target, position, name, stage, action, state)
                 VALUES ($1, $2, $3, $4, $5, $6, 'planned')",
            )
            .bind(operation)
            .bind(&logged.target)
            .bind(logged.position)
            .bind(&logged.name)
            .bind(logged.stage.name())
            .bind(write(&logged.action)?)
            .execute(&mut *change)
            .await
            .map_err(failed())?;
        }
        change.commit().await
    }

    /// An operation's actions, by target and position.
    pub(crate) async fn actions(&self, operation: &str) -> Result<Vec<Logged>, Error> {
        let rows = sqlx::query(
            "SELECT target, position, name, stage, action, state, output FROM actions
             WHERE operation_id = $1 ORDER BY target, position",
        )
        .bind(operation)
        .fetch_all(&self.pool)
        .await
        .map_err(Error::internal("read the actions"))?;
        rows.iter().map(logged).collect()
    }

    /// Logs that an action begins.
    pub(crate) async fn begin_action(
        &self,
        operation: &str,
        logged: &Logged,
        now: Timestamp,
    ) -> Result<(), Error> {
        let query = sqlx::query(
            "UPDATE actions SET state = 'begun', begun_at = COALESCE(begun_at, $4)
             WHERE operation_id = $1 AND target = $2 AND position = $3",
        )
        .bind(operation)
        .bind(&logged.target)
        .bind(logged.position)
        .bind(micros(now));
        self.run("log the beginning of the action", query).await.map(drop)
    }

    /// Logs that an action ended, with what it gave.
    pub(crate) async fn end_action(
        &self,
        operation: &str,
        logged: &Logged,
        state: State,
        output: &Value,
        now: Timestamp,
    ) -> Result<(), Error> {
        let query = sqlx::query(
            "UPDATE actions SET state = $4, output = $5, ended_at = $6
             WHERE operation_id = $1 AND target = $2 AND position = $3",
        )
        .bind(operation)
        .bind(&logged.target)
        .bind(logged.position)
        .bind(state.name())
        .bind(write(output)?)
        .bind(micros(now));
        self.run("log the end of the action", query).await.map(drop)
    }
}

fn logged(row: &SqliteRow) -> Result<Logged, Error> {
    let failed = || Error::internal("read an action");
    let state: String = row.try_get("state").map_err(failed())?;
    let stage: String = row.try_get("stage").map_err(failed())?;
    let output: Option<String> = row.try_get("output").map_err(failed())?;
    Ok(Logged {
        target: row.try_get("target").map_err(failed())?,
        position: row.try_get("position").map_err(failed())?,
        name: row.try_get("name").map_err(failed())?,
        stage: Stage::from_name(&stage).ok_or_else(|| unknown("stage", &stage))?,
        action: read(&row.try_get::<String, _>("action").map_err(failed())?)?,
        state: State::ALL
            .into_iter()
            .find(|known| known.name() == state)
            .ok_or_else(|| unknown("state", &state))?,
        output: output.as_deref().map(read).transpose()?.unwrap_or(Value::Null),
    })
}
