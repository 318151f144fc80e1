//! The progress bar: bytes, rate and time left, on stderr where a terminal shows it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use isobar_transfer::Progress;

/// How often it is drawn.
const EVERY: Duration = Duration::from_millis(200);

/// The progress bar; it draws nothing where nobody watches.
#[derive(Clone)]
pub(super) struct Bar {
    bar: ProgressBar,
    over: Arc<AtomicBool>,
}

impl Bar {
    /// A bar over the counters, which a thread of its own follows.
    pub(super) fn new(progress: Arc<Progress>, watched: bool) -> Self {
        let over = Arc::new(AtomicBool::new(!watched));
        if !watched {
            return Self { bar: ProgressBar::hidden(), over };
        }
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template(
            "{bytes:>11} of {total_bytes} {wide_bar} {bytes_per_sec:>12} {eta:>4} left {msg}",
        );
        bar.set_style(style.expect("the template is one"));
        let this = Self { bar, over };
        let follower = this.clone();
        std::thread::spawn(move || {
            while !follower.over.load(Ordering::Relaxed) {
                follower.bar.set_length(progress.total());
                follower.bar.set_position(progress.bytes());
                if progress.objects_total() > 1 {
                    let more = if progress.is_listed() { "" } else { "+" };
                    let (done, all) = (progress.objects(), progress.objects_total());
                    follower.bar.set_message(format!("{done}/{all}{more}"));
                }
                std::thread::park_timeout(EVERY);
            }
        });
        this
    }

    /// Writes something else meanwhile.
    pub(super) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    /// Takes it away.
    pub(super) fn finish(&self) {
        self.over.store(true, Ordering::Relaxed);
        self.bar.finish_and_clear();
    }
}
