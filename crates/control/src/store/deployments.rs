//! Deployments, each with its operation.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::access::Kept;
use super::resources::Location;
use super::{Store, micros, read, write};
use crate::error::Error;
use crate::model::deployment::{Deployment, Status};
use crate::model::operation::Operation;
use crate::model::page::{DeploymentFilter, Order, Page, PageRequest, Position};

impl Store {
    /// Adds a deployment and its operation, unless another one of the same service and
    /// environment runs; and the answer with them.
    pub(crate) async fn insert_deployment(
        &self,
        deployment: &Deployment,
        operation: &Operation,
        kept: Option<Kept<'_>>,
    ) -> Result<(), Error> {
        let doing = "add the deployment";
        let failed = || Error::internal(doing);
        let mut change = self.change(doing).await?;
        let inserted = sqlx::query(
            "INSERT INTO deployments (id, service, environment, status, clouds, created_at, document)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        )
        .bind(&deployment.id)
        .bind(&deployment.service)
        .bind(&deployment.environment)
        .bind(deployment.status.name())
        .bind(clouds(deployment))
        .bind(micros(deployment.created_at))
        .bind(write(deployment)?)
        .execute(&mut *change)
        .await
        .map_err(failed())?;
        if inserted.rows_affected() == 0 {
            drop(change);
            return Err(self.running_conflict(deployment).await?);
        }
        sqlx::query(
            "INSERT INTO operations (id, kind, status, deployment_id, phase, cancel_requested,
                 lease_expires_at, heartbeat_at, created_at, document)
             VALUES ($1, $2, $3, $4, 'planning', 0, 0, $5, $5, $6)",
        )
        .bind(&operation.id)
        .bind(operation.kind.name())
        .bind(operation.status.name())
        .bind(&operation.deployment_id)
        .bind(micros(operation.created_at))
        .bind(write(operation)?)
        .execute(&mut *change)
        .await
        .map_err(failed())?;
        sqlx::query(
            "INSERT INTO services (environment, service, created_at) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
        )
        .bind(&deployment.environment)
        .bind(&deployment.service)
        .bind(micros(deployment.created_at))
        .execute(&mut *change)
        .await
        .map_err(failed())?;
        if let Some(kept) = kept {
            kept.write(&mut change).await?;
        }
        change.commit().await
    }

    /// The conflict with the deployment that runs, named.
    async fn running_conflict(&self, wanted: &Deployment) -> Result<Error, Error> {
        let running = self.running_deployment(&wanted.environment, &wanted.service).await?;
        Ok(conflict(&wanted.environment, &wanted.service, running.as_deref()))
    }

