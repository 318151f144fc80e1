//! Environments and services, as their deployments name them.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Store, micros, moment};
use crate::error::Error;
use crate::model::deployment::{Environment, Service};
use crate::model::page::{Order, Page, PageRequest, Position};

/// A service as the list finds it.
struct Found {
    environment: String,
    name: String,
    current: Option<String>,
    latest: Option<String>,
    created_at: i64,
}

impl Store {
    /// The deployment that serves now.
    pub(crate) async fn current_deployment(
        &self,
        environment: &str,
        service: &str,
    ) -> Result<Option<String>, Error> {
        let failed = || Error::internal("read which deployment serves");
        let row = sqlx::query(
            "SELECT current_deployment FROM services WHERE environment = $1 AND service = $2",
        )
        .bind(environment)
        .bind(service)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed())?;
        Ok(row
            .map(|row| row.try_get("current_deployment"))
            .transpose()
            .map_err(failed())?
            .flatten())
    }

    /// One page of environments.
    pub(crate) async fn environments(
        &self,
        page: &PageRequest,
    ) -> Result<Page<Environment>, Error> {
        let failed = || Error::internal("list the environments");
        let limit = page.bounded();
        let query = match page.order {
            Order::NewestFirst => sqlx::query(
                "SELECT environment, COUNT(DISTINCT service) AS services, COUNT(*) AS deployments,
                     MIN(created_at) AS first, MAX(created_at) AS last
                 FROM deployments GROUP BY environment
                 HAVING CAST($1 AS BIGINT) IS NULL OR MIN(created_at) < $1
                     OR (MIN(created_at) = $1 AND environment < $2)
                 ORDER BY MIN(created_at) DESC, environment DESC LIMIT $3",
            ),
            Order::OldestFirst => sqlx::query(
                "SELECT environment, COUNT(DISTINCT service) AS services, COUNT(*) AS deployments,
                     MIN(created_at) AS first, MAX(created_at) AS last
                 FROM deployments GROUP BY environment
                 HAVING CAST($1 AS BIGINT) IS NULL OR MIN(created_at) > $1
                     OR (MIN(created_at) = $1 AND environment > $2)
                 ORDER BY MIN(created_at), environment LIMIT $3",
            ),
        };
        let rows = query
            .bind(page.after.as_ref().map(|position| micros(position.at)))
            .bind(page.after.as_ref().map(|position| position.id.clone()))
            .bind(i64::from(limit) + 1)
            .fetch_all(&self.pool)
            .await
            .map_err(failed())?;
        let items = rows.iter().map(environment).collect::<Result<_, _>>()?;
        Ok(Page::cut(items, limit, |item| Position { at: item.created_at, id: item.name.clone() }))
    }

    /// One environment.
    pub(crate) async fn environment(&self, name: &str) -> Result<Option<Environment>, Error> {
        let row = sqlx::query(
            "SELECT environment, COUNT(DISTINCT service) AS services, COUNT(*) AS deployments,
                 MIN(created_at) AS first, MAX(created_at) AS last
             FROM deployments WHERE environment = $1 GROUP BY environment",
        )
        .bind(name)
        .fetch_optional(&self.pool)
        .await
        .map_err(Error::internal("read the environment"))?;
        row.as_ref().map(environment).transpose()
    }

    /// One service of an environment.
    pub(crate) async fn service(
        &self,
        environment: &str,
        name: &str,
    ) -> Result<Option<Service>, Error> {
        let row = sqlx::query(
            "SELECT environment, service, current_deployment, created_at,
                 (SELECT id FROM deployments WHERE deployments.environment = services.environment
                      AND deployments.service = services.service
                  ORDER BY deployments.created_at DESC, id DESC LIMIT 1) AS latest
             FROM services WHERE environment = $1 AND service = $2",
        )
        .bind(environment)
        .bind(name)
        .fetch_optional(&self.pool)
        .await
        .map_err(Error::internal("read the service"))?;
        match row {
            Some(row) => self.describe_service(found(&row)?).await,
            None => Ok(None),
        }
    }

    /// One page of services. A position's id is `environment/service`.
    pub(crate) async fn services(
        &self,
        environment: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<Service>, Error> {
        let limit = page.bounded();
        let mut found = Vec::new();
        for item in self.find_services(environment, page, limit).await? {
            let at = moment(item.created_at)?;
            if let Some(service) = self.describe_service(item).await? {
                found.push((service, at));
            }
        }
        let page = Page::cut(found, limit, |(service, at)| Position {
            at: *at,
            id: format!("{}/{}", service.environment, service.name),
        });
        Ok(Page {
            items: page.items.into_iter().map(|(service, _)| service).collect(),
            next: page.next,
        })
    }

    async fn find_services(
        &self,
        environment: Option<&str>,
        page: &PageRequest,
        limit: u32,
    ) -> Result<Vec<Found>, Error> {
        let failed = || Error::internal("list the services");
        let query = match page.order {
            Order::NewestFirst => sqlx::query(
                "SELECT environment, service, current_deployment, created_at,
                     (SELECT id FROM deployments WHERE deployments.environment = services.environment
                          AND deployments.service = services.service
                      ORDER BY deployments.created_at DESC, id DESC LIMIT 1) AS latest
                 FROM services
                 WHERE (CAST($1 AS TEXT) IS NULL OR environment = $1)
                   AND (CAST($2 AS BIGINT) IS NULL OR created_at < $2
                        OR (created_at = $2 AND environment || '/' || service < $3))
                 ORDER BY created_at DESC, environment || '/' || service DESC LIMIT $4",
            ),
            Order::OldestFirst => sqlx::query(
                "SELECT environment, service, current_deployment, created_at,
                     (SELECT id FROM deployments WHERE deployments.environment = services.environment
                          AND deployments.service = services.service
                      ORDER BY deployments.created_at DESC, id DESC LIMIT 1) AS latest
                 FROM services
                 WHERE (CAST($1 AS TEXT) IS NULL OR environment = $1)
                   AND (CAST($2 AS BIGINT) IS NULL OR created_at > $2
                        OR (created_at = $2 AND environment || '/' || service > $3))
                 ORDER BY created_at, environment || '/' || service LIMIT $4",
            ),
        };
        let rows = query
            .bind(environment)
            .bind(page.after.as_ref().map(|position| micros(position.at)))
            .bind(page.after.as_ref().map(|position| position.id.clone()))
            .bind(i64::from(limit) + 1)
            .fetch_all(&self.pool)
            .await
            .map_err(failed())?;
        rows.iter().map(found).collect()
    }

    async fn describe_service(&self, found: Found) -> Result<Option<Service>, Error> {
        let Some(latest_id) = found.latest else { return Ok(None) };
        let Some(latest) = self.deployment(&latest_id).await? else { return Ok(None) };
        let current = match &found.current {
            Some(id) => self.deployment(id).await?,
            None => None,
        };
        Ok(Some(Service {
            name: found.name,
            environment: found.environment,
            version: current.as_ref().map(|current| current.version.clone()),
            current_deployment: found.current,
            latest_deployment: latest_id,
            latest_status: latest.status,
            urls: current
                .iter()
                .flat_map(|current| &current.targets)
                .filter_map(|target| target.url.clone())
                .collect(),
        }))
    }
}

fn environment(row: &SqliteRow) -> Result<Environment, Error> {
    let failed = || Error::internal("read an environment");
    let count = |column: &str| -> Result<u64, Error> {
        let number: i64 = row.try_get(column).map_err(failed())?;
        Ok(number.unsigned_abs())
    };
    Ok(Environment {
        name: row.try_get("environment").map_err(failed())?,
        services: count("services")?,
        deployments: count("deployments")?,
        created_at: moment(row.try_get("first").map_err(failed())?)?,
        last_deployment_at: moment(row.try_get("last").map_err(failed())?)?,
    })
}

fn found(row: &SqliteRow) -> Result<Found, Error> {
    let failed = || Error::internal("read a service");
    Ok(Found {
        environment: row.try_get("environment").map_err(failed())?,
        name: row.try_get("service").map_err(failed())?,
        current: row.try_get("current_deployment").map_err(failed())?,
        latest: row.try_get("latest").map_err(failed())?,
        created_at: row.try_get("created_at").map_err(failed())?,
    })
}
