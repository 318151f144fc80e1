//! Which target is next.

use std::sync::Arc;

use super::target::{Lease, Live};
use super::{Algorithm, Pool};

/// A target's place in a listener.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) target: Arc<Live>,
    pub(super) weight: u32,
    pub(super) draining: bool,
    /// How far the target is from its turn. Each choice adds every candidate's weight to its own,
    /// and takes the sum from the one that is chosen: in the long run each is chosen as often as its
    /// weight says, and never many times in a row (nginx's smooth weighted round robin).
    turn: i64,
}

impl Seat {
    pub(super) fn new(target: Arc<Live>, weight: u32) -> Self {
        Self { target, weight, draining: false, turn: 0 }
    }
}

/// A listener's targets.
#[derive(Debug, Default)]
pub(super) struct Seats {
    pub(super) seats: Vec<Seat>,
}

impl Seats {
    /// Chooses a target that was not tried yet and begins something there.
    pub(super) fn choose(&mut self, pool: &Pool, tried: &[Arc<Live>]) -> Option<Lease> {
        let open = |seat: &Seat| !seat.draining && seat.weight > 0;
        let none_healthy = !self.seats.iter().any(|seat| open(seat) && seat.target.is_healthy());
        let all = none_healthy && pool.fail_open;
        let mut candidates: Vec<&mut Seat> = self
            .seats
            .iter_mut()
            .filter(|seat| open(seat) && (all || seat.target.is_healthy()))
            .filter(|seat| !tried.iter().any(|before| Arc::ptr_eq(before, &seat.target)))
            .collect();
        let sum: i64 = candidates.iter().map(|seat| i64::from(seat.weight)).sum();
        for seat in &mut candidates {
            seat.turn += i64::from(seat.weight);
        }
        let chosen = match pool.algorithm {
            Algorithm::RoundRobin => candidates.into_iter().max_by_key(|seat| seat.turn),
            // Where two have the same load, their turn decides.
            Algorithm::LeastConnections => candidates.into_iter().min_by(|one, other| {
                load(one, other).cmp(&load(other, one)).then(other.turn.cmp(&one.turn))
            }),
        }?;
        chosen.turn -= sum;
        Some(Lease::new(&chosen.target))
    }
}

/// What is under way at the one for its weight, times the other's weight, so that two can be
/// compared without fractions.
fn load(one: &Seat, other: &Seat) -> u128 {
    one.target.active() as u128 * u128::from(other.weight)
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};
    use std::sync::Arc;

    use tokio::sync::watch;

    use super::{Algorithm, Lease, Live, Pool, Seat, Seats};

    fn seats(weights: &[(&str, u32)]) -> Seats {
        let socket = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
        let live = |id: &str| Live::new(id.to_owned(), socket, false, watch::Sender::new(0));
        let seats = weights.iter().map(|(id, weight)| Seat::new(Arc::new(live(id)), *weight));
        Seats { seats: seats.collect() }
    }

    fn pool(algorithm: Algorithm) -> Pool {
        Pool { health_check: None, targets: Vec::new(), drain_ms: 0, algorithm, fail_open: false }
    }

    fn choices(seats: &mut Seats, count: usize) -> String {
        let pool = pool(Algorithm::RoundRobin);
        (0..count).filter_map(|_| Some(seats.choose(&pool, &[])?.target().id.clone())).collect()
    }

    #[test]
    fn turns_follow_the_weights() {
        assert_eq!(choices(&mut seats(&[("a", 1), ("b", 1)]), 4), "baba");
        assert_eq!(choices(&mut seats(&[("a", 5), ("b", 1), ("c", 1)]), 7), "aacabaa");
        assert_eq!(choices(&mut seats(&[("a", 0), ("b", 1)]), 2), "bb");
        assert_eq!(choices(&mut seats(&[("a", 0)]), 2), "");
    }

    #[test]
    fn the_least_loaded_for_its_weight_is_chosen() {
        let mut seats = seats(&[("a", 1), ("b", 3)]);
        let pool = pool(Algorithm::LeastConnections);
        let leases: Vec<Lease> =
            (0..8).map(|_| seats.choose(&pool, &[]).expect("a target is open")).collect();
        let of = |id: &str| leases.iter().filter(|lease| lease.target().id == id).count();
        assert_eq!((of("a"), of("b")), (2, 6));
    }

    #[test]
    fn what_was_tried_or_leaves_is_passed_over() {
        let mut seats = seats(&[("a", 1), ("b", 1)]);
        let pool = pool(Algorithm::RoundRobin);
        let first = seats.choose(&pool, &[]).expect("a target is open");
        let tried = [Arc::clone(first.target())];
        let second = seats.choose(&pool, &tried).expect("the other is open");
        assert_ne!(second.target().id, first.target().id);
        seats.seats[0].draining = true;
        assert_eq!(choices(&mut seats, 2), "bb");
    }

    #[test]
    fn without_a_healthy_target_the_pool_decides() {
        let socket = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
        let live = Live::new("a".to_owned(), socket, true, watch::Sender::new(0));
        let mut seats = Seats { seats: vec![Seat::new(Arc::new(live), 1)] };
        let closed = pool(Algorithm::RoundRobin);
        assert!(seats.choose(&closed, &[]).is_none());
        assert!(seats.choose(&Pool { fail_open: true, ..closed }, &[]).is_some());
    }
}
