//! Bytes in both directions between two streams: TCP listeners, and connections that were upgraded.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::sleep;

/// How much is read at a time.
const BUFFER: usize = 16 << 10;

/// Copies both ways until both sides have closed, either fails, or nothing has come for the idle
/// time. A side that closes for writing only can still read.
pub(super) async fn relay<A, B>(one: A, other: B, idle: Duration)
where
    A: AsyncRead + AsyncWrite,
    B: AsyncRead + AsyncWrite,
{
    let passed = AtomicU64::new(0);
    let (one_in, one_out) = tokio::io::split(one);
    let (other_in, other_out) = tokio::io::split(other);
    let both = async {
        tokio::try_join!(pump(one_in, other_out, &passed), pump(other_in, one_out, &passed))
    };
    tokio::select! {
        // A broken connection is the normal end of many; both sides are closed either way.
        _ = both => {}
        () = silence(&passed, idle) => {}
    }
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    passed: &AtomicU64,
) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let length = from.read(&mut buffer).await?;
        passed.fetch_add(1, Ordering::Relaxed);
        if length == 0 {
            return to.shutdown().await;
        }
        to.write_all(&buffer[..length]).await?;
    }
}

/// Ends when nothing has passed for the time (or up to twice as long, since it looks only so often).
async fn silence(passed: &AtomicU64, idle: Duration) {
    let mut before = passed.load(Ordering::Relaxed);
    loop {
        sleep(idle).await;
        let now = passed.load(Ordering::Relaxed);
        if now == before {
            return;
        }
        before = now;
    }
}
