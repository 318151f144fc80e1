//! How a deployment is carried out: a list of named actions per target, each logged before and
//! after it runs, and each with its undo.
//!
//! The executor is this crate's own. The saga libraries that there are (steno is the best kept) run
//! a graph that is fixed before it starts, keep its log in their own form, and undo by node. Here
//! the list is computed from what exists at the place, is shown to users as the plan, is run dry by
//! the same code, resumes by lease on any replica, and has a point after which nothing is undone
//! but everything is finished.
//!
//! The life of an operation is its phase:
//!
//! * *planning*: what exists is read, the actions are laid and written.
//! * *shifting*: the targets run side by side, the actions of a target in order. A failure, a
//!   deadline or a cancellation stops all targets and turns to undoing.
//! * *retiring*: the new serves and owns what it uses; the old is removed. What cannot be removed
//!   is left to the sweeper; the deployment is successful.
//! * *undoing*: what was begun is undone in reverse order: old instances are put back before new
//!   ones are taken away, and what the deployment created is removed. Again the sweeper gets what
//!   is left.
//!
//! An action that was begun and has no end in the log runs again, so every action may run twice:
//! see [`Adapter`](crate::clouds::adapter::Adapter). What an action creates is recorded by name
//! before it is asked for, so that its undo finds it even if no answer was ever seen.

mod draft;
pub(crate) mod health;
pub(crate) mod layout;
pub(crate) mod observe;
pub(crate) mod run;
pub(crate) mod runner;
pub(crate) mod sweep;
pub(crate) mod target;
pub(crate) mod tools;
pub(crate) mod undo;
