//! Waiting until instances are healthy: by probing them directly, and by the load balancer's word.
//! Every wait begins afresh; what an earlier attempt saw counts for nothing.

use std::time::Duration;

use jiff::Timestamp;

use crate::clouds::adapter::{Adapter, Balancer, InstancePhase, MemberHealth};
use crate::clouds::failure::Failure;
use crate::clouds::place::Place;
use crate::clouds::session::Session;
use crate::model::deployment::{Instance, InstanceHealth};
use crate::model::operation::EventKind;
use crate::probe::{Probe, Prober, authority};
use crate::report::{Reporter, Told};

/// What waiting needs.
pub(crate) struct Watch<'a> {
    pub(crate) adapter: &'static dyn Adapter,
    pub(crate) session: &'a Session,
    pub(crate) place: &'a Place,
    pub(crate) prober: &'a dyn Prober,
    /// `None` in a dry run.
    pub(crate) reporter: Option<&'a Reporter>,
    pub(crate) step: &'a str,
}

/// How one instance fares.
struct Patient {
    id: String,
    /// Probes that passed in a row.
    passed: u32,
    /// Looks in a row at which it was stopped or gone.
    stopped: u32,
    /// The cloud knew it at some look.
    known: bool,
    said: Option<String>,
    seen: String,
}

