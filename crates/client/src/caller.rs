//! Who a cloud takes the caller for.

use isobar_catalogue::Cloud;
use isobar_wire::Value;

use crate::client::Client;
use crate::error::{Error, Kind};
use crate::settings::Settings;

/// Who a cloud takes the caller for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Caller {
    /// The account; of DigitalOcean, the team where the token belongs to one.
    pub account: String,
    /// The name: an ARN; of DigitalOcean, the e-mail address.
    pub name: String,
    /// The cloud's id of the user or of the role's session.
    pub id: String,
}

/// How a cloud is asked.
struct Row {
    cloud: Cloud,
    service: &'static str,
    operation: &'static str,
    /// Where there is no region, the one to ask in.
    region: &'static str,
    /// The paths of account, name and id in the answer; the first that is there.
    members: [&'static [&'static [&'static str]]; 3],
}

const ROWS: [Row; 3] = [
    Row {
        cloud: Cloud::Aws,
        service: "sts",
        operation: "GetCallerIdentity",
        region: "aws-global",
        members: [&[&["Account"]], &[&["Arn"]], &[&["UserId"]]],
    },
    Row {
        cloud: Cloud::Alibaba,
        service: "sts",
        operation: "GetCallerIdentity",
        region: "cn-hangzhou",
        members: [&[&["AccountId"]], &[&["Arn"]], &[&["UserId"], &["PrincipalId"]]],
    },
    Row {
        cloud: Cloud::DigitalOcean,
        service: "account",
        operation: "get",
        region: "",
        members: [
            &[&["account", "team", "uuid"], &["account", "uuid"]],
            &[&["account", "email"]],
            &[&["account", "uuid"]],
        ],
    },
];

impl Settings {
    /// Asks the cloud who the caller is. The call needs credentials and no permission.
    ///
    /// # Errors
    /// Of every [`Kind`].
    pub async fn caller(&self) -> Result<Caller, Error> {
        let row = ROWS.iter().find(|row| row.cloud == self.cloud).expect("every cloud has its row");
        let mut config = self.config();
        if config.region.is_empty() {
            row.region.clone_into(&mut config.region);
        }
        let output = Client::new(config)?.call(row.service, row.operation, Value::Null).await?;
        let get = |paths: &[&[&str]]| {
            let follow = |path: &&[&str]| {
                let found = path.iter().try_fold(&output, |at, name| at.get(name))?;
                found.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
            };
            paths.iter().find_map(follow).ok_or_else(|| {
                Error::new(Kind::Answer, self.cloud)
                    .at(row.service, row.operation)
                    .with_message("the answer does not say who the caller is")
            })
        };
        let [account, name, id] = row.members;
        Ok(Caller { account: get(account)?, name: get(name)?, id: get(id)? })
    }
}
