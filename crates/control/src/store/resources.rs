//! What is in the clouds.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Store, micros, moment, unknown};
use crate::error::Error;
use crate::model::page::{Order, Page, PageRequest, Position, ResourceFilter};
use crate::model::resource::{Kind, Resource, State};

/// A resource with what only the control plane needs to know of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Record {
    pub(crate) resource: Resource,
    /// The fingerprint of what an instance was made from; empty for others.
    pub(crate) template: String,
}

/// Where a service runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Location<'a> {
    pub(crate) environment: &'a str,
    pub(crate) service: &'a str,
    pub(crate) cloud: &'a str,
    pub(crate) region: &'a str,
}

impl Store {
    /// Writes that the creation of a resource begins.
    pub(crate) async fn insert_resource(&self, record: &Record) -> Result<(), Error> {
        let resource = &record.resource;
        let query = sqlx::query(
            "INSERT INTO resources (id, cloud, region, kind, cloud_id, name, state, service,
                 environment, created_by, owner, address, template, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)",
        )
        .bind(&resource.id)
        .bind(&resource.cloud)
        .bind(&resource.region)
        .bind(resource.kind.name())
        .bind(&resource.cloud_id)
        .bind(&resource.name)
        .bind(resource.state.name())
        .bind(&resource.service)
        .bind(&resource.environment)
        .bind(&resource.created_by)
        .bind(&resource.owner)
        .bind(&resource.address)
        .bind(&record.template)
        .bind(micros(resource.created_at));
        self.run("record the resource", query).await.map(drop)
    }

    /// Writes what became known of a resource.
    pub(crate) async fn resource_created(
        &self,
        id: &str,
        cloud_id: &str,
        address: Option<&str>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let query = sqlx::query(
            "UPDATE resources SET cloud_id = $2, address = COALESCE($3, address), updated_at = $4,
                 state = CASE WHEN state = 'creating' THEN 'live' ELSE state END WHERE id = $1",
        )
        .bind(id)
        .bind(cloud_id)
        .bind(address)
        .bind(micros(now));
        self.run("record the resource's id", query).await.map(drop)
    }

    /// Writes that a resource whose creation or removal was under way is there, and whose it is.
    pub(crate) async fn adopt_resource(
        &self,
        id: &str,
        cloud_id: &str,
        deployment: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        let query = sqlx::query(
            "UPDATE resources SET state = 'live', cloud_id = $2, created_by = $3, owner = $3,
                 updated_at = $4 WHERE id = $1",
        )
        .bind(id)
        .bind(cloud_id)
        .bind(deployment)
        .bind(micros(now));
        self.run("record whose the resource is", query).await.map(drop)
    }

    /// Writes a resource's state.
    pub(crate) async fn resource_state(
        &self,
        id: &str,
        state: State,
        now: Timestamp,
    ) -> Result<(), Error> {
        let query = sqlx::query(
            "UPDATE resources SET state = $2, updated_at = $3, deleted_at = $4 WHERE id = $1",
        )
        .bind(id)
        .bind(state.name())
        .bind(micros(now))
        .bind((state == State::Deleted).then(|| micros(now)));
        self.run("record the resource's state", query).await.map(drop)
    }

    /// Marks a resource for removal, unless it is gone.
    pub(crate) async fn mark_deleting(&self, id: &str, now: Timestamp) -> Result<(), Error> {
        let query = sqlx::query(
            "UPDATE resources SET state = 'deleting', updated_at = $2
             WHERE id = $1 AND state <> 'deleted'",
        )
        .bind(id)
        .bind(micros(now));
        self.run("mark the resource for removal", query).await.map(drop)
    }

    /// One resource.
    pub(crate) async fn resource(&self, id: &str) -> Result<Option<Resource>, Error> {
        sqlx::query("SELECT * FROM resources WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await
            .map_err(Error::internal("read the resource"))?
            .map(|row| record(&row).map(|record| record.resource))
            .transpose()
    }

    /// Everything that a deployment created, in order.
    pub(crate) async fn created_by(&self, deployment: &str) -> Result<Vec<Record>, Error> {
        let rows =
            sqlx::query("SELECT * FROM resources WHERE created_by = $1 ORDER BY created_at, id")
                .bind(deployment)
                .fetch_all(&self.pool)
                .await
                .map_err(Error::internal("read what the deployment created"))?;
        rows.iter().map(record).collect()
    }

    /// What is, or may be, at a place, in the order in which it was created.
    pub(crate) async fn resources_at(&self, at: Location<'_>) -> Result<Vec<Record>, Error> {
        let rows = sqlx::query(
            "SELECT * FROM resources WHERE environment = $1 AND service = $2 AND cloud = $3
                 AND region = $4 AND state <> 'deleted' ORDER BY created_at, id",
        )
        .bind(at.environment)
        .bind(at.service)
        .bind(at.cloud)
        .bind(at.region)
        .fetch_all(&self.pool)
        .await
        .map_err(Error::internal("read what is at the place"))?;
        rows.iter().map(record).collect()
    }

    /// Where a service has resources, as (cloud, region).
    pub(crate) async fn places(
        &self,
        environment: &str,
        service: &str,
    ) -> Result<Vec<(String, String)>, Error> {
        sqlx::query_as(
            "SELECT DISTINCT cloud, region FROM resources WHERE environment = $1 AND service = $2
                 AND state <> 'deleted' ORDER BY cloud, region",
        )
        .bind(environment)
        .bind(service)
        .fetch_all(&self.pool)
        .await
        .map_err(Error::internal("read where the service is"))
    }

    /// What no running deployment is responsible for and should be gone: what is being removed,
    /// or whose creation never ended, since some time.
    pub(crate) async fn leftovers(&self, before: Timestamp) -> Result<Vec<Record>, Error> {
        let rows = sqlx::query(
            "SELECT * FROM resources WHERE state IN ('creating', 'deleting') AND updated_at <= $1
                 AND NOT EXISTS (SELECT 1 FROM deployments
                     WHERE deployments.environment = resources.environment
                       AND deployments.service = resources.service
                       AND deployments.status IN ('pending', 'in_progress'))
             ORDER BY created_at DESC, id DESC",
        )
        .bind(micros(before))
        .fetch_all(&self.pool)
        .await
        .map_err(Error::internal("look for leftovers"))?;
        rows.iter().map(record).collect()
    }

    /// One page of resources.
    pub(crate) async fn resources(
        &self,
        filter: &ResourceFilter,
        page: &PageRequest,
    ) -> Result<Page<Resource>, Error> {
        let limit = page.bounded();
        let query = match page.order {
            Order::NewestFirst => sqlx::query(
                "SELECT * FROM resources
                 WHERE (CAST($1 AS TEXT) IS NULL OR cloud = $1)
                   AND (CAST($2 AS TEXT) IS NULL OR region = $2)
                   AND (CAST($3 AS TEXT) IS NULL OR kind = $3)
                   AND (CAST($4 AS TEXT) IS NULL OR service = $4)
                   AND (CAST($5 AS TEXT) IS NULL OR environment = $5)
                   AND (CAST($6 AS TEXT) IS NULL OR owner = $6)
                   AND ((CAST($7 AS TEXT) IS NULL AND state <> 'deleted') OR state = $7)
                   AND (CAST($8 AS BIGINT) IS NULL OR created_at < $8
                        OR (created_at = $8 AND id < $9))
                 ORDER BY created_at DESC, id DESC LIMIT $10",
            ),
            Order::OldestFirst => sqlx::query(
                "SELECT * FROM resources
                 WHERE (CAST($1 AS TEXT) IS NULL OR cloud = $1)
                   AND (CAST($2 AS TEXT) IS NULL OR region = $2)
                   AND (CAST($3 AS TEXT) IS NULL OR kind = $3)
                   AND (CAST($4 AS TEXT) IS NULL OR service = $4)
                   AND (CAST($5 AS TEXT) IS NULL OR environment = $5)
                   AND (CAST($6 AS TEXT) IS NULL OR owner = $6)
                   AND ((CAST($7 AS TEXT) IS NULL AND state <> 'deleted') OR state = $7)
                   AND (CAST($8 AS BIGINT) IS NULL OR created_at > $8
                        OR (created_at = $8 AND id > $9))
                 ORDER BY created_at, id LIMIT $10",
            ),
        };
        let rows = query
            .bind(&filter.cloud)
            .bind(&filter.region)
            .bind(filter.kind.map(Kind::name))
            .bind(&filter.service)
            .bind(&filter.environment)
            .bind(&filter.deployment_id)
            .bind(filter.state.map(State::name))
            .bind(page.after.as_ref().map(|position| micros(position.at)))
            .bind(page.after.as_ref().map(|position| position.id.clone()))
            .bind(i64::from(limit) + 1)
            .fetch_all(&self.pool)
            .await
            .map_err(Error::internal("list the resources"))?;
        let items = rows
            .iter()
            .map(|row| record(row).map(|record| record.resource))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(items, limit, |item| Position { at: item.created_at, id: item.id.clone() }))
    }
}

fn record(row: &SqliteRow) -> Result<Record, Error> {
    let failed = || Error::internal("read a resource");
    let kind: String = row.try_get("kind").map_err(failed())?;
    let state: String = row.try_get("state").map_err(failed())?;
    let deleted: Option<i64> = row.try_get("deleted_at").map_err(failed())?;
    let text = |column: &str| row.try_get::<String, _>(column).map_err(failed());
    Ok(Record {
        resource: Resource {
            id: text("id")?,
            cloud: text("cloud")?,
            region: text("region")?,
            kind: Kind::from_name(&kind).ok_or_else(|| unknown("kind", &kind))?,
            cloud_id: row.try_get("cloud_id").map_err(failed())?,
            name: text("name")?,
            state: State::from_name(&state).ok_or_else(|| unknown("state", &state))?,
            service: text("service")?,
            environment: text("environment")?,
            created_by: text("created_by")?,
            owner: text("owner")?,
            address: row.try_get("address").map_err(failed())?,
            created_at: moment(row.try_get("created_at").map_err(failed())?)?,
            updated_at: moment(row.try_get("updated_at").map_err(failed())?)?,
            deleted_at: deleted.map(moment).transpose()?,
        },
        template: text("template")?,
    })
}