impl Watch<'_> {
    /// Waits until all answer their probes, so many times in a row.
    pub(crate) async fn until_healthy(&self, ids: &[String]) -> Result<(), Failure> {
        let health = &self.place.health;
        let interval = Duration::from_secs(u64::from(health.interval_seconds));
        self.session.will_wait(interval * health.healthy_after.saturating_sub(1));
        let mut patients: Vec<_> = ids
            .iter()
            .map(|id| Patient {
                id: id.clone(),
                passed: 0,
                stopped: 0,
                known: false,
                said: None,
                seen: "not looked at yet".to_owned(),
            })
            .collect();
        loop {
            let mut looked = Ok(());
            for patient in &mut patients {
                if looked.is_ok() && patient.passed < health.healthy_after {
                    looked = self.look(patient).await;
                }
            }
            looked.map_err(|it| it.having_seen(|| summary(&patients, health.healthy_after)))?;
            if self.session.is_dry()
                || patients.iter().all(|patient| patient.passed >= health.healthy_after)
            {
                return Ok(());
            }
            self.session.pause(interval, || summary(&patients, health.healthy_after)).await?;
        }
    }

    /// Looks at one instance once.
    async fn look(&self, patient: &mut Patient) -> Result<(), Failure> {
        let observed = match self.adapter.instance(self.session, &patient.id).await {
            Ok(observed) => observed,
            Err(failure) if failure.retryable() && !self.session.is_dry() => {
                failure.to_string().clone_into(&mut patient.seen);
                return Ok(());
            }
            Err(failure) => return Err(failure),
        };
        let (state, address, phase) = match observed {
            Some(observed) => (observed.state, observed.address, Some(observed.phase)),
            // What the cloud knew and knows no longer is gone; it may take its time to know of it.
            None if patient.known => ("terminated".to_owned(), None, Some(InstancePhase::Gone)),
            None => ("unknown".to_owned(), None, None),
        };
        patient.known |= phase.is_some();
        let is_stopped = matches!(phase, Some(InstancePhase::Stopped | InstancePhase::Gone));
        patient.stopped = if is_stopped { patient.stopped + 1 } else { 0 };
        let seen = match &address {
            _ if phase == Some(InstancePhase::Stopped) => Err(format!("the instance is {state}")),
            Some(address) if phase == Some(InstancePhase::Running) => self.probe(address).await,
            _ => Err(format!("the instance is {state}")),
        };
        patient.passed = if seen.is_ok() { patient.passed + 1 } else { 0 };
        let healthy = patient.passed >= self.place.health.healthy_after;
        let message = match &seen {
            Ok(message) | Err(message) => message.clone(),
        };
        patient.seen = match &address {
            Some(address) => format!("{}: {message}", self.asked(address)),
            None => message.clone(),
        };
        self.note(patient, &state, address, seen.is_ok(), healthy).await?;
        if patient.stopped >= self.place.health.unhealthy_after {
            return Err(Failure::Unhealthy(format!("instance {}: {}", patient.id, patient.seen)));
        }
        Ok(())
    }

    async fn probe(&self, address: &str) -> crate::probe::Seen {
        let probe = Probe {
            address: address.to_owned(),
            port: self.place.run_port,
            protocol: self.place.protocol,
            path: self.place.health.path.clone(),
            timeout: Duration::from_secs(u64::from(self.place.health.timeout_seconds)),
        };
        if self.session.is_dry() {
            return Err("not asked in a dry run".to_owned());
        }
        self.prober.probe(&probe).await
    }

    /// What is asked, for messages.
    fn asked(&self, address: &str) -> String {
        let authority = authority(address, self.place.run_port);
        match self.place.protocol {
            crate::model::manifest::Protocol::Http => {
                format!("http://{authority}{}", self.place.health.path)
            }
            crate::model::manifest::Protocol::Tcp => format!("tcp://{authority}"),
        }
    }

    async fn note(
        &self,
        patient: &mut Patient,
        state: &str,
        address: Option<String>,
        passed: bool,
        healthy: bool,
    ) -> Result<(), Failure> {
        let Some(reporter) = self.reporter else { return Ok(()) };
        let health = match (healthy, passed) {
            (true, _) => InstanceHealth::Healthy,
            (false, true) => InstanceHealth::Unknown,
            (false, false) => InstanceHealth::Unhealthy,
        };
        let instance = Instance {
            id: patient.id.clone(),
            address,
            state: state.to_owned(),
            health,
            health_message: Some(patient.seen.clone()),
        };
        reporter.instance(&self.place.key(), instance).await?;
        if patient.said.as_ref() != Some(&patient.seen) {
            patient.said = Some(patient.seen.clone());
            let word = if passed { "answers" } else { "is not healthy yet" };
            self.tell(format!("instance {} {word}: {}", patient.id, patient.seen)).await?;
        }
        Ok(())
    }

    async fn tell(&self, message: String) -> Result<(), Failure> {
        let Some(reporter) = self.reporter else { return Ok(()) };
        let key = self.place.key();
        let told =
            Told { kind: EventKind::Health, target: Some(&key), step: Some(self.step), message };
        Ok(reporter.tell(told).await?)
    }

    /// Waits until the load balancer sends traffic to all of them.
    pub(crate) async fn until_in_service(
        &self,
        balancer: &Balancer,
        ids: &[String],
    ) -> Result<(), Failure> {
        let began = self.session.clock.now();
        if !self.adapter.tells_health() {
            self.session.will_wait(self.settling());
        }
        let mut said = String::new();
        loop {
            let missing = match self.adapter.members(self.session, self.place, balancer).await {
                Ok(members) => self.missing(&members, ids, began),
                Err(failure) if failure.retryable() && !self.session.is_dry() => {
                    vec![failure.to_string()]
                }
                Err(failure) => {
                    return Err(if said.is_empty() {
                        failure
                    } else {
                        failure.having_seen(|| said)
                    });
                }
            };
            if missing.is_empty() || self.session.is_dry() {
                return Ok(());
            }
            let message = format!("the load balancer: {}", missing.join("; "));
            if message != said {
                self.tell(message.clone()).await?;
                said.clone_from(&message);
            }
            self.session.pause(self.session.timings.poll, || message).await?;
        }
    }

    /// Which of them get no traffic yet, and why.
    fn missing(
        &self,
        members: &[crate::clouds::adapter::Member],
        ids: &[String],
        began: Timestamp,
    ) -> Vec<String> {
        let reasons = ids.iter().filter_map(|id| {
            let member = members.iter().find(|member| member.id == *id);
            let reason = match member.map(|member| &member.health) {
                Some(MemberHealth::InService) => return None,
                Some(MemberHealth::NotTold) if self.has_settled(began) => return None,
                Some(MemberHealth::NotTold) => "its health checks take their time".to_owned(),
                Some(MemberHealth::OutOfService(reason)) => reason.clone(),
                None => "not registered".to_owned(),
            };
            Some(format!("instance {id}: {reason}"))
        });
        reasons.collect()
    }

    /// Whether a load balancer that does not tell has had the time for its health checks.
    fn has_settled(&self, began: Timestamp) -> bool {
        let passed = self.session.clock.now().duration_since(began);
        Duration::try_from(passed).is_ok_and(|passed| passed >= self.settling())
    }

    /// How long a load balancer's health checks take to find an instance healthy: the first comes
    /// within an interval.
    fn settling(&self) -> Duration {
        let health = &self.place.health;
        // The clouds' own limits may be higher than what was asked for.
        let interval = u64::from(health.interval_seconds.max(3));
        let checks = u64::from(health.healthy_after.max(2));
        // A check takes a moment itself.
        Duration::from_secs(interval * checks + 1)
    }
}

fn summary(patients: &[Patient], healthy_after: u32) -> String {
    let waiting = patients.iter().filter(|patient| patient.passed < healthy_after);
    let each: Vec<_> =
        waiting.map(|patient| format!("instance {}: {}", patient.id, patient.seen)).collect();
    format!("not healthy: {}", each.join("; "))
}