    /// The deployment of a service that is pending or in progress.
    pub(crate) async fn running_deployment(
        &self,
        environment: &str,
        service: &str,
    ) -> Result<Option<String>, Error> {
        let failed = || Error::internal("look for a running deployment");
        let row = sqlx::query(
            "SELECT id FROM deployments WHERE environment = $1 AND service = $2
                 AND status IN ('pending', 'in_progress')",
        )
        .bind(environment)
        .bind(service)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed())?;
        row.map(|row| row.try_get("id")).transpose().map_err(failed())
    }

    /// Writes what changed of a deployment.
    pub(crate) async fn update_deployment(&self, deployment: &Deployment) -> Result<(), Error> {
        let query = sqlx::query("UPDATE deployments SET status = $2, document = $3 WHERE id = $1")
            .bind(&deployment.id)
            .bind(deployment.status.name())
            .bind(write(deployment)?);
        self.run("write the deployment", query).await.map(drop)
    }

    /// Writes that an instance is gone, in every deployment that had it but the one at work, whose
    /// worker does so itself.
    pub(crate) async fn instance_removed(
        &self,
        at: Location<'_>,
        instance: &str,
        at_work: &str,
    ) -> Result<(), Error> {
        let doing = "write that the instance is gone";
        let failed = || Error::internal(doing);
        let mut change = self.change(doing).await?;
        let rows = sqlx::query(
            "SELECT document FROM deployments WHERE environment = $1 AND service = $2
                 AND id <> $3 AND document LIKE $4",
        )
        .bind(at.environment)
        .bind(at.service)
        .bind(at_work)
        // A first sieve: what the document means is looked at below.
        .bind(format!("%\"{instance}\"%"))
        .fetch_all(&mut *change)
        .await
        .map_err(failed())?;
        for row in rows {
            let before = document(&row)?;
            let mut after = before.clone();
            let targets = after.targets.iter_mut();
            for target in targets.filter(|it| it.cloud == at.cloud && it.region == at.region) {
                target.instance_removed(instance);
            }
            if after == before {
                continue;
            }
            sqlx::query("UPDATE deployments SET document = $2 WHERE id = $1")
                .bind(&after.id)
                .bind(write(&after)?)
                .execute(&mut *change)
                .await
                .map_err(failed())?;
        }
        change.commit().await
    }

    /// Writes where clients find a target of a deployment at which nobody is at work.
    pub(crate) async fn target_url(
        &self,
        deployment: &str,
        at: Location<'_>,
        url: &str,
    ) -> Result<(), Error> {
        let doing = "write where the target is found";
        let failed = || Error::internal(doing);
        let mut change = self.change(doing).await?;
        let row = sqlx::query("SELECT document FROM deployments WHERE id = $1")
            .bind(deployment)
            .fetch_one(&mut *change)
            .await
            .map_err(failed())?;
        let mut changed = document(&row)?;
        let targets = changed.targets.iter_mut();
        for target in targets.filter(|it| it.cloud == at.cloud && it.region == at.region) {
            target.url = Some(url.to_owned());
        }
        sqlx::query("UPDATE deployments SET document = $2 WHERE id = $1")
            .bind(deployment)
            .bind(write(&changed)?)
            .execute(&mut *change)
            .await
            .map_err(failed())?;
        change.commit().await
    }

    /// One deployment, without what it created.
    pub(crate) async fn deployment(&self, id: &str) -> Result<Option<Deployment>, Error> {
        sqlx::query("SELECT document FROM deployments WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await
            .map_err(Error::internal("read the deployment"))?
            .map(|row| document(&row))
            .transpose()
    }

    /// One page of deployments, without what they created.
    pub(crate) async fn deployments(
        &self,
        filter: &DeploymentFilter,
        page: &PageRequest,
    ) -> Result<Page<Deployment>, Error> {
        let limit = page.bounded();
        let query = match page.order {
            Order::NewestFirst => sqlx::query(
                "SELECT document FROM deployments
                 WHERE (CAST($1 AS TEXT) IS NULL OR environment = $1)
                   AND (CAST($2 AS TEXT) IS NULL OR service = $2)
                   AND (CAST($3 AS TEXT) IS NULL OR status = $3)
                   AND (CAST($4 AS TEXT) IS NULL OR clouds LIKE $4)
                   AND (CAST($5 AS BIGINT) IS NULL OR created_at < $5
                        OR (created_at = $5 AND id < $6))
                 ORDER BY created_at DESC, id DESC LIMIT $7",
            ),
            Order::OldestFirst => sqlx::query(
                "SELECT document FROM deployments
                 WHERE (CAST($1 AS TEXT) IS NULL OR environment = $1)
                   AND (CAST($2 AS TEXT) IS NULL OR service = $2)
                   AND (CAST($3 AS TEXT) IS NULL OR status = $3)
                   AND (CAST($4 AS TEXT) IS NULL OR clouds LIKE $4)
                   AND (CAST($5 AS BIGINT) IS NULL OR created_at > $5
                        OR (created_at = $5 AND id > $6))
                 ORDER BY created_at, id LIMIT $7",
            ),
        };
        let rows = query
            .bind(&filter.environment)
            .bind(&filter.service)
            .bind(filter.status.map(Status::name))
            .bind(filter.cloud.as_ref().map(|cloud| format!("%,{cloud},%")))
            .bind(page.after.as_ref().map(|position| micros(position.at)))
            .bind(page.after.as_ref().map(|position| position.id.clone()))
            .bind(i64::from(limit) + 1)
            .fetch_all(&self.pool)
            .await
            .map_err(Error::internal("list the deployments"))?;
        let items = rows.iter().map(document).collect::<Result<Vec<Deployment>, _>>()?;
        Ok(Page::cut(items, limit, |item| Position { at: item.created_at, id: item.id.clone() }))
    }
}

/// The conflict with a deployment that runs.
pub(crate) fn conflict(environment: &str, service: &str, running: Option<&str>) -> Error {
    let name = running.unwrap_or("another deployment");
    Error::Conflict {
        message: format!("{name} of {service} in {environment} is still running"),
        deployment: running.map(str::to_owned),
    }
}

/// `,aws,digitalocean,`: each cloud can be searched for between commas.
fn clouds(deployment: &Deployment) -> String {
    let mut names: Vec<_> = deployment.targets.iter().map(|target| target.cloud.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    format!(",{},", names.join(","))
}

fn document(row: &SqliteRow) -> Result<Deployment, Error> {
    let text: String = row.try_get("document").map_err(Error::internal("read a deployment"))?;
    read(&text)
}
