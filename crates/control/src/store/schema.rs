//! The schema, as the steps that lead to it. A step that was released is never changed.

use sqlx::{Row, SqlitePool};

use crate::error::Error;

/// The step at index n leads from version n to n + 1.
const STEPS: &[&str] = &[
    "
CREATE TABLE deployments (
    id TEXT PRIMARY KEY,
    service TEXT NOT NULL,
    environment TEXT NOT NULL,
    status TEXT NOT NULL,
    clouds TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    document TEXT NOT NULL
);
CREATE INDEX deployments_by_time ON deployments (created_at, id);
CREATE INDEX deployments_by_service ON deployments (environment, service, created_at);
CREATE UNIQUE INDEX deployments_one_at_a_time ON deployments (environment, service)
    WHERE status IN ('pending', 'in_progress');
CREATE TABLE operations (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    deployment_id TEXT NOT NULL REFERENCES deployments (id),
    phase TEXT NOT NULL,
    cancel_requested BIGINT NOT NULL,
    outcome TEXT,
    plan TEXT,
    deadline_at BIGINT,
    lease_owner TEXT,
    lease_expires_at BIGINT NOT NULL,
    heartbeat_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    document TEXT NOT NULL
);
CREATE INDEX operations_by_time ON operations (created_at, id);
CREATE INDEX operations_by_deployment ON operations (deployment_id);
CREATE INDEX operations_by_status ON operations (status);
CREATE TABLE events (
    operation_id TEXT NOT NULL REFERENCES operations (id),
    sequence BIGINT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (operation_id, sequence)
);
CREATE TABLE actions (
    operation_id TEXT NOT NULL REFERENCES operations (id),
    target TEXT NOT NULL,
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    stage TEXT NOT NULL,
    action TEXT NOT NULL,
    state TEXT NOT NULL,
    output TEXT,
    message TEXT,
    begun_at BIGINT,
    ended_at BIGINT,
    PRIMARY KEY (operation_id, target, position)
);
CREATE TABLE resources (
    id TEXT PRIMARY KEY,
    cloud TEXT NOT NULL,
    region TEXT NOT NULL,
    kind TEXT NOT NULL,
    cloud_id TEXT,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    service TEXT NOT NULL,
    environment TEXT NOT NULL,
    created_by TEXT NOT NULL,
    owner TEXT NOT NULL,
    address TEXT,
    template TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE INDEX resources_by_time ON resources (created_at, id);
CREATE INDEX resources_by_creator ON resources (created_by);
CREATE INDEX resources_by_place ON resources (environment, service, cloud, region, state);
CREATE INDEX resources_by_state ON resources (state);
CREATE TABLE services (
    environment TEXT NOT NULL,
    service TEXT NOT NULL,
    current_deployment TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (environment, service)
);
CREATE TABLE installation (
    id TEXT PRIMARY KEY
);
CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);
CREATE TABLE idempotency (
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    holder TEXT NOT NULL,
    response TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_by_time ON idempotency (created_at);
",
    "
CREATE TABLE writes (
    number BIGINT NOT NULL
);
INSERT INTO writes (number) VALUES (0);
",
];

/// The newest version that is known here.
#[expect(clippy::cast_possible_wrap, reason = "there are few steps")]
const KNOWN: i64 = STEPS.len() as i64;

/// Brings the schema up to date; refuses one that is newer than this list.
pub(super) async fn migrate(pool: &SqlitePool) -> Result<(), Error> {
    let failed = || Error::internal("prepare the database");
    sqlx::raw_sql("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)")
        .execute(pool)
        .await
        .map_err(failed())?;
    let row = sqlx::query("SELECT COALESCE(MAX(version), 0) AS version FROM schema_version")
        .fetch_one(pool)
        .await
        .map_err(failed())?;
    let found: i64 = row.try_get("version").map_err(failed())?;
    let known = KNOWN;
    if found > known {
        return Err(Error::NewerSchema { found, known });
    }
    for (version, step) in (1_i64..).zip(STEPS) {
        if version <= found {
            continue;
        }
        let mut transaction = pool.begin().await.map_err(failed())?;
        sqlx::raw_sql(*step).execute(&mut *transaction).await.map_err(failed())?;
        sqlx::query("INSERT INTO schema_version (version) VALUES ($1)")
            .bind(version)
            .execute(&mut *transaction)
            .await
            .map_err(failed())?;
        transaction.commit().await.map_err(failed())?;
    }
    Ok(())
}
