//! Keys and idempotency keys.

use jiff::Timestamp;
use sqlx::Row;

use super::change::Change;
use super::{Store, micros, read, write};
use crate::error::Error;
use crate::model::access::{Idempotency, Principal, StoredResponse};

impl Store {
    /// Keeps a key's hash under a name, in place of the one of that name if there is one.
    pub(crate) async fn put_key(
        &self,
        principal: &Principal,
        hash: &str,
        now: Timestamp,
    ) -> Result<Principal, Error> {
        let doing = "keep the key";
        let failed = || Error::internal(doing);
        let mut change = self.change(doing).await?;
        let row = sqlx::query(
            "INSERT INTO keys (id, name, hash, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (name) DO UPDATE SET hash = excluded.hash RETURNING id",
        )
        .bind(&principal.id)
        .bind(&principal.name)
        .bind(hash)
        .bind(micros(now))
        .fetch_one(&mut *change)
        .await
        .map_err(failed())?;
        change.commit().await?;
        let id = row.try_get("id").map_err(failed())?;
        Ok(Principal { id, name: principal.name.clone() })
    }

    /// Whose key has this hash.
    pub(crate) async fn find_key(&self, hash: &str) -> Result<Option<Principal>, Error> {
        let found: Option<(String, String)> =
            sqlx::query_as("SELECT id, name FROM keys WHERE hash = $1")
                .bind(hash)
                .fetch_optional(&self.pool)
                .await
                .map_err(Error::internal("look for the key"))?;
        Ok(found.map(|(id, name)| Principal { id, name }))
    }

    /// Takes hold of an idempotency key, after forgetting those that are too old. A key that a
    /// process held when it died is free again.
    pub(crate) async fn hold_idempotency(
        &self,
        held: &Held<'_>,
        now: Timestamp,
        forget_before: Timestamp,
    ) -> Result<Idempotency, Error> {
        let doing = "take hold of the idempotency key";
        let failed = || Error::internal(doing);
        let mut change = self.change(doing).await?;
        sqlx::query(
            "DELETE FROM idempotency WHERE created_at < $1
                 OR (caller = $2 AND key = $3 AND response IS NULL AND holder <> $4)",
        )
        .bind(micros(forget_before))
        .bind(held.caller)
        .bind(held.key)
        .bind(held.holder)
        .execute(&mut *change)
        .await
        .map_err(failed())?;
        let inserted = sqlx::query(
            "INSERT INTO idempotency (caller, key, request_hash, holder, created_at)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        )
        .bind(held.caller)
        .bind(held.key)
        .bind(held.request_hash)
        .bind(held.holder)
        .bind(micros(now))
        .execute(&mut *change)
        .await
        .map_err(failed())?;
        let row = sqlx::query(
            "SELECT request_hash, response FROM idempotency WHERE caller = $1 AND key = $2",
        )
        .bind(held.caller)
        .bind(held.key)
        .fetch_one(&mut *change)
        .await
        .map_err(failed())?;
        change.commit().await?;
        if inserted.rows_affected() == 1 {
            return Ok(Idempotency::Fresh);
        }
        let hash: String = row.try_get("request_hash").map_err(failed())?;
        let response: Option<String> = row.try_get("response").map_err(failed())?;
        match response {
            _ if hash != held.request_hash => Err(Error::IdempotencyMismatch),
            Some(response) => Ok(Idempotency::Replay(read(&response)?)),
            None => Err(Error::IdempotencyInProgress),
        }
    }

    /// What holding the key would fail with.
    pub(crate) async fn look_at_idempotency(
        &self,
        held: &Held<'_>,
        forget_before: Timestamp,
    ) -> Result<(), Error> {
        let failed = || Error::internal("look at the idempotency key");
        let found = sqlx::query(
            "SELECT request_hash, response IS NULL AS open FROM idempotency
             WHERE caller = $1 AND key = $2 AND created_at >= $3
                 AND NOT (response IS NULL AND holder <> $4)",
        )
        .bind(held.caller)
        .bind(held.key)
        .bind(micros(forget_before))
        .bind(held.holder)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed())?;
        let Some(row) = found else { return Ok(()) };
        let hash: String = row.try_get("request_hash").map_err(failed())?;
        let open: bool = row.try_get("open").map_err(failed())?;
        match open {
            _ if hash != held.request_hash => Err(Error::IdempotencyMismatch),
            true => Err(Error::IdempotencyInProgress),
            false => Ok(()),
        }
    }

    /// Keeps an answer for replays, unless the work [kept](Kept) its own.
    pub(crate) async fn finish_idempotency(
        &self,
        caller: &str,
        key: &str,
        response: &StoredResponse,
    ) -> Result<(), Error> {
        let failed = || Error::internal("look for the kept answer");
        let kept = sqlx::query(
            "SELECT 1 FROM idempotency WHERE caller = $1 AND key = $2 AND response IS NOT NULL",
        )
        .bind(caller)
        .bind(key)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed())?;
        if kept.is_some() {
            return Ok(());
        }
        let query =
            sqlx::query("UPDATE idempotency SET response = $3 WHERE caller = $1 AND key = $2")
                .bind(caller)
                .bind(key)
                .bind(write(response)?);
        self.run("keep the answer", query).await.map(drop)
    }

    /// Lets go of an idempotency key.
    pub(crate) async fn abandon_idempotency(&self, caller: &str, key: &str) -> Result<(), Error> {
        let query = sqlx::query(
            "DELETE FROM idempotency WHERE caller = $1 AND key = $2 AND response IS NULL",
        )
        .bind(caller)
        .bind(key);
        self.run("let go of the idempotency key", query).await.map(drop)
    }
}

/// An answer that is kept with the work.
pub(crate) struct Kept<'a> {
    pub(crate) caller: &'a str,
    pub(crate) key: &'a str,
    pub(crate) response: StoredResponse,
}

impl Kept<'_> {
    /// Keeps it in the transaction of the work.
    pub(super) async fn write(&self, change: &mut Change) -> Result<(), Error> {
        sqlx::query("UPDATE idempotency SET response = $3 WHERE caller = $1 AND key = $2")
            .bind(self.caller)
            .bind(self.key)
            .bind(write(&self.response)?)
            .execute(&mut **change)
            .await
            .map(drop)
            .map_err(Error::internal("keep the answer"))
    }
}

/// What an idempotency key is held for.
pub(crate) struct Held<'a> {
    pub(crate) caller: &'a str,
    pub(crate) key: &'a str,
    /// The hash of method, path and body.
    pub(crate) request_hash: &'a str,
    /// The process that answers.
    pub(crate) holder: &'a str,
}
