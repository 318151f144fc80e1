//! Folders and prefixes: copied, moved, kept alike, removed.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::StreamExt;
use isobar_transfer::{
    Action, Ask, Compare, End, Error as TransferError, Event, Filters, Links, Place, Plan, Remote,
    Tell,
};
use jiff::Timestamp;

use super::Work;
use super::output::done;
use super::report::report;
use super::verb::{Verb, Words};
use crate::report::{Class, Error};
use crate::terminal;

impl Work<'_> {
    async fn end(&self, place: &Place, source: Option<&Place>) -> Result<End, Error> {
        match place {
            Place::Local(path) => Ok(End::Local(path.clone())),
            Place::Remote { .. } => self.remote(place, source).await.map(End::Remote),
            Place::Stream => Err(Error::usage("no_folder", "`-` is no folder")),
        }
    }

    fn compare(&self) -> Option<Compare> {
        let flags = self.flags;
        match (self.verb, flags.size_only, flags.checksum) {
            (Verb::Sync, true, _) => Some(Compare::Size),
            (Verb::Sync, _, true) => Some(Compare::Content),
            (Verb::Sync, ..) => Some(Compare::Time),
            _ => None,
        }
    }

    fn plan(&self, ends: [&Place; 2]) -> Result<Plan, Error> {
        let flags = self.flags;
        if flags.size_only && (flags.checksum || flags.exact) {
            let text = "--size-only is the contrary of --checksum and --exact-timestamps";
            return Err(Error::usage("usage", text));
        }
        let mut plan = Plan { compare: self.compare(), ..Plan::default() };
        plan.update = flags.update;
        plan.delete = flags.delete;
        plan.most_removed = flags.most_removed.unwrap_or_default();
        // Whoever gave a bound has answered.
        plan.ask = flags.most_removed.is_none().then(|| self.ask()).flatten();
        plan.dry_run = flags.dry_run;
        plan.moves = self.moves();
        // aws-cli follows the links of what is uploaded unless it is told not to.
        let usual = if flags.words == Words::Aws { Links::All } else { Links::Within };
        plan.source_links = flags.links.unwrap_or(usual);
        plan.target_links = flags.links.unwrap_or_default();
        plan.filters = self.filters(ends)?;
        Ok(plan)
    }

    /// The rules of --exclude and --include. A pattern that is a whole path is meant within the folder that
    /// it lies in.
    pub(super) fn filters<'p>(
        &self,
        ends: impl IntoIterator<Item = &'p Place>,
    ) -> Result<Filters, Error> {
        let folder = |place: &Place| match place {
            Place::Local(path) if path.is_dir() => std::path::absolute(path).ok(),
            Place::Local(path) => std::path::absolute(path).ok()?.parent().map(Path::to_owned),
            _ => None,
        };
        let folders: Vec<_> = ends.into_iter().filter_map(folder).collect();
        let mut filters = Filters::default();
        for (include, pattern) in &self.flags.filters {
            let mut within = folders
                .iter()
                .filter_map(|folder| pattern.strip_prefix(folder.to_str()?)?.strip_prefix('/'));
            let pattern = within.next().unwrap_or(pattern);
            filters.add(*include, pattern).map_err(|error| report(&error))?;
        }
        Ok(filters)
    }

    /// The person at the terminal, if there is one.
    fn ask(&self) -> Option<Ask> {
        let bar = self.bar.clone();
        let ask = move |count, of| {
            let question = format!("Remove {count} of the {of} in the target? [y/N] ");
            let answer = bar.aside(|| terminal::ask(&question, false));
            answer.is_ok_and(|answer| {
                matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
            })
        };
        self.shell.is_watched.then(|| Ask(Arc::new(ask)))
    }

    pub(super) async fn many(&self, from: &Place, to: &Place) -> Result<(), Error> {
        let plan = self.plan([from, to])?;
        self.check_properties(to)?;
        let source = self.end(from, Some(to)).await?;
        let target = self.end(to, None).await?;
        let tell = self.tell();
        let outcome = self.engine.transfer_all(&source, &target, &plan, &tell).await;
        self.ended(outcome)
    }

    /// Ends the list of what was done.
    fn ended(&self, outcome: Result<u64, TransferError>) -> Result<(), Error> {
        self.output.finish()?;
        outcome.map_err(|error| report(&error))?;
        match self.left_out.load(Ordering::Relaxed) {
            0 => Ok(()),
            count => Err(Error::new(Class::LeftOut, "left_out", format!("{count} were left out"))),
        }
    }

    pub(super) async fn remove(&self, place: &Place) -> Result<(), Error> {
        let at = self.remote(place, None).await?;
        if self.flags.uploads {
            return self.give_up(&at).await;
        }
        if self.flags.recursive {
            let removed = self.engine.remove_all(&at, &self.plan([place; 2])?, &self.tell()).await;
            return self.ended(removed);
        }
        if !self.admits(place)? {
            return Ok(());
        }
        let below = "--recursive removes all below it";
        if at.key.is_empty() {
            return Err(Error::usage("no_object", format!("{at} is no object")).hint(below));
        }
        // A store does not say that there was nothing to remove. Of what looks like a folder it is
        // rather all below it that was meant.
        if at.key.ends_with('/') {
            at.head().await.map_err(|error| report(&error).hint(below))?;
        }
        if !self.flags.dry_run {
            self.engine.remove(&at).await.map_err(|error| report(&error))?;
        }
        self.tell_done(Action::Delete, &at.to_string(), "")
    }

    /// Gives up uploads that have not ended: one key's, or all below a prefix.
    async fn give_up(&self, at: &Remote) -> Result<(), Error> {
        if at.key.is_empty() && !self.flags.recursive {
            let text = format!("{at} is no object");
            return Err(Error::usage("no_object", text).hint("--recursive gives up all below it"));
        }
        let (mut uploads, tell) = (at.uploads(), self.tell());
        let (mut failed, mut total) = (0, 0);
        while let Some(upload) = uploads.next().await {
            let upload = upload.map_err(|error| report(&error))?;
            let is_meant = self.flags.recursive || upload.key == at.key;
            if !is_meant || !self.is_old(upload.begun) {
                continue;
            }
            total += 1;
            let object = at.with_key(&upload.key);
            let gone = match self.flags.dry_run {
                true => Ok(()),
                false => object.abort(&upload.upload).await,
            };
            let name = format!("{object} ({})", upload.upload);
            tell(match gone {
                Ok(()) => Event::Done { action: Action::Delete, from: name, to: String::new() },
                Err(error) => {
                    failed += 1;
                    Event::Failed { action: Action::Delete, name, error }
                }
            });
        }
        self.ended(match failed {
            0 => Ok(total),
            _ => Err(TransferError::Some { failed, total }),
        })
    }

    /// Whether something is as old as it must be.
    pub(super) fn is_old(&self, begun: Option<Timestamp>) -> bool {
        use isobar_client::{Context, System};
        let Some(seconds) = self.flags.older_than else { return true };
        let now = System::default().now();
        begun.is_some_and(|begun| now.as_second() - begun.as_second() >= i64::from(seconds))
    }

    pub(super) fn tell(&self) -> Tell {
        let (shell, bar, output) = (self.shell.clone(), self.bar.clone(), self.output.clone());
        let (left_out, unwritable) = (self.left_out.clone(), self.unwritable.clone());
        let (words, dry, quiet) = (self.flags.words, self.flags.dry_run, self.flags.quiet);
        let silent = quiet || self.flags.only_errors;
        Arc::new(move |event| {
            bar.aside(|| match event {
                Event::Done { .. } if silent => {}
                Event::Done { action, from, to } => {
                    let item = done(words, action, (&from, &to), dry);
                    // A terminal shows what is done when it is done.
                    let written = output.add(item).and_then(|()| match shell.width {
                        Some(_) => shell.flush(),
                        None => Ok(()),
                    });
                    // Whether anybody reads the list is no reason to stop the work.
                    if let Err(error) = written {
                        unwritable.lock().get_or_insert(error);
                    }
                }
                Event::Skipped(why) => {
                    left_out.fetch_add(1, Ordering::Relaxed);
                    if !quiet {
                        shell.note(&format!("warning: {why}"));
                    }
                }
                Event::Noted(text) if quiet => drop(text),
                Event::Noted(text) => shell.note(&format!("note: {text}")),
                Event::Failed { name, error, .. } => {
                    shell.note(&format!("{name}: {}", report(&error).text().trim_end()));
                }
            });
        })
    }
}
